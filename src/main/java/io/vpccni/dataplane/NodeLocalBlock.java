package io.vpccni.dataplane;

import io.vpccni.vpc.IpFamily;

/**
 * Keeps pods of a node from reaching each other by addresses that they only have to get out to the internet, and that
 * network policies know nothing of. The rule is the reference's, text and all. It stays as long as a pod may have such an
 * address: pods keep theirs when the setting changes, and each of them has a {@link SnatChain}.
 *
 * @param family of those addresses, which is not the node's own
 * @param wanted whether new pods get one
 */
public record NodeLocalBlock(IpFamily family, boolean wanted) implements FirewallWish {

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
        long found =
                saved.rules("filter", FORWARD).stream().filter(rule()::equals).count();
        if (wanted || somePodHasOne(saved)) {
            return found > 0 ? "" : input("-I " + FORWARD + " 1 " + rule() + "\n");
        }
        return found == 0 ? "" : input(("-D " + FORWARD + " " + rule() + "\n").repeat((int) found));
    }

    private boolean somePodHasOne(SavedTables saved) {
        return saved.chains("nat").keySet().stream().anyMatch(chain -> chain.startsWith(SnatChain.prefix(family)));
    }

    private static String input(String lines) {
        return "*filter\n" + lines + "COMMIT\n";
    }
}
