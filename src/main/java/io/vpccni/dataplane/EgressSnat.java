package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives what a pod sends in the other address family the node's own address.
 *
 * @param pod the pod's address, which only this node knows
 * @param node the address that others see
 * @param randomPorts {@code none}, {@code hashrandom}, or anything else for ports from the kernel's random generator
 */
public record EgressSnat(SnatChain chain, IpAddress pod, IpAddress node, String randomPorts) {

    /** Input for {@code iptables-restore --noflush}; it fails as a whole when the chain exists. */
    public String addition() {
        List<String> lines = new ArrayList<>();
        lines.add("-N " + chain.name());
        lines.addAll(rules());
        return SnatChain.input(lines);
    }

    /** The same where there is such a chain already, by the text of {@code iptables -t nat -S POSTROUTING}. */
    public String replacement(String postrouting) {
        List<String> lines = new ArrayList<>();
        lines.add(chain.emptied());
        lines.addAll(chain.deletions(postrouting));
        lines.addAll(rules());
        return SnatChain.input(lines);
    }

    private List<String> rules() {
        List<String> rules = new ArrayList<>(chainRules());
        rules.add(chain.jump(pod));
        return rules;
    }

    // What is sent to a group has to arrive with the address that its members would answer to.
    private List<String> chainRules() {
        String append = "-A " + chain.name();
        return List.of(
                append + " -d " + multicast() + chain.comment() + " -j ACCEPT",
                append + chain.comment() + " -j SNAT --to-source " + node + flag());
    }

    private String multicast() {
        return switch (chain.family()) {
            case IPV4 -> "224.0.0.0/4";
            case IPV6 -> "ff00::/8";
        };
    }

    private String flag() {
        return switch (randomPorts) {
            case "none" -> "";
            case "hashrandom" -> " --random";
            default -> " --random-fully";
        };
    }

    /**
     * What is missing or different, one sentence each.
     *
     * @param listed the text of {@code iptables -t nat -S CHAIN}; empty when there is no such chain
     * @param postrouting the text of {@code iptables -t nat -S POSTROUTING}
     */
    public List<String> differences(String listed, String postrouting) {
        List<String> sentences = new ArrayList<>();
        List<String> found =
                listed.lines().filter(line -> line.startsWith("-A ")).toList();
        if (!found.equals(chainRules())) {
            sentences.add("chain %s of table nat holds %s instead of %s".formatted(chain.name(), found, chainRules()));
        }
        List<String> jumps = chain.jumps(postrouting);
        if (!jumps.equals(List.of(chain.jump(pod)))) {
            sentences.add("POSTROUTING has %s instead of \"%s\"".formatted(jumps, chain.jump(pod)));
        }
        return List.copyOf(sentences);
    }
}
