package io.vpccni.emulator.cloud;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A good answer of the EC2 API. {@code nextToken} is null on the last page. */
public sealed interface Ec2Result {
    /** Instances with the world they were seen in, for their ENIs. */
    record Instances(
            List<Instance> instances, World world, @Nullable String nextToken) implements Ec2Result {}

    record Types(List<InstanceType> types, @Nullable String nextToken) implements Ec2Result {}

    record Subnets(List<Subnet> subnets, @Nullable String nextToken) implements Ec2Result {}

    record Vpcs(List<Vpc> vpcs, @Nullable String nextToken) implements Ec2Result {}

    record Groups(List<SecurityGroup> groups, @Nullable String nextToken) implements Ec2Result {}

    record Interfaces(
            List<NetworkInterface> interfaces,
            World world,
            @Nullable String nextToken) implements Ec2Result {}

    /** Branches, for their associations. */
    record Associations(
            List<NetworkInterface> branches, @Nullable String nextToken) implements Ec2Result {}

    record GroupRules(List<GroupsRule> rules, @Nullable String nextToken) implements Ec2Result {}

    /** A rule with the group that it belongs to. */
    record GroupsRule(SecurityGroup group, GroupRule rule) {}

    record GroupRulesRevoked(List<GroupsRule> rules) implements Ec2Result {}

    record GroupCreated(SecurityGroup group, String region) implements Ec2Result {}

    record GroupDeleted(String groupId) implements Ec2Result {}

    record Associated(NetworkInterface branch, @Nullable String clientToken) implements Ec2Result {}

    record Disassociated(@Nullable String clientToken) implements Ec2Result {}

    record Permitted(String permissionId, String eniId, String accountId, String permission) implements Ec2Result {}

    record Tags(List<Tag> tags, @Nullable String nextToken) implements Ec2Result {}

    record Tag(String resourceId, String resourceType, String key, String value) {}

    record Created(
            NetworkInterface eni, World world, @Nullable String clientToken) implements Ec2Result {}

    record Attached(String attachmentId, int networkCard) implements Ec2Result {}

    /** Only what is new, not all that the ENI has. */
    record AssignedIpv4(String eniId, List<Ipv4> addresses, List<Ipv4Cidr> prefixes) implements Ec2Result {}

    record AssignedIpv6(String eniId, List<Ipv6> addresses, List<Ipv6Cidr> prefixes) implements Ec2Result {}

    record UnassignedIpv6(String eniId, List<Ipv6> addresses, List<Ipv6Cidr> prefixes) implements Ec2Result {}

    /** The call's answer is {@code return = true}. */
    record Done() implements Ec2Result {}
}
