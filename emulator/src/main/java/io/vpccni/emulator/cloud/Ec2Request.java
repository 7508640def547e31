package io.vpccni.emulator.cloud;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call of the EC2 API, typed. The name of each record is the name of its action. */
public sealed interface Ec2Request {
    default String action() {
        return getClass().getSimpleName();
    }

    /** A call that is only asked whether it would be allowed. */
    record DryRun(Ec2Request request) implements Ec2Request {
        @Override
        public String action() {
            return request.action();
        }
    }

    /** A call that only reads, and so may see an old world. */
    sealed interface Describe extends Ec2Request {
        Query query();
    }

    record DescribeInstances(Query query) implements Describe {}

    record DescribeInstanceTypes(Query query) implements Describe {}

    record DescribeSubnets(Query query) implements Describe {}

    record DescribeVpcs(Query query) implements Describe {}

    record DescribeSecurityGroups(Query query) implements Describe {}

    record DescribeSecurityGroupRules(Query query) implements Describe {}

    record DescribeNetworkInterfaces(Query query) implements Describe {}

    record DescribeTrunkInterfaceAssociations(Query query) implements Describe {}

    record DescribeTags(Query query) implements Describe {}

    /**
     * Makes an ENI, filled from the start if so wished.
     *
     * @param primaryAddress null: EC2 chooses
     * @param groupIds empty: the default group of the VPC
     * @param clientToken null: not idempotent
     */
    record CreateNetworkInterface(
            String subnetId,
            String description,
            List<String> groupIds,
            @Nullable String primaryAddress,
            AddressWish ipv4,
            AddressWish ipv6,
            String interfaceType,
            ConnectionTracking tracking,
            Map<String, String> tags,
            @Nullable String clientToken)
            implements Ec2Request {

        public static CreateNetworkInterface in(String subnetId) {
            return new CreateNetworkInterface(
                    subnetId,
                    "",
                    List.of(),
                    null,
                    AddressWish.NOTHING,
                    AddressWish.NOTHING,
                    "interface",
                    ConnectionTracking.DEFAULT,
                    Map.of(),
                    null);
        }

        public CreateNetworkInterface withIpv4(AddressWish next) {
            return new CreateNetworkInterface(
                    subnetId,
                    description,
                    groupIds,
                    primaryAddress,
                    next,
                    ipv6,
                    interfaceType,
                    tracking,
                    tags,
                    clientToken);
        }

        public CreateNetworkInterface withIpv6(AddressWish next) {
            return new CreateNetworkInterface(
                    subnetId,
                    description,
                    groupIds,
                    primaryAddress,
                    ipv4,
                    next,
                    interfaceType,
                    tracking,
                    tags,
                    clientToken);
        }

        public CreateNetworkInterface withInterfaceType(String next) {
            return new CreateNetworkInterface(
                    subnetId, description, groupIds, primaryAddress, ipv4, ipv6, next, tracking, tags, clientToken);
        }

        public CreateNetworkInterface withPrimaryAddress(String next) {
            return new CreateNetworkInterface(
                    subnetId, description, groupIds, next, ipv4, ipv6, interfaceType, tracking, tags, clientToken);
        }

        public CreateNetworkInterface withGroups(String... next) {
            return new CreateNetworkInterface(
                    subnetId,
                    description,
                    List.of(next),
                    primaryAddress,
                    ipv4,
                    ipv6,
                    interfaceType,
                    tracking,
                    tags,
                    clientToken);
        }

        public CreateNetworkInterface withDescription(String next) {
            return new CreateNetworkInterface(
                    subnetId, next, groupIds, primaryAddress, ipv4, ipv6, interfaceType, tracking, tags, clientToken);
        }

        public CreateNetworkInterface withTags(Map<String, String> next) {
            return new CreateNetworkInterface(
                    subnetId,
                    description,
                    groupIds,
                    primaryAddress,
                    ipv4,
                    ipv6,
                    interfaceType,
                    tracking,
                    next,
                    clientToken);
        }

        public CreateNetworkInterface withClientToken(@Nullable String next) {
            return new CreateNetworkInterface(
                    subnetId, description, groupIds, primaryAddress, ipv4, ipv6, interfaceType, tracking, tags, next);
        }
    }

    record AttachNetworkInterface(String eniId, String instanceId, int deviceIndex, int networkCard)
            implements Ec2Request {}

    record DetachNetworkInterface(String attachmentId, boolean force) implements Ec2Request {}

    record DeleteNetworkInterface(String eniId) implements Ec2Request {}

    /** Null leaves an attribute as it is; EC2 takes exactly one attribute in a call. */
    record ModifyNetworkInterfaceAttribute(
            String eniId,
            @Nullable List<String> groupIds,
            @Nullable AttachmentFlag deleteOnTermination,
            @Nullable Boolean sourceDestCheck,
            @Nullable String description)
            implements Ec2Request {
        public record AttachmentFlag(String attachmentId, boolean value) {}
    }

    /** Lets another account use an ENI; {@code permission} is {@code INSTANCE-ATTACH} or {@code EIP-ASSOCIATE}. */
    record CreateNetworkInterfacePermission(String eniId, String accountId, String permission) implements Ec2Request {}

    /**
     * Makes an ordinary ENI the branch of a trunk.
     *
     * @param clientToken null: not idempotent
     */
    record AssociateTrunkInterface(
            String branchEniId,
            String trunkEniId,
            int vlanId,
            @Nullable String clientToken) implements Ec2Request {}

    record DisassociateTrunkInterface(
            String associationId, @Nullable String clientToken) implements Ec2Request {}

    record CreateSecurityGroup(String name, String description, String vpcId, Map<String, String> tags)
            implements Ec2Request {}

    record DeleteSecurityGroup(String groupId) implements Ec2Request {}

    record AuthorizeSecurityGroupIngress(String groupId, List<RuleWish> rules) implements Ec2Request {}

    record AuthorizeSecurityGroupEgress(String groupId, List<RuleWish> rules) implements Ec2Request {}

    record RevokeSecurityGroupIngress(String groupId, List<RuleWish> rules, List<String> ruleIds)
            implements Ec2Request {}

    record RevokeSecurityGroupEgress(String groupId, List<RuleWish> rules, List<String> ruleIds)
            implements Ec2Request {}

    record AssignPrivateIpAddresses(String eniId, AddressWish wish, boolean allowReassignment) implements Ec2Request {}

    record UnassignPrivateIpAddresses(String eniId, List<String> addresses, List<String> prefixes)
            implements Ec2Request {}

    record AssignIpv6Addresses(String eniId, AddressWish wish) implements Ec2Request {}

    record UnassignIpv6Addresses(String eniId, List<String> addresses, List<String> prefixes) implements Ec2Request {}

    record CreateTags(List<String> resourceIds, Map<String, String> tags) implements Ec2Request {}

    /**
     * Removes tags.
     *
     * @param tags keys; a non-empty value must match for the tag to go. Empty: all tags of the resources
     */
    record DeleteTags(List<String> resourceIds, Map<String, String> tags) implements Ec2Request {}
}
