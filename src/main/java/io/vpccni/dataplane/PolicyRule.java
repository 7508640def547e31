package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.IpFamily;
import java.util.Comparator;
import java.util.List;

/**
 * A policy routing rule that is ours ({@code ip rule}). Smaller priorities are looked at first:
 *
 * <pre>
 *   0      from all lookup local           what is for the host stays here; at 20 where pods are strict
 *   0      from ROUTER ipproto ipv6-icmp   neighbour discovery of the router, which at 20 would come too late; strict only
 *            lookup local
 *   9      to HOST iif LINK lookup local,  what a strict pod reaches on the host in spite of 10, and the answers
 *            from HOST to POD iif lo lookup TABLE
 *   10     iif LINK lookup TABLE           all of a strict pod's traffic passes its branch interface
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

    /** From all to the table {@code local}. */
    public static final int LOCAL = 0;

    public static final int IN_POD = 1;

    public static final int HOST_EXCEPTION = 9;
    public static final int FROM_BRANCH = 10;

    /** Where {@link #LOCAL} is for strict pods, whose traffic must leave the host. */
    public static final int LOCAL_AFTER_BRANCHES = 20;

    public static final int TO_POD = 512;
    public static final int MARKED = 1024;
    public static final int TO_SERVICE = 1535;
    public static final int FROM_POD = 1536;
    public static final int FROM_ENI = 32765;

    /** The table {@code main}. */
    public static final int MAIN = 254;

    private static final int LOCAL_TABLE = 255;

    /** Lets the router of IPv6 answer the host itself although {@link #FROM_BRANCH} comes before the local table. */
    static final PolicyRule ROUTER = new PolicyRule(LOCAL, new Selector.IcmpFrom(EniPlan.GATEWAY_IPV6), LOCAL_TABLE);

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

        /** Packets that came in by a link. */
        record Input(String link, IpFamily family) implements Selector {}

        /** Packets that came in by a link and are for one address. */
        record InputTo(String link, IpAddress address) implements Selector {
            @Override
            public IpFamily family() {
                return address.family();
            }
        }

        /** Packets that the host itself sends from one of its addresses, also when that is chosen for them only now. */
        record OwnTo(IpAddress own, IpAddress address) implements Selector {
            @Override
            public IpFamily family() {
                return address.family();
            }
        }

        /** ICMP of IPv6, which neighbour discovery is part of. */
        record IcmpFrom(IpAddress address) implements Selector {
            @Override
            public IpFamily family() {
                return address.family();
            }
        }
    }

    public static PolicyRule local(int priority, IpFamily family) {
        return new PolicyRule(priority, new Selector.All(family), LOCAL_TABLE);
    }

    /** What leads to the table {@code local} on a host whose pods are of this mode. */
    static List<PolicyRule> local(EnforcingMode mode, IpFamily family) {
        return switch (mode) {
            case STANDARD -> List.of(local(LOCAL, family));
            case STRICT ->
                family == IpFamily.IPV6
                        ? List.of(local(LOCAL_AFTER_BRANCHES, family), ROUTER)
                        : List.of(local(LOCAL_AFTER_BRANCHES, family));
        };
    }

    /** What comes in by {@code link}, which is of a strict pod or of its branch interface. */
    public static PolicyRule fromBranch(String link, IpFamily family, int table) {
        return new PolicyRule(FROM_BRANCH, new Selector.Input(link, family), table);
    }

    /** Nothing where {@code exception} is not the host's: the pod's other rules come next. */
    public static PolicyRule toException(String hostLink, IpAddress exception) {
        return new PolicyRule(HOST_EXCEPTION, new Selector.InputTo(hostLink, exception), LOCAL_TABLE);
    }

    /** {@code table}: one that leads to the pod by its host link. */
    public static PolicyRule fromException(IpAddress exception, IpAddress pod, int table) {
        return new PolicyRule(HOST_EXCEPTION, new Selector.OwnTo(exception, pod), table);
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
                    case Selector.Input(String link, IpFamily _) -> "from all iif " + link;
                    case Selector.InputTo(String link, IpAddress address) -> "from all to " + address + " iif " + link;
                    case Selector.OwnTo(IpAddress own, IpAddress address) ->
                        "from " + own + " to " + address + " iif lo";
                    case Selector.IcmpFrom(IpAddress address) -> "from " + address + " ipproto ipv6-icmp";
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
