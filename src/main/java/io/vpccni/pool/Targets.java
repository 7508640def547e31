package io.vpccni.pool;

import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.SlotKind;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many addresses the node should hold. Names and meaning are those of the reference's environment variables.
 *
 * @param family IPV6: interfaces get /80 prefixes, of which one never runs out, so that the warm targets have no effect
 * @param warmEnis WARM_ENI_TARGET: interfaces' worth of free addresses; counts only when both address targets are 0
 * @param warmAddresses WARM_IP_TARGET: free addresses, 0 for off
 * @param minimumAddresses MINIMUM_IP_TARGET: addresses in all, 0 for off
 * @param prefixes ENABLE_PREFIX_DELEGATION: ask for prefixes, and with IPv4 for single addresses where no prefix is left
 * @param warmPrefixes WARM_PREFIX_TARGET: whole free prefixes; counts only with prefixes and when both address targets are
 *     0, and then instead of {@code warmEnis}
 * @param maxEnis interfaces that may be used, by managed network card: the instance's limit, lowered by MAX_ENI
 * @param slotsPerEni addresses or prefixes that one interface can carry for pods
 * @param maxPods pods that the node runs; warm addresses beyond it would never be used
 * @param coolDown IP_COOLDOWN_PERIOD
 * @param keepsTrunkSlot whether one of the interfaces of card 0 may only be a trunk, which somebody else creates
 */
public record Targets(
        IpFamily family,
        int warmEnis,
        int warmAddresses,
        int minimumAddresses,
        boolean prefixes,
        int warmPrefixes,
        SortedMap<Integer, Integer> maxEnis,
        int slotsPerEni,
        int maxPods,
        Duration coolDown,
        boolean keepsTrunkSlot) {

    /** Smallest time between two rounds of giving back, so that a short lull does not empty the pool. */
    public static final Duration GIVE_BACK_GAP = Duration.ofSeconds(30);

    /** An interface younger than this is kept: its addresses may just be on the way to a pod. */
    public static final Duration ENI_MINIMUM_AGE = Duration.ofSeconds(60);

    /** How long a scheduled pod counts as demand when its ADD does not come, as while its volumes are attached. */
    public static final Duration SCHEDULED_PATIENCE = Duration.ofMinutes(5);

    /** How often to ask EC2 what the node has although nothing hints at a difference. One call. */
    public static final Duration CHECK_GAP = Duration.ofMinutes(10);

    /** How often to look for interfaces and addresses that somebody else attaches, where the daemon may not do so itself. */
    public static final Duration LOOK_GAP = Duration.ofSeconds(60);

    public Targets {
        maxEnis = Collections.unmodifiableSortedMap(new TreeMap<>(maxEnis));
    }

    /** Those of an IPv4 node with one network card and without branch interfaces. */
    public Targets(
            int warmEnis,
            int warmAddresses,
            int minimumAddresses,
            boolean prefixes,
            int warmPrefixes,
            int maxEnis,
            int slotsPerEni,
            int maxPods,
            Duration coolDown) {
        this(
                IpFamily.IPV4,
                warmEnis,
                warmAddresses,
                minimumAddresses,
                prefixes,
                warmPrefixes,
                new TreeMap<>(Map.of(0, maxEnis)),
                slotsPerEni,
                maxPods,
                coolDown,
                false);
    }

    /** The network cards whose interfaces are ours to use. */
    Set<Integer> cards() {
        return maxEnis.keySet();
    }

    /** Interfaces that may be used on a card. */
    int maxEnis(int card) {
        return maxEnis.getOrDefault(card, 0);
    }

    /** Interfaces that may be used on all cards. */
    public int maxEnisInAll() {
        return maxEnis.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The targets of one card. Cards but the first are for pods on several cards: they hold one free address, as the reference does. */
    Targets of(int card) {
        return card == 0
                ? this
                : new Targets(family, 0, 1, 1, prefixes, 0, maxEnis, slotsPerEni, maxPods, coolDown, false);
    }

    /** What to ask for as long as it is to be had. */
    SlotKind kind() {
        if (!prefixes) {
            return SlotKind.ADDRESS;
        }
        return switch (family) {
            case IPV4 -> SlotKind.PREFIX;
            case IPV6 -> SlotKind.IPV6_PREFIX;
        };
    }

    /** Pod addresses that the node can have. */
    int maxAddresses() {
        return (int) Math.min(Integer.MAX_VALUE, (long) maxEnisInAll() * slotsPerEni * kind().addresses());
    }

    /** Whether addresses are counted one by one instead of by whole interfaces or prefixes. */
    boolean countAddresses() {
        return family == IpFamily.IPV4 && (warmAddresses != 0 || minimumAddresses != 0);
    }

    /** Whether interfaces are asked for and filled whole. */
    boolean countEnis() {
        return !countAddresses() && !prefixes;
    }

    /** Whether whole free prefixes are counted. */
    boolean countPrefixes() {
        return !countAddresses() && prefixes;
    }
}
