package io.vpccni.ec2;

import io.vpccni.branch.GroupFacts;
import java.util.List;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.model.IpPermission;
import software.amazon.awssdk.services.ec2.model.SecurityGroup;
import software.amazon.awssdk.services.ec2.model.UserIdGroupPair;

/** Reads EC2's description of a security group. */
final class GroupReading {

    private static final int DNS = 53;

    private static final List<String> UDP = List.of("udp", "17", "-1");

    private GroupReading() {}

    static GroupFacts facts(SecurityGroup group, String clusterTag) {
        return new GroupFacts(
                group.groupId(),
                group.tags().stream().anyMatch(tag -> tag.key().equals(clusterTag)),
                group.ipPermissionsEgress().stream().anyMatch(GroupReading::isDns),
                group.ipPermissions().stream()
                        .flatMap(rule -> rule.userIdGroupPairs().stream())
                        .map(UserIdGroupPair::groupId)
                        .collect(Collectors.toSet()),
                group.ipPermissions().stream()
                        .anyMatch(rule -> !rule.ipRanges().isEmpty()
                                || !rule.ipv6Ranges().isEmpty()
                                || !rule.prefixListIds().isEmpty()));
    }

    private static boolean isDns(IpPermission rule) {
        return UDP.contains(rule.ipProtocol())
                && (rule.fromPort() == null || rule.fromPort() <= DNS)
                && (rule.toPort() == null || rule.toPort() >= DNS);
    }
}
