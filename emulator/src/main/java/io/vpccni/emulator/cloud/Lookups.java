package io.vpccni.emulator.cloud;

import io.vpccni.emulator.cloud.Ec2Result.GroupsRule;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Resources by id, or EC2's error for an id that is malformed or unknown. */
final class Lookups {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{8}|[0-9a-f]{17}");

    private Lookups() {}

    static NetworkInterface eni(World world, String id) {
        return find(world.interfaces(), id, "eni", "NetworkInterface", "networkInterface");
    }

    static Subnet subnet(World world, String id) {
        return find(world.subnets(), id, "subnet", "Subnet", "subnet");
    }

    static Vpc vpc(World world, String id) {
        return find(world.vpcs(), id, "vpc", "Vpc", "vpc");
    }

    static Instance instance(World world, String id) {
        return find(world.instances(), id, "i", "Instance", "instance");
    }

    static SecurityGroup group(World world, String id) {
        if (!id.startsWith("sg-")) {
            throw new CloudError("InvalidGroupId.Malformed", "Invalid id: \"" + id + "\" (expecting \"sg-...\")");
        }
        SecurityGroup group = world.groups().get(id);
        if (group == null) {
            throw new CloudError("InvalidGroup.NotFound", "The security group '" + id + "' does not exist");
        }
        return group;
    }

    /** The ENI that has the attachment. */
    static NetworkInterface attached(World world, String attachmentId) {
        malformed(attachmentId, "eni-attach", "Attachment");
        return world.interfaces().values().stream()
                .filter(eni -> eni.attachment() != null && eni.attachment().id().equals(attachmentId))
                .findFirst()
                .orElseThrow(() -> new CloudError(
                        "InvalidAttachmentID.NotFound", "The attachment ID '" + attachmentId + "' does not exist"));
    }

    /** Distinct groups of the ENI's VPC, the default one when none is named. */
    static List<String> groups(World world, String vpcId, List<String> ids, AccountLimits limits) {
        List<String> distinct = List.copyOf(new LinkedHashSet<>(ids));
        for (String id : distinct) {
            if (!group(world, id).vpcId().equals(vpcId)) {
                throw new CloudError(
                        "InvalidGroup.NotFound", "You have specified two resources that belong to different networks.");
            }
        }
        if (distinct.size() > limits.groupsPerInterface()) {
            throw new CloudError(
                    "SecurityGroupsPerInterfaceLimitExceeded",
                    "You have exceeded the maximum number of security groups allowed per network interface.");
        }
        return distinct.isEmpty() ? List.of(defaultGroup(world, vpcId).id()) : distinct;
    }

    /** The oldest group of a VPC. */
    static SecurityGroup defaultGroup(World world, String vpcId) {
        return world.groups().values().stream()
                .filter(group -> group.vpcId().equals(vpcId))
                .findFirst()
                .orElseThrow();
    }

    /** The branch that has the association. */
    static NetworkInterface associated(World world, String associationId) {
        malformed(associationId, "trunk-assoc", "Association");
        return world.interfaces().values().stream()
                .filter(eni ->
                        eni.association() != null && eni.association().id().equals(associationId))
                .findFirst()
                .orElseThrow(() -> new CloudError(
                        "InvalidAssociationID.NotFound", "The association ID '" + associationId + "' does not exist"));
    }

    /** The rule of that id. */
    static GroupsRule rule(World world, String ruleId) {
        malformed(ruleId, "sgr", "SecurityGroupRule");
        return rules(world)
                .filter(one -> one.rule().id().equals(ruleId))
                .findFirst()
                .orElseThrow(() -> noRule(ruleId));
    }

    /** The rules of all groups. */
    static Stream<GroupsRule> rules(World world) {
        return world.groups().values().stream()
                .flatMap(group -> group.rules().stream().map(rule -> new GroupsRule(group, rule)));
    }

    static CloudError noRule(String ruleId) {
        return new CloudError(
                "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '" + ruleId + "' does not exist");
    }

    private static <T> T find(Map<String, T> all, String id, String prefix, String code, String noun) {
        malformed(id, prefix, code);
        T found = all.get(id);
        if (found == null) {
            throw new CloudError("Invalid" + code + "ID.NotFound", "The " + noun + " ID '" + id + "' does not exist");
        }
        return found;
    }

    private static void malformed(String id, String prefix, String code) {
        if (!id.startsWith(prefix + "-")
                || !HEX.matcher(id.substring(prefix.length() + 1)).matches()) {
            throw new CloudError(
                    "Invalid" + code + "ID.Malformed", "Invalid id: \"" + id + "\" (expecting \"" + prefix + "-...\")");
        }
    }
}
