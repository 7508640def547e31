package io.vpccni.emulator.cloud;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A security group with its rules, the oldest first. */
public record SecurityGroup(
        String id, String name, String vpcId, String description, List<GroupRule> rules, Map<String, String> tags) {
    private static final Ipv4Cidr ALL_IPV4 = new Ipv4Cidr(new Ipv4(0), 0);
    private static final Ipv6Cidr ALL_IPV6 = new Ipv6Cidr(new Ipv6(0, 0), 0);

    public SecurityGroup {
        rules = List.copyOf(rules);
    }

    /** One that keeps nothing out. */
    public static SecurityGroup open(String id, String name, String vpcId, String description) {
        return new SecurityGroup(id, name, vpcId, description, List.of(), Map.of())
                .letAll(false)
                .letAll(true);
    }

    /** A rule for each family that lets everything through in one direction. */
    SecurityGroup letAll(boolean egress) {
        // A rule's id is as long as the group's, and is made of it.
        String start = "sgr-" + id.substring("sg-".length(), id.length() - 2) + (egress ? "e" : "d");
        List<GroupRule> all = new ArrayList<>(rules);
        all.add(new GroupRule(start + "4", egress, Traffic.ALL, new Peer.Ipv4Range(ALL_IPV4), ""));
        all.add(new GroupRule(start + "6", egress, Traffic.ALL, new Peer.Ipv6Range(ALL_IPV6), ""));
        return withRules(all);
    }

    public List<GroupRule> rules(boolean egress) {
        return rules.stream().filter(rule -> rule.egress() == egress).toList();
    }

    /** Nothing is kept from an ENI that has it, nor from leaving it. */
    public boolean isOpen() {
        return isOpen(true) && isOpen(false);
    }

    private boolean isOpen(boolean egress) {
        Predicate<Peer> lets = peer -> rules(egress).stream()
                .anyMatch(rule ->
                        rule.traffic().equals(Traffic.ALL) && rule.peer().equals(peer));
        return lets.test(new Peer.Ipv4Range(ALL_IPV4)) && lets.test(new Peer.Ipv6Range(ALL_IPV6));
    }

    /** One of its rules names the other group. */
    boolean mentions(String groupId) {
        return rules.stream().anyMatch(rule -> rule.peer().equals(new Peer.Group(groupId)));
    }

    SecurityGroup withRules(List<GroupRule> next) {
        return new SecurityGroup(id, name, vpcId, description, next, tags);
    }

    SecurityGroup withTags(Map<String, String> next) {
        return new SecurityGroup(id, name, vpcId, description, rules, next);
    }
}
