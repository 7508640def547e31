package io.vpccni.emulator.fabric;

import io.vpccni.emulator.cloud.GroupRule;
import io.vpccni.emulator.cloud.Peer;
import io.vpccni.emulator.cloud.SecurityGroup;
import io.vpccni.emulator.cloud.Traffic;
import io.vpccni.emulator.cloud.WireEni;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Security groups as {@code nft} reads them.
 *
 * <pre>
 *   forward, priority 0   ip saddr vmap @leave4 ─► out-0 ─► sg-…-out, sg-…-out, drop
 *   forward, priority 1   ip daddr vmap @arrive4 ─► in-0 ─► sg-…-in, sg-…-in, drop
 * </pre>
 *
 * A packet between two ENIs passes both. Each group has a chain for each direction, and two sets with the addresses of
 * its members if a rule names it; ENIs with the same groups share {@code in-0} and {@code out-0}. An ENI with a group
 * that keeps nothing out is in no map.
 */
final class FirewallText {
    static final String TABLE = "security-groups";

    /** ENIs that have the same groups, all of which keep something out. */
    private record Ward(int number, List<SecurityGroup> groups, List<WireEni> enis) {}

    private static final String NEIGHBOUR_DISCOVERY = "icmpv6 type { 133, 135, 136 } accept";
    private static final String ESTABLISHED = "ct state established,related accept";

    private final StringBuilder text = new StringBuilder();
    private final Map<String, SecurityGroup> groups;
    private final Collection<WireEni> enis;

    private FirewallText(Map<String, SecurityGroup> groups, Collection<WireEni> enis) {
        this.groups = groups;
        this.enis = enis;
    }

    /**
     * What is inside of the table; empty where nothing is kept out.
     *
     * @param enis all on the wire, branches among them
     * @param unchecked those whose links do not check source addresses
     */
    static String of(Map<String, SecurityGroup> groups, Collection<WireEni> enis, Collection<WireEni> unchecked) {
        var table = new FirewallText(groups, enis);
        var wards = table.wards();
        if (!wards.isEmpty()) {
            table.write(wards);
        }
        if (!unchecked.isEmpty()) {
            table.checkSources(
                    unchecked.stream().filter(WireEni::sourceDestCheck).toList());
        }
        return table.text.toString();
    }

    private List<Ward> wards() {
        Map<List<String>, Ward> wards = new LinkedHashMap<>();
        for (var eni : enis) {
            var own = eni.groupIds().stream()
                    .map(id -> Objects.requireNonNull(groups.get(id), id))
                    .toList();
            if (own.stream().noneMatch(SecurityGroup::isOpen)) {
                wards.computeIfAbsent(eni.groupIds(), ids -> new Ward(wards.size(), own, new ArrayList<>()))
                        .enis()
                        .add(eni);
            }
        }
        return List.copyOf(wards.values());
    }

    private void write(List<Ward> wards) {
        Set<SecurityGroup> used = new LinkedHashSet<>();
        wards.forEach(ward -> used.addAll(ward.groups()));
        used.stream()
                .flatMap(group -> group.rules().stream())
                .flatMap(rule -> rule.peer() instanceof Peer.Group(String id) ? Stream.of(id) : Stream.empty())
                .distinct()
                .forEach(this::members);
        for (var group : used) {
            chain(group.id() + "-in", rules(group, false));
            chain(group.id() + "-out", rules(group, true));
        }
        for (var ward : wards) {
            chain("in-" + ward.number(), jumps(ward, "-in"));
            chain("out-" + ward.number(), jumps(ward, "-out"));
        }
        map("arrive", "in-", wards);
        map("leave", "out-", wards);
        base("leave-forward", "forward priority 0", ESTABLISHED, "ip saddr vmap @leave4", "ip6 saddr vmap @leave6");
        base("arrive-forward", "forward priority 1", ESTABLISHED, "ip daddr vmap @arrive4", "ip6 daddr vmap @arrive6");
        // The gateway and the internet are the router itself.
        base(
                "leave-input",
                "input priority 0",
                NEIGHBOUR_DISCOVERY,
                ESTABLISHED,
                "ip saddr vmap @leave4",
                "ip6 saddr vmap @leave6");
        base(
                "arrive-output",
                "output priority 0",
                NEIGHBOUR_DISCOVERY,
                ESTABLISHED,
                "ip daddr vmap @arrive4",
                "ip6 daddr vmap @arrive6");
    }

    private void members(String groupId) {
        var members =
                enis.stream().filter(eni -> eni.groupIds().contains(groupId)).toList();
        set(
                groupId + "-4",
                "ipv4_addr",
                members.stream().flatMap(eni -> ipv4(eni)).toList());
        set(
                groupId + "-6",
                "ipv6_addr",
                members.stream().flatMap(eni -> ipv6(eni)).toList());
    }

    private static List<String> rules(SecurityGroup group, boolean egress) {
        return group.rules(egress).stream().flatMap(FirewallText::rule).toList();
    }

    private static Stream<String> rule(GroupRule rule) {
        String end = rule.egress() ? "daddr " : "saddr ";
        var peers =
                switch (rule.peer()) {
                    case Peer.Ipv4Range(var range) -> Stream.of("ip " + end + range);
                    case Peer.Ipv6Range(var range) -> Stream.of("ip6 " + end + range);
                    case Peer.Group(String id) ->
                        Stream.of("ip " + end + "@" + id + "-4", "ip6 " + end + "@" + id + "-6");
                };
        // nft refuses ICMP of one family with addresses of the other.
        String other =
                switch (rule.traffic().protocol()) {
                    case "icmp" -> "ip6 ";
                    case "icmpv6" -> "ip ";
                    default -> "none";
                };
        return peers.filter(peer -> !peer.startsWith(other))
                .map(peer -> (traffic(rule.traffic()) + " " + peer + " accept").strip());
    }

    private static String traffic(Traffic traffic) {
        return switch (traffic.protocol()) {
            case "tcp", "udp" -> traffic.protocol() + " dport " + traffic.from() + "-" + traffic.to();
            case "icmp" -> icmp("icmp", "icmp", traffic);
            case "icmpv6" -> icmp("icmpv6", "ipv6-icmp", traffic);
            default -> "";
        };
    }

    private static String icmp(String name, String protocol, Traffic traffic) {
        if (traffic.from() < 0) {
            return "meta l4proto " + protocol;
        }
        String type = name + " type " + traffic.from();
        return traffic.to() < 0 ? type : type + " " + name + " code " + traffic.to();
    }

    private static List<String> jumps(Ward ward, String direction) {
        return Stream.concat(ward.groups().stream().map(group -> "jump " + group.id() + direction), Stream.of("drop"))
                .toList();
    }

    /** A packet with the MAC of such an ENI has an address of that ENI, and a packet with its address has its MAC. */
    private void checkSources(List<WireEni> branches) {
        set(
                "branches4",
                "ipv4_addr",
                branches.stream().flatMap(FirewallText::ipv4).toList());
        set(
                "branches6",
                "ipv6_addr",
                branches.stream().flatMap(FirewallText::ipv6).toList());
        set("macs", "ether_addr", branches.stream().map(WireEni::mac).toList());
        set(
                "sources4",
                "ipv4_addr . ether_addr",
                branches.stream()
                        .flatMap(eni -> ipv4(eni).map(address -> address + " . " + eni.mac()))
                        .toList());
        set(
                "sources6",
                "ipv6_addr . ether_addr",
                branches.stream()
                        .flatMap(eni -> ipv6(eni).map(address -> address + " . " + eni.mac()))
                        .toList());
        base(
                "sources",
                "prerouting priority -300",
                "ip saddr @branches4 ip saddr . ether saddr != @sources4 drop",
                "ip6 saddr @branches6 ip6 saddr . ether saddr != @sources6 drop",
                "ether saddr @macs meta protocol ip ip saddr . ether saddr != @sources4 drop",
                "ether saddr @macs ip6 saddr != { ::, fe80::/10 } ip6 saddr . ether saddr != @sources6 drop");
    }

    private static Stream<String> ipv4(WireEni eni) {
        return Stream.concat(eni.addresses().stream(), eni.prefixes().stream()).map(Object::toString);
    }

    private static Stream<String> ipv6(WireEni eni) {
        return Stream.concat(eni.ipv6Addresses().stream(), eni.ipv6Prefixes().stream())
                .map(Object::toString);
    }

    private void map(String name, String chain, List<Ward> wards) {
        List<String> ipv4 = new ArrayList<>();
        List<String> ipv6 = new ArrayList<>();
        for (var ward : wards) {
            for (var eni : ward.enis()) {
                ipv4(eni).forEach(address -> ipv4.add(address + " : goto " + chain + ward.number()));
                ipv6(eni).forEach(address -> ipv6.add(address + " : goto " + chain + ward.number()));
            }
        }
        elements("map " + name + "4", "ipv4_addr : verdict", ipv4);
        elements("map " + name + "6", "ipv6_addr : verdict", ipv6);
    }

    private void set(String name, String type, List<String> elements) {
        elements("set " + name, type, elements);
    }

    private void elements(String head, String type, List<String> elements) {
        var lines = new ArrayList<>(List.of("type " + type, "flags interval"));
        if (!elements.isEmpty()) {
            lines.add("elements = { " + String.join(", ", elements) + " }");
        }
        block(head, lines);
    }

    private void base(String name, String hook, String... rules) {
        chain(
                name,
                Stream.concat(Stream.of("type filter hook " + hook), Stream.of(rules))
                        .toList());
    }

    private void chain(String name, List<String> rules) {
        block("chain " + name, rules);
    }

    private void block(String head, List<String> lines) {
        text.append("  ").append(head).append(" {\n");
        lines.forEach(line -> text.append("    ").append(line).append(";\n"));
        text.append("  }\n");
    }
}
