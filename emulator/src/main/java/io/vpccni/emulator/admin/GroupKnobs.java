package io.vpccni.emulator.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ipv4Cidr;
import io.vpccni.emulator.cloud.Ipv6Cidr;
import io.vpccni.emulator.cloud.Peer;
import io.vpccni.emulator.cloud.RuleWish;
import io.vpccni.emulator.cloud.SecurityGroup;
import io.vpccni.emulator.cloud.Traffic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Security groups in the words of a command line. */
final class GroupKnobs {
    static final String HELP = """
            POST   /security-groups        {"name":"web","allow":["tcp:80:10.0.0.0/8","tcp:8000-8080:data","icmp::0.0.0.0/0"]}:
                                           a security group that lets these in, and everything out; one that is there
                                           lets in these too. Peers are ranges, or groups by name or id
            """;

    private final Emulator emulator;

    GroupKnobs(Emulator emulator) {
        this.emulator = emulator;
    }

    /** Empty when the path is none of these. */
    Optional<JsonNode> answer(String method, String path, JsonNode body) {
        if (!method.equals("POST") || !path.equals("/security-groups")) {
            return Optional.empty();
        }
        String name = Json.text(body, "name");
        return Optional.of(emulator.decide((core, now) -> {
            SecurityGroup group = named(core, name).orElseGet(() -> create(core, name, now));
            List<RuleWish> rules = new ArrayList<>();
            for (JsonNode rule : body.path("allow")) {
                RuleWish wish = rule(core, rule.asText());
                boolean there = group.rules(false).stream()
                        .anyMatch(old -> old.traffic().equals(wish.traffic())
                                && old.peer().equals(wish.peer()));
                if (!there) {
                    rules.add(wish);
                }
            }
            if (!rules.isEmpty()) {
                core.cloud().call(new Ec2Request.AuthorizeSecurityGroupIngress(group.id(), rules), now);
            }
            ObjectNode answer = Json.object();
            return answer.put("groupId", group.id()).put("groupName", name);
        }));
    }

    private static SecurityGroup create(InProcess core, String name, Instant now) {
        String vpc = core.cloud().world().vpcs().keySet().iterator().next();
        core.cloud().call(new Ec2Request.CreateSecurityGroup(name, "made by hand", vpc, Map.of()), now);
        return named(core, name).orElseThrow();
    }

    /** By name or id. */
    private static Optional<SecurityGroup> named(InProcess core, String name) {
        return core.cloud().world().groups().values().stream()
                .filter(group -> group.name().equals(name) || group.id().equals(name))
                .findFirst();
    }

    /** {@code PROTOCOL:[PORT[-PORT]]:PEER}; a peer of IPv6 has colons of its own. */
    private static RuleWish rule(InProcess core, String text) {
        String[] parts = text.split(":", 3);
        if (parts.length < 3) {
            throw new Json.BadBody("A rule is like tcp:80:10.0.0.0/8, not '" + text + "'.");
        }
        String[] ports = parts[1].split("-", 2);
        try {
            int from = parts[1].isEmpty() ? -1 : Integer.parseInt(ports[0]);
            int to = ports.length == 2 ? Integer.parseInt(ports[1]) : from;
            return RuleWish.of(Traffic.of(parts[0].equals("all") ? "-1" : parts[0], from, to), peer(core, parts[2]));
        } catch (NumberFormatException e) {
            throw new Json.BadBody("No ports: '" + parts[1] + "'.");
        }
    }

    private static Peer peer(InProcess core, String text) {
        Optional<SecurityGroup> group = named(core, text);
        if (group.isPresent()) {
            return new Peer.Group(group.get().id());
        }
        try {
            return text.contains(":")
                    ? new Peer.Ipv6Range(Ipv6Cidr.parse(text))
                    : new Peer.Ipv4Range(Ipv4Cidr.parse(text));
        } catch (IllegalArgumentException | CloudError e) {
            throw new Json.BadBody("'" + text + "' is neither a range nor a security group.");
        }
    }
}
