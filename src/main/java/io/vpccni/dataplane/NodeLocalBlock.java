package io.vpccni.dataplane;

import io.vpccni.vpc.IpFamily;

/**
 * Keeps pods of a node from reaching each other by addresses that they only have to get out to the internet, and that
 * network policies know nothing of. The rule is the reference's, text and all; once made it is never taken away, since pods
 * keep such addresses when the setting changes.
 *
 * @param family of those addresses, which is not the node's own
 */
public record NodeLocalBlock(IpFamily family) implements FirewallWish {

    private static final String FORWARD = "FORWARD";

    String rule() {
        return switch (family) {
            case IPV4 -> rule("169.254.172.0/22", "Block Node Local Pod access via IPv4", "icmp-port-unreachable");
            case IPV6 -> rule("fd00::ac:0/118", "Block Node Local Pod access via IPv6", "icmp6-port-unreachable");
        };
    }

    // As iptables-save prints it.
    private static String rule(String destination, String comment, String answer) {
        return "-d %s -m conntrack --ctstate NEW -m comment --comment \"%s\" -j REJECT --reject-with %s"
                .formatted(destination, comment, answer);
    }

    @Override
    public String restoreInput(SavedTables saved) {
        return saved.rules("filter", FORWARD).contains(rule())
                ? ""
                : "*filter\n-I " + FORWARD + " 1 " + rule() + "\nCOMMIT\n";
    }
}
