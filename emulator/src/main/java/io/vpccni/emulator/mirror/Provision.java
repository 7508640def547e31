package io.vpccni.emulator.mirror;

import static io.vpccni.emulator.mirror.RemoteEc2.filter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.SecurityGroup;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.ec2.model.Vpc;

/**
 * What a world has at the endpoint: one VPC, its subnets and an instance for each node. VPC and instances carry the tag
 * {@value #WORLD_TAG} with the world's name, is found by that, and is created where it is missing; nothing is ever deleted.
 *
 * @param nodes the instances by the node's name, which is their tag {@code Name}
 */
record Provision(Vpc vpc, List<Subnet> subnets, List<SecurityGroup> groups, Map<String, Instance> nodes) {
    static final String WORLD_TAG = "vpccni.io/world";
    static final String NAME_TAG = "Name";

    /**
     * As large as a VPC may be, and the only subnet: some emulations choose addresses at random without a look at what is taken
     * or reserved, and the more there are the seldomer that hurts.
     */
    private static final String RANGE = "10.0.0.0/16";

    /** For an endpoint that knows no images, and so checks none. */
    private static final String ANY_IMAGE = "ami-0123456789abcdef0";

    /**
     * Creates what the world lacks.
     *
     * @param instanceType of nodes that are created; one that is there keeps its own
     * @throws MirrorException when the endpoint does not answer or refuses
     */
    static void complete(RemoteEc2 ec2, String world, List<String> nodes, String instanceType) {
        String vpcId = vpc(ec2, world).map(Vpc::vpcId).orElseGet(() -> createVpc(ec2, world));
        String subnetId = subnets(ec2, vpcId).stream()
                .findFirst()
                .map(Subnet::subnetId)
                .orElseGet(() -> createSubnet(ec2, world, vpcId));
        Map<String, Instance> present = instances(ec2, world, vpcId);
        List<String> missing =
                nodes.stream().filter(node -> !present.containsKey(node)).toList();
        if (!missing.isEmpty()) {
            String image = image(ec2);
            List<String> groups = groups(ec2, vpcId).stream()
                    .filter(group -> group.groupName().equals("default"))
                    .map(SecurityGroup::groupId)
                    .toList();
            missing.forEach(node -> ec2.call(
                    "RunInstances",
                    client -> client.runInstances(request -> request.imageId(image)
                            .instanceType(instanceType)
                            .minCount(1)
                            .maxCount(1)
                            .subnetId(subnetId)
                            .securityGroupIds(groups)
                            .tagSpecifications(tags(ResourceType.INSTANCE, world, node)))));
        }
    }

    /** @throws MirrorException also when something is not there that was a moment ago */
    static Provision read(RemoteEc2 ec2, String world, List<String> nodes) {
        Vpc vpc = vpc(ec2, world).orElseThrow(() -> gone(ec2, world, "VPC"));
        Map<String, Instance> present = instances(ec2, world, vpc.vpcId());
        Map<String, Instance> wanted = new LinkedHashMap<>();
        for (String node : nodes) {
            wanted.put(node, Optional.ofNullable(present.get(node)).orElseThrow(() -> gone(ec2, world, node)));
        }
        return new Provision(vpc, subnets(ec2, vpc.vpcId()), groups(ec2, vpc.vpcId()), wanted);
    }

    static MirrorException gone(RemoteEc2 ec2, String world, String what) {
        return new MirrorException("%s has no %s of the world %s (any more): start again, and it is created."
                .formatted(ec2.account().endpoint(), what, world));
    }

    private static Optional<Vpc> vpc(RemoteEc2 ec2, String world) {
        return ec2
                .call(
                        "DescribeVpcs",
                        client -> client.describeVpcs(request -> request.filters(filter("tag:" + WORLD_TAG, world))))
                .vpcs()
                .stream()
                .findFirst();
    }

    private static List<Subnet> subnets(RemoteEc2 ec2, String vpcId) {
        return ec2.call(
                        "DescribeSubnets",
                        client -> client.describeSubnets(request -> request.filters(filter("vpc-id", vpcId))))
                .subnets();
    }

    private static List<SecurityGroup> groups(RemoteEc2 ec2, String vpcId) {
        return ec2.call(
                        "DescribeSecurityGroups",
                        client -> client.describeSecurityGroups(request -> request.filters(filter("vpc-id", vpcId))))
                .securityGroups();
    }

    private static Map<String, Instance> instances(RemoteEc2 ec2, String world, String vpcId) {
        Map<String, Instance> byName = new LinkedHashMap<>();
        ec2
                .call(
                        "DescribeInstances",
                        client -> client.describeInstances(request -> request.filters(
                                filter("tag:" + WORLD_TAG, world),
                                filter("vpc-id", vpcId),
                                filter("instance-state-name", "pending", "running"))))
                .reservations()
                .stream()
                .flatMap(reservation -> reservation.instances().stream())
                .forEach(instance -> instance.tags().stream()
                        .filter(tag -> tag.key().equals(NAME_TAG))
                        .forEach(tag -> byName.putIfAbsent(tag.value(), instance)));
        return byName;
    }

    private static String createVpc(RemoteEc2 ec2, String world) {
        return ec2.call(
                        "CreateVpc",
                        client -> client.createVpc(request ->
                                request.cidrBlock(RANGE).tagSpecifications(tags(ResourceType.VPC, world, world))))
                .vpc()
                .vpcId();
    }

    private static String createSubnet(RemoteEc2 ec2, String world, String vpcId) {
        return ec2.call(
                        "CreateSubnet",
                        client -> client.createSubnet(request -> request.vpcId(vpcId)
                                .cidrBlock(RANGE)
                                .availabilityZone(ec2.account().region() + "a")
                                .tagSpecifications(tags(ResourceType.SUBNET, world, world))))
                .subnet()
                .subnetId();
    }

    private static String image(RemoteEc2 ec2) {
        return ec2
                .call(
                        "DescribeImages",
                        client -> client.describeImages(request -> request.owners("amazon")
                                .filters(filter("architecture", "x86_64"), filter("state", "available"))))
                .images()
                .stream()
                .map(Image::imageId)
                .min(String::compareTo)
                .orElse(ANY_IMAGE);
    }

    private static TagSpecification tags(ResourceType type, String world, String name) {
        return TagSpecification.builder()
                .resourceType(type)
                .tags(
                        Tag.builder().key(WORLD_TAG).value(world).build(),
                        Tag.builder().key(NAME_TAG).value(name).build())
                .build();
    }
}
