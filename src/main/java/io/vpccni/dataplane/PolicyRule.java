package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.IpFamily;
import java.util.Comparator;

/**
 * A policy routing rule that is ours ({@code ip rule}). Smaller priorities are looked at first:
 *
 * <pre>
 *   512    to POD lookup main              a pod of this node is behind its host link, wherever the packet comes from
 *   1024   fwmark MARK/MARK lookup main    a marked connection stays on the primary interface
 *   1535   to NETWORK lookup main          what others route there, such as over a VPN of the primary interface
 *   1536   from POD lookup TABLE           other traffic leaves through the interface that owns the pod's address
 *   32765  from ENI lookup TABLE           so does the interface's own
 * </pre>
 *
 * Inside a pod on several network cards there is {@code 1: from POD lookup I} for each address but the first.
 *
 * <p>Others put theirs into the gaps, so the numbers never change.
 */
public record PolicyRule(int priority, Selector selector, int table) {

    /** From all to the table {@code local}: what is for the host itself stays here. */
    public static final int LOCAL = 0;

    public static final int IN_POD = 1;

    /** Where the reference moves {@link #LOCAL} to for branch interfaces, whose traffic must leave the host. */
    public static final int LOCAL_AFTER_BRANCHES = 20;

    public static final int TO_POD = 512;
    public static final int MARKED = 1024;
    public static final int TO_SERVICE = 1535;
    public static final int FROM_POD = 1536;
    public static final int FROM_ENI = 32765;

    /** The table {@code main}. */
    public static final int MAIN = 254;

    private static final int LOCAL_TABLE = 255;

    /** As the kernel looks at them. */
    public static final Comparator<PolicyRule> IN_ORDER =
            Comparator.comparingInt(PolicyRule::priority).thenComparing(PolicyRule::toString);

    /** Which packets the rule is for. */
    public sealed interface Selector {

        /** Each family has rules of its own. */
        IpFamily family();

        record All(IpFamily family) implements Selector {}

        record From(IpAddress address) implements Selector {
            @Override
            public IpFamily family() {
                return address.family();
            }
        }

        record To(IpCidr network) implements Selector {
            @Override
            public IpFamily family() {
                return network.base().family();
            }
        }

        /** Packets that have all bits of {@code mark}; other bits do not matter. */
        record Mark(int mark, IpFamily family) implements Selector {}
    }

    public static PolicyRule local(int priority, IpFamily family) {
        return new PolicyRule(priority, new Selector.All(family), LOCAL_TABLE);
    }

    public static PolicyRule toPod(IpAddress pod) {
        return new PolicyRule(TO_POD, new Selector.To(pod.alone()), MAIN);
    }

    public static PolicyRule fromPod(IpAddress pod, int table) {
        return new PolicyRule(FROM_POD, new Selector.From(pod), table);
    }

    public static PolicyRule marked(int mark, IpFamily family) {
        return new PolicyRule(MARKED, new Selector.Mark(mark, family), MAIN);
    }

    /** {@code network}: what pods of every interface reach by the table {@code main}. */
    public static PolicyRule toService(IpCidr network) {
        return new PolicyRule(TO_SERVICE, new Selector.To(network), MAIN);
    }

    public static PolicyRule fromEni(IpAddress eni, int table) {
        return new PolicyRule(FROM_ENI, new Selector.From(eni), table);
    }

    public IpFamily family() {
        return selector.family();
    }

    /** In the words of {@code ip rule}. */
    @Override
    public String toString() {
        String packets =
                switch (selector) {
                    case Selector.All _ -> "from all";
                    case Selector.From(IpAddress address) -> "from " + address;
                    case Selector.To(IpCidr network) -> "from all to " + text(network);
                    case Selector.Mark(int mark, IpFamily _) -> "from all fwmark %#x/%#x".formatted(mark, mark);
                };
        return priority + ": " + packets + " lookup " + tableName();
    }

    private String tableName() {
        return switch (table) {
            case MAIN -> "main";
            case LOCAL_TABLE -> "local";
            default -> Integer.toString(table);
        };
    }

    private static String text(IpCidr network) {
        IpAddress base = network.base();
        return network.equals(base.alone()) ? base.toString() : network.toString();
    }
}
