package io.vpccni.emulator.mirror;

import io.vpccni.emulator.cloud.Attachment;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.ConnectionTracking;
import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.InstanceTypes;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.Ipv4Cidr;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.SecurityGroup;
import io.vpccni.emulator.cloud.Subnet;
import io.vpccni.emulator.cloud.Vpc;
import io.vpccni.emulator.cloud.World;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAttachment;
import software.amazon.awssdk.services.ec2.model.NetworkInterfacePrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * An answer of the endpoint as a world, IPv4 only. Security groups keep nothing out in it: what a group of another emulation
 * means has never been tried by a packet.
 *
 * @param oddities what EC2 would never answer, and what becomes of it, in sentences
 */
record Reading(World world, List<String> oddities) {
    /** A place where an interface is attached. */
    private record Place(String instanceId, int networkCard, int deviceIndex) {}

    /**
     * The world without interfaces.
     *
     * @throws CloudError InvalidInstanceType for an instance of a type that the emulator does not know
     */
    static World facts(String region, Provision found) {
        String vpcId = found.vpc().vpcId();
        Map<String, Subnet> subnets = new LinkedHashMap<>();
        found.subnets()
                .forEach(subnet -> subnets.put(
                        subnet.subnetId(),
                        new Subnet(
                                subnet.subnetId(),
                                vpcId,
                                subnet.availabilityZone(),
                                Objects.requireNonNullElse(subnet.availabilityZoneId(), subnet.availabilityZone()),
                                Ipv4Cidr.parse(subnet.cidrBlock()),
                                null,
                                Objects.requireNonNullElse(subnet.availableIpAddressCount(), 0),
                                tags(subnet.tags()))));
        Map<String, SecurityGroup> groups = new LinkedHashMap<>();
        found.groups()
                .forEach(group -> groups.put(
                        group.groupId(),
                        SecurityGroup.open(group.groupId(), group.groupName(), vpcId, group.description())));
        Map<String, Instance> instances = new LinkedHashMap<>();
        found.nodes()
                .forEach((name, instance) -> instances.put(
                        instance.instanceId(),
                        new Instance(
                                instance.instanceId(),
                                name,
                                InstanceTypes.named(instance.instanceTypeAsString()),
                                instance.imageId(),
                                "r-" + instance.instanceId().substring("i-".length()),
                                instance.subnetId(),
                                vpcId,
                                instance.placement().availabilityZone(),
                                instance.launchTime(),
                                tags(instance.tags()))));
        return new World(
                region,
                Objects.requireNonNullElse(found.vpc().ownerId(), "000000000000"),
                Map.of(
                        vpcId,
                        new Vpc(
                                vpcId,
                                ranges(found.vpc()),
                                List.of(),
                                tags(found.vpc().tags()))),
                subnets,
                groups,
                instances,
                Map.of());
    }

    /** The facts with the interfaces that the endpoint describes. Attached to a node are those of the facts' instances only. */
    static Reading of(World facts, List<software.amazon.awssdk.services.ec2.model.NetworkInterface> described) {
        List<String> oddities = new ArrayList<>();
        Map<Place, String> places = new HashMap<>();
        Map<Ipv4, String> carriers = new HashMap<>();
        Map<String, NetworkInterface> interfaces = new LinkedHashMap<>();
        described.stream()
                .filter(found -> facts.subnets().containsKey(found.subnetId()))
                .map(found -> eni(facts, found))
                .sorted(Comparator.comparing(Reading::attachTime).thenComparing(NetworkInterface::id))
                .forEach(eni -> {
                    NetworkInterface placed = placed(eni, places, oddities);
                    placed.addresses().forEach(address -> check(facts, placed, address, carriers, oddities));
                    interfaces.put(placed.id(), placed);
                });
        return new Reading(
                new World(
                        facts.region(),
                        facts.accountId(),
                        facts.vpcs(),
                        facts.subnets(),
                        facts.groups(),
                        facts.instances(),
                        interfaces),
                List.copyOf(oddities));
    }

    /** Whether the endpoint describes subnets or groups that the facts do not have, and so has to be read anew. */
    static boolean isBeyond(World facts, List<software.amazon.awssdk.services.ec2.model.NetworkInterface> described) {
        return described.stream()
                .anyMatch(found -> !facts.subnets().containsKey(found.subnetId())
                        || !facts.groups().keySet().containsAll(groupIds(found)));
    }

    /** The first node without its primary interface: its instance is gone, or not there yet. */
    Optional<String> lostNode() {
        return world.instances().values().stream()
                .filter(instance -> world.primaryInterface(instance.id()).isEmpty())
                .map(Instance::name)
                .findFirst();
    }

    /** A place has one link: whoever was there first has it. */
    private static NetworkInterface placed(NetworkInterface eni, Map<Place, String> places, List<String> oddities) {
        Attachment attachment = eni.attachment();
        if (attachment == null) {
            return eni;
        }
        Place place = new Place(attachment.instanceId(), attachment.networkCard(), attachment.deviceIndex());
        String first = places.putIfAbsent(place, eni.id());
        if (first == null) {
            return eni;
        }
        oddities.add("%s and %s are both attached at device index %d of %s: the second gets no link."
                .formatted(first, eni.id(), attachment.deviceIndex(), attachment.instanceId()));
        return eni.withAttachment(null);
    }

    private static void check(
            World facts, NetworkInterface eni, Ipv4 address, Map<Ipv4, String> carriers, List<String> oddities) {
        String first = carriers.putIfAbsent(address, eni.id());
        if (first != null) {
            oddities.add("%s is assigned to %s and to %s: only one of them gets its packets."
                    .formatted(address, first, eni.id()));
        }
        if (facts.subnetOf(eni).isReserved(address)) {
            oddities.add("%s of %s is one that EC2 keeps for itself: a pod with it has no network."
                    .formatted(address, eni.id()));
        }
    }

    private static NetworkInterface eni(World facts, software.amazon.awssdk.services.ec2.model.NetworkInterface found) {
        return new NetworkInterface(
                found.networkInterfaceId(),
                found.subnetId(),
                found.vpcId(),
                found.availabilityZone(),
                found.macAddress(),
                Objects.requireNonNullElse(found.description(), ""),
                Objects.requireNonNullElse(found.interfaceTypeAsString(), NetworkInterface.ORDINARY),
                !Boolean.FALSE.equals(found.sourceDestCheck()),
                groupIds(found),
                addresses(found),
                found.ipv4Prefixes().stream()
                        .map(prefix -> Ipv4Cidr.parse(prefix.ipv4Prefix()))
                        .toList(),
                List.of(),
                List.of(),
                ConnectionTracking.DEFAULT,
                tags(found.tagSet()),
                attachment(facts, found.attachment()),
                null);
    }

    /** Sorted: an emulation may tell them in another order each time. */
    private static List<String> groupIds(software.amazon.awssdk.services.ec2.model.NetworkInterface found) {
        return found.groups().stream().map(GroupIdentifier::groupId).sorted().toList();
    }

    private static List<Ipv4> addresses(software.amazon.awssdk.services.ec2.model.NetworkInterface found) {
        return Stream.concat(
                        Stream.of(found.privateIpAddress()),
                        found.privateIpAddresses().stream().map(NetworkInterfacePrivateIpAddress::privateIpAddress))
                .map(Ipv4::parse)
                .distinct()
                .toList();
    }

    private static @Nullable Attachment attachment(World facts, @Nullable NetworkInterfaceAttachment found) {
        if (found == null || !facts.instances().containsKey(found.instanceId())) {
            return null;
        }
        Attachment.@Nullable Status status =
                switch (found.statusAsString()) {
                    case "attaching" -> Attachment.Status.ATTACHING;
                    case "attached" -> Attachment.Status.ATTACHED;
                    case "detaching" -> Attachment.Status.DETACHING;
                    case null, default -> null;
                };
        return status == null
                ? null
                : new Attachment(
                        found.attachmentId(),
                        found.instanceId(),
                        found.deviceIndex(),
                        Objects.requireNonNullElse(found.networkCardIndex(), 0),
                        status,
                        Objects.requireNonNullElse(found.attachTime(), Instant.EPOCH),
                        Boolean.TRUE.equals(found.deleteOnTermination()));
    }

    private static Instant attachTime(NetworkInterface eni) {
        Attachment attachment = eni.attachment();
        return attachment == null ? Instant.EPOCH : attachment.attachTime();
    }

    private static List<Ipv4Cidr> ranges(software.amazon.awssdk.services.ec2.model.Vpc vpc) {
        return Stream.concat(
                        Stream.of(vpc.cidrBlock()),
                        vpc.cidrBlockAssociationSet().stream()
                                .filter(range -> range.cidrBlockState() == null
                                        || "associated"
                                                .equals(range.cidrBlockState().stateAsString()))
                                .map(range -> range.cidrBlock()))
                .map(Ipv4Cidr::parse)
                .distinct()
                .toList();
    }

    private static Map<String, String> tags(List<Tag> found) {
        return found.stream().collect(Collectors.toUnmodifiableMap(Tag::key, Tag::value, (first, _) -> first));
    }
}
