package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The chain of table nat that belongs to one container, where what it sends in the other address family gets the node's own
 * address. Name and comment are the reference's, so that each finds what the other made.
 *
 * <pre>
 *   POSTROUTING   -s POD -j CHAIN
 *   CHAIN         -d MULTICAST -j ACCEPT
 *                 -j SNAT --to-source NODE
 * </pre>
 *
 * All rules carry the same comment, in which the container can be read. Rules are written as {@code iptables -S} prints them.
 *
 * @param family of the addresses in it, which is not the one of the cluster
 * @param network the name of the CNI network
 * @param container the runtime's id of the sandbox
 */
public record SnatChain(IpFamily family, String network, String container) {

    private static final String PREFIX_IPV4 = "CNI-E4-";
    private static final String PREFIX_IPV6 = "CNI-E6-";
    private static final String POSTROUTING = "POSTROUTING";

    /** The longest name that iptables takes. */
    private static final int NAME_LENGTH = 28;

    private static final int PREFIX_LENGTH = 7;

    private static final Pattern COMMENT =
            Pattern.compile("--comment \"name: \\\\\"([^\"\\\\]+)\\\\\" id: \\\\\"([^\"\\\\]+)\\\\\"\"");

    /** How all names of chains of a family begin. */
    static String prefix(IpFamily family) {
        return switch (family) {
            case IPV4 -> PREFIX_IPV4;
            case IPV6 -> PREFIX_IPV6;
        };
    }

    public String name() {
        return prefix(family) + digits().substring(0, NAME_LENGTH - PREFIX_LENGTH);
    }

    /** Hex digits that no other container has. */
    String digits() {
        try {
            byte[] text = (network + container).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }

    /** As an option, with a blank before it. Neither name nor id holds a character that would have to be escaped. */
    String comment() {
        return " -m comment --comment \"name: \\\"" + network + "\\\" id: \\\"" + container + "\\\"\"";
    }

    /** The rule that leads here, for one address of the pod. */
    String jump(IpAddress pod) {
        return "-A " + POSTROUTING + " -s " + pod.alone() + comment() + " -j " + name();
    }

    /** Input for {@code iptables-restore --noflush} that removes all of it; it fails when a part is missing. */
    public String removal(IpAddress pod) {
        return input(List.of(deletion(jump(pod)), "-F " + name(), "-X " + name()));
    }

    /** The same for whatever is left, by the text of {@code iptables -t nat -S POSTROUTING}. It succeeds also without a chain. */
    public String removalOfRest(String postrouting) {
        List<String> lines = new ArrayList<>();
        lines.add(emptied());
        lines.addAll(deletions(postrouting));
        lines.add("-X " + name());
        return input(lines);
    }

    /** Makes the chain, or empties the one that is there. */
    String emptied() {
        return ":" + name() + " - [0:0]";
    }

    /** Takes away every jump here that {@code iptables -S POSTROUTING} shows, whatever its address. */
    List<String> deletions(String postrouting) {
        return jumps(postrouting).stream().map(SnatChain::deletion).toList();
    }

    List<String> jumps(String postrouting) {
        return postrouting
                .lines()
                .filter(line -> line.startsWith("-A " + POSTROUTING + " ") && line.endsWith(" -j " + name()))
                .toList();
    }

    private static String deletion(String rule) {
        return "-D" + rule.substring("-A".length());
    }

    static String input(List<String> lines) {
        return "*nat\n" + String.join("\n", lines) + "\nCOMMIT\n";
    }

    /**
     * The chains of a network in the text of {@code iptables -t nat -S}, each once. Only what names itself by its own comment
     * counts, so nothing of others is ever among them.
     */
    public static Set<SnatChain> in(String listing, IpFamily family, String network) {
        Set<SnatChain> chains = new LinkedHashSet<>();
        listing.lines().forEach(rule -> commentedOn(rule, family, network).ifPresent(chains::add));
        return chains;
    }

    private static Optional<SnatChain> commentedOn(String rule, IpFamily family, String network) {
        Matcher comment = COMMENT.matcher(rule);
        if (!comment.find() || !comment.group(1).equals(network)) {
            return Optional.empty();
        }
        SnatChain chain = new SnatChain(family, network, comment.group(2));
        boolean itself = rule.startsWith("-A " + chain.name() + " ") || rule.endsWith(" -j " + chain.name());
        return Optional.of(chain).filter(_ -> itself);
    }
}
