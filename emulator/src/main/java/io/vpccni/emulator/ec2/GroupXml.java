package io.vpccni.emulator.ec2;

import io.vpccni.emulator.cloud.Ec2Result.GroupsRule;
import io.vpccni.emulator.cloud.GroupRule;
import io.vpccni.emulator.cloud.Peer;
import io.vpccni.emulator.cloud.SecurityGroup;
import io.vpccni.emulator.cloud.Traffic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The types SecurityGroup, IpPermission and SecurityGroupRule of the API reference. */
final class GroupXml {
    private GroupXml() {}

    static void group(Xml xml, SecurityGroup group, String accountId) {
        xml.put("ownerId", accountId)
                .put("groupId", group.id())
                .put("groupName", group.name())
                .put("groupDescription", group.description())
                .put("vpcId", group.vpcId());
        permissions(xml, "ipPermissions", group.rules(false), accountId);
        permissions(xml, "ipPermissionsEgress", group.rules(true), accountId);
        InterfaceXml.tags(xml, group.tags());
    }

    /** Rules of the same traffic are one permission with several peers. */
    private static void permissions(Xml xml, String name, List<GroupRule> rules, String accountId) {
        Map<Traffic, List<GroupRule>> byTraffic = new LinkedHashMap<>();
        rules.forEach(rule -> byTraffic
                .computeIfAbsent(rule.traffic(), traffic -> new java.util.ArrayList<>())
                .add(rule));
        xml.list(name, byTraffic.entrySet(), entry -> {
            traffic(xml, entry.getKey());
            xml.list(
                            "ipRanges",
                            peers(entry.getValue(), Peer.Ipv4Range.class),
                            rule -> xml.put("cidrIp", ((Peer.Ipv4Range) rule.peer()).range())
                                    .put("description", description(rule)))
                    .list(
                            "ipv6Ranges",
                            peers(entry.getValue(), Peer.Ipv6Range.class),
                            rule -> xml.put("cidrIpv6", ((Peer.Ipv6Range) rule.peer()).range())
                                    .put("description", description(rule)))
                    .list(
                            "groups",
                            peers(entry.getValue(), Peer.Group.class),
                            rule -> xml.put("userId", accountId)
                                    .put("groupId", ((Peer.Group) rule.peer()).groupId())
                                    .put("description", description(rule)));
        });
    }

    private static List<GroupRule> peers(List<GroupRule> rules, Class<? extends Peer> kind) {
        return rules.stream().filter(rule -> kind.isInstance(rule.peer())).toList();
    }

    static void rule(Xml xml, GroupsRule one, String accountId) {
        identity(xml, one);
        xml.put("groupOwnerId", accountId);
        if (one.rule().peer() instanceof Peer.Group(String groupId)) {
            xml.in("referencedGroupInfo", () -> xml.put("groupId", groupId).put("userId", accountId));
        }
    }

    static void revoked(Xml xml, GroupsRule one) {
        identity(xml, one);
        if (one.rule().peer() instanceof Peer.Group(String groupId)) {
            xml.put("referencedGroupId", groupId);
        }
    }

    private static void identity(Xml xml, GroupsRule one) {
        GroupRule rule = one.rule();
        xml.put("securityGroupRuleId", rule.id())
                .put("groupId", one.group().id())
                .put("isEgress", rule.egress())
                .put("description", description(rule));
        Traffic traffic = rule.traffic();
        xml.put("ipProtocol", traffic.protocol())
                .put("fromPort", traffic.from())
                .put("toPort", traffic.to());
        switch (rule.peer()) {
            case Peer.Ipv4Range(var range) -> xml.put("cidrIpv4", range);
            case Peer.Ipv6Range(var range) -> xml.put("cidrIpv6", range);
            case Peer.Group _ -> {}
        }
    }

    private static void traffic(Xml xml, Traffic traffic) {
        xml.put("ipProtocol", traffic.protocol());
        if (!traffic.equals(Traffic.ALL)) {
            xml.put("fromPort", traffic.from()).put("toPort", traffic.to());
        }
    }

    private static @Nullable String description(GroupRule rule) {
        return rule.description().isEmpty() ? null : rule.description();
    }
}
