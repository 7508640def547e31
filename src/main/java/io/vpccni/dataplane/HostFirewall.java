package io.vpccni.dataplane;

import io.vpccni.vpc.Ipv4Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What iptables must hold so that pods leave the VPC with the node's primary address, and answers go the way their requests
 * came. Nodes of IPv6 have none of it. Rules stand as {@code iptables-save} prints them, so that equal text means nothing to do; comments and names are the
 * reference's.
 *
 * <pre>
 *   NodePort  external SNAT   SNAT chain   mark chain   mangle: set mark   restore for pods   restore for branch pods
 *   yes       no              yes          yes          yes                yes                yes
 *   yes       yes             empty        none         yes                yes                yes
 *   no        no              yes          yes          no                 yes                no
 *   no        yes             empty        none         no                 no                 no
 * </pre>
 *
 * <p>With the nftables back end the mark chain is no part of this: {@link MarkTable} is its form there.
 *
 * @param snatChain empty where not even the chain may be there
 * @param markChain the same
 */
public record HostFirewall(
        Optional<List<String>> markChain,
        Optional<List<String>> snatChain,
        List<String> natPostrouting,
        List<String> natPrerouting,
        List<String> manglePrerouting)
        implements FirewallWish {

    public static final String SNAT_CHAIN = "AWS-SNAT-CHAIN-0";
    public static final String MARK_CHAIN = "AWS-CONNMARK-CHAIN-0";

    private static final String PRIMARY = "-m comment --comment \"AWS, primary ENI\" ";

    /** Nothing of ours: for the back end that is not in use any more. */
    public static final HostFirewall NONE =
            new HostFirewall(Optional.empty(), Optional.empty(), List.of(), List.of(), List.of());

    /** The wish of {@code plan} on a host with these links. */
    public static HostFirewall of(HostPlan plan, HostLinks links, FirewallBackend backend) {
        if (plan.externalSnat()) {
            // The reference leaves the empty chain there, and so do we.
            return new HostFirewall(
                    Optional.empty(), Optional.of(List.of()), List.of(), List.of(), mangle(plan, links));
        }
        boolean marksHere = backend == FirewallBackend.LEGACY;
        return new HostFirewall(
                marksHere ? Optional.of(markChain(plan)) : Optional.empty(),
                Optional.of(snatChain(plan)),
                List.of("-m comment --comment \"AWS SNAT CHAIN\" -j " + SNAT_CHAIN),
                marksHere ? natPrerouting(plan, links) : List.of(),
                mangle(plan, links));
    }

    private static List<String> natPrerouting(HostPlan plan, HostLinks links) {
        List<String> rules = new ArrayList<>();
        for (String prefix : links.prefixes(plan)) {
            rules.add(from(prefix) + "-m comment --comment \"AWS, outbound connections\" -j " + MARK_CHAIN);
        }
        rules.add("-m comment --comment \"AWS, CONNMARK\" -j " + restore(plan.mark()));
        return rules;
    }

    private static List<String> snatChain(HostPlan plan) {
        List<String> rules = new ArrayList<>();
        rules.addAll(exemptions(plan.noSnatCidrs(), "AWS SNAT CHAIN EXCLUSION"));
        rules.addAll(exemptions(plan.vpcCidrs(), "AWS SNAT CHAIN"));
        rules.add("! -o vlan+ -m comment --comment \"AWS, SNAT\" -m addrtype ! --dst-type LOCAL -j SNAT --to-source "
                + plan.primaryAddress()
                + randomPorts(plan.randomizeSnat()));
        return rules;
    }

    private static List<String> markChain(HostPlan plan) {
        List<String> rules = new ArrayList<>();
        rules.addAll(exemptions(plan.exemptCidrs(), "AWS CONNMARK CHAIN"));
        rules.add("-m comment --comment \"AWS, CONNMARK\" -j CONNMARK --set-xmark %#x/%#x"
                .formatted(plan.mark(), plan.mark()));
        return rules;
    }

    // The reference puts each new one first, so the last one stands on top.
    private static List<String> exemptions(List<Ipv4Cidr> cidrs, String comment) {
        return cidrs.reversed().stream()
                .map(cidr -> destination(cidr) + "-m comment --comment \"" + comment + "\" -j RETURN")
                .toList();
    }

    // iptables drops a destination that is everything.
    private static String destination(Ipv4Cidr cidr) {
        return cidr.length() == 0 ? "" : "-d " + cidr + " ";
    }

    private static String randomPorts(String mode) {
        return switch (mode) {
            case "none" -> "";
            case "hashrandom" -> " --random";
            default -> " --random-fully";
        };
    }

    private static List<String> mangle(HostPlan plan, HostLinks links) {
        List<String> rules = new ArrayList<>();
        String restore = PRIMARY + "-j " + restore(plan.mark());
        if (plan.nodePortSupport()) {
            rules.add("-i %s %s-m addrtype --dst-type LOCAL --limit-iface-in -j CONNMARK --set-xmark %#x/%#x"
                    .formatted(links.primary(), PRIMARY, plan.mark(), plan.mark()));
        }
        if (plan.nodePortSupport() || !plan.externalSnat()) {
            links.prefixes(plan).forEach(prefix -> rules.add(from(prefix) + restore));
        }
        if (plan.nodePortSupport()) {
            rules.add("-i vlan+ " + restore);
        }
        return rules;
    }

    // An empty prefix is every link, which iptables does not print.
    private static String from(String prefix) {
        return prefix.isEmpty() ? "" : "-i " + prefix + "+ ";
    }

    private static String restore(int mark) {
        return "CONNMARK --restore-mark --nfmask %#x --ctmask %#x".formatted(mark, mark);
    }

    @Override
    public String restoreInput(SavedTables saved) {
        TableChange nat = new TableChange("nat", saved);
        nat.remove(oldChains(saved));
        nat.chain(SNAT_CHAIN, snatChain);
        nat.hook("POSTROUTING", natPostrouting);
        nat.hook("PREROUTING", natPrerouting);
        nat.chain(MARK_CHAIN, markChain);
        TableChange mangle = new TableChange("mangle", saved);
        mangle.hook("PREROUTING", manglePrerouting);
        return Stream.of(nat, mangle).map(TableChange::text).reduce("", String::concat);
    }

    // Versions up to about 1.16 had one chain for each network; only their first one is still in use.
    private static List<String> oldChains(SavedTables saved) {
        return saved.chains("nat").keySet().stream()
                .filter(chain -> chain.matches("AWS-(SNAT|CONNMARK)-CHAIN-[1-9][0-9]*"))
                .toList();
    }
}
