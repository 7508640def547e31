package io.vpccni.emulator.ec2;

import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ipv4Cidr;
import io.vpccni.emulator.cloud.Ipv6Cidr;
import io.vpccni.emulator.cloud.Peer;
import io.vpccni.emulator.cloud.RuleWish;
import io.vpccni.emulator.cloud.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The type IpPermission of the API reference: one kind of traffic and many peers, each of which makes a rule. */
final class RuleReader {
    private RuleReader() {}

    /** @throws CloudError MissingParameter, InvalidParameterValue */
    static List<RuleWish> rules(Form form) {
        List<RuleWish> rules = new ArrayList<>();
        for (Form permission : form.members("IpPermissions")) {
            Traffic traffic = Traffic.of(
                    permission.need("IpProtocol"), permission.number("FromPort", -1), permission.number("ToPort", -1));
            int before = rules.size();
            add(
                    rules,
                    traffic,
                    permission.members("IpRanges"),
                    range -> new Peer.Ipv4Range(Ipv4Cidr.parse(range.need("CidrIp"))));
            add(
                    rules,
                    traffic,
                    permission.members("Ipv6Ranges"),
                    range -> new Peer.Ipv6Range(Ipv6Cidr.parse(range.need("CidrIpv6"))));
            add(rules, traffic, permission.members("Groups"), pair -> new Peer.Group(pair.need("GroupId")));
            if (rules.size() == before) {
                throw new CloudError(
                        "InvalidParameterValue", "Each IpPermission needs IpRanges, Ipv6Ranges or Groups.");
            }
        }
        return rules;
    }

    private static void add(List<RuleWish> rules, Traffic traffic, List<Form> peers, Function<Form, Peer> peer) {
        peers.forEach(one -> rules.add(new RuleWish(traffic, peer.apply(one), one.get("Description", ""))));
    }
}
