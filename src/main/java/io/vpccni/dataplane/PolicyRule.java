package io.vpccni.dataplane;

import io.vpccni.vpc.Ipv4Address;

/**
 * A policy routing rule that is ours ({@code ip rule}). Smaller priorities are looked at first:
 *
 * <pre>
 *   512    to POD lookup main              a pod of this node is behind its host link, wherever the packet comes from
 *   1024   fwmark MARK/MARK lookup main    a marked connection stays on the primary interface
 *   1536   from POD lookup TABLE           other traffic leaves through the interface that owns the pod's address
 *   32765  from ENI lookup TABLE           so does the interface's own
 * </pre>
 *
 * Others put theirs into the gaps, so the numbers never change.
 */
public record PolicyRule(int priority, Selector selector, int table) {

    public static final int TO_POD = 512;
    public static final int MARKED = 1024;
    public static final int FROM_POD = 1536;
    public static final int FROM_ENI = 32765;

    /** The table {@code main}. */
    public static final int MAIN = 254;

    /** Which packets the rule is for. */
    public sealed interface Selector {

        record From(Ipv4Address address) implements Selector {}

        record To(Ipv4Address address) implements Selector {}

        /** Packets that have all bits of {@code mark}; other bits do not matter. */
        record Mark(int mark) implements Selector {}
    }

    public static PolicyRule toPod(Ipv4Address pod) {
        return new PolicyRule(TO_POD, new Selector.To(pod), MAIN);
    }

    public static PolicyRule fromPod(Ipv4Address pod, int table) {
        return new PolicyRule(FROM_POD, new Selector.From(pod), table);
    }

    public static PolicyRule marked(int mark) {
        return new PolicyRule(MARKED, new Selector.Mark(mark), MAIN);
    }

    public static PolicyRule fromEni(Ipv4Address eni, int table) {
        return new PolicyRule(FROM_ENI, new Selector.From(eni), table);
    }

    /** In the words of {@code ip rule}. */
    @Override
    public String toString() {
        String packets =
                switch (selector) {
                    case Selector.From(Ipv4Address address) -> "from " + address;
                    case Selector.To(Ipv4Address address) -> "from all to " + address;
                    case Selector.Mark(int mark) -> "from all fwmark %#x/%#x".formatted(mark, mark);
                };
        return priority + ": " + packets + " lookup " + (table == MAIN ? "main" : Integer.toString(table));
    }
}
