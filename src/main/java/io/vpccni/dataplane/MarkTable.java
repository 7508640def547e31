package io.vpccni.dataplane;

import io.vpccni.vpc.Ipv4Cidr;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The nftables form of the mark chain: table {@code ip aws-cni}, of the reference. Connections of pods to the world outside the
 * VPC are marked, so that they stay on the primary interface, whose address they get.
 *
 * <pre>
 *   chain nat-prerouting                     after the translation of services by kube-proxy
 *     what is for this host: return
 *     from a pod's link: jump snat-mark
 *     the connection's mark becomes the packet's, bit by bit
 *   chain snat-mark
 *     to the VPC, or excluded: return
 *     mark the connection
 * </pre>
 *
 * The reference copies the whole mark and so takes away the bits of others; here only our own change.
 */
public record MarkTable(List<MarkRule> prerouting, List<MarkRule> marking) {

    public static final String NAME = "aws-cni";
    public static final String PREROUTING_CHAIN = "nat-prerouting";
    public static final String MARK_CHAIN = "snat-mark";

    /** The kernel's priority of destination translation, and ten. */
    public static final int PRIORITY = -90;

    /** One rule of the table. */
    public sealed interface MarkRule {

        /** Ends the chain for packets that are for this host. */
        record LeaveLocal() implements MarkRule {}

        /** Goes to {@link #MARK_CHAIN} for what comes in by a link of this prefix. */
        record JumpFrom(String linkPrefix) implements MarkRule {}

        /** Gives the packet {@code bit} if its connection has it, or takes it away if not. */
        record RestoreBit(int bit, boolean set) implements MarkRule {}

        /** Ends the chain for packets to a network. */
        record Exempt(Ipv4Cidr network) implements MarkRule {}

        /** Marks the connection. */
        record SetMark(int mark) implements MarkRule {}
    }

    public MarkTable {
        prerouting = List.copyOf(prerouting);
        marking = List.copyOf(marking);
    }

    /** The table of {@code plan} on a host with these links; empty where nothing is marked. */
    public static Optional<MarkTable> of(HostPlan plan, HostLinks links) {
        if (plan.externalSnat()) {
            return Optional.empty();
        }
        List<MarkRule> prerouting = new ArrayList<>();
        prerouting.add(new MarkRule.LeaveLocal());
        links.prefixes(plan).forEach(prefix -> prerouting.add(new MarkRule.JumpFrom(prefix)));
        for (int rest = plan.mark(); rest != 0; rest &= rest - 1) {
            int bit = Integer.lowestOneBit(rest);
            prerouting.add(new MarkRule.RestoreBit(bit, true));
            prerouting.add(new MarkRule.RestoreBit(bit, false));
        }
        List<MarkRule> marking = new ArrayList<>();
        plan.exemptCidrs().reversed().forEach(network -> marking.add(new MarkRule.Exempt(network)));
        marking.add(new MarkRule.SetMark(plan.mark()));
        return Optional.of(new MarkTable(prerouting, marking));
    }
}
