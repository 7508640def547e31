package io.vpccni.pool;

import io.vpccni.vpc.SlotKind;
import java.time.Duration;

/**
 * How many addresses the node should hold. Names and meaning are those of the reference's environment variables.
 *
 * @param warmEnis WARM_ENI_TARGET: interfaces' worth of free addresses; counts only when both address targets are 0
 * @param warmAddresses WARM_IP_TARGET: free addresses, 0 for off
 * @param minimumAddresses MINIMUM_IP_TARGET: addresses in all, 0 for off
 * @param prefixes ENABLE_PREFIX_DELEGATION: ask for /28 prefixes, and for single addresses only where no prefix is left
 * @param warmPrefixes WARM_PREFIX_TARGET: whole free prefixes; counts only with prefixes and when both address targets are
 *     0, and then instead of {@code warmEnis}
 * @param maxEnis interfaces that may be used: the instance's limit, lowered by MAX_ENI
 * @param slotsPerEni addresses or prefixes that one interface can carry for pods
 * @param maxPods pods that the node runs; warm addresses beyond it would never be used
 * @param coolDown IP_COOLDOWN_PERIOD
 */
public record Targets(
        int warmEnis,
        int warmAddresses,
        int minimumAddresses,
        boolean prefixes,
        int warmPrefixes,
        int maxEnis,
        int slotsPerEni,
        int maxPods,
        Duration coolDown) {

    /** Smallest time between two rounds of giving back, so that a short lull does not empty the pool. */
    public static final Duration GIVE_BACK_GAP = Duration.ofSeconds(30);

    /** An interface younger than this is kept: its addresses may just be on the way to a pod. */
    public static final Duration ENI_MINIMUM_AGE = Duration.ofSeconds(60);

    /** How long a scheduled pod counts as demand when its ADD does not come, as while its volumes are attached. */
    public static final Duration SCHEDULED_PATIENCE = Duration.ofMinutes(5);

    /** How often to look for interfaces and addresses that somebody else attaches, where the daemon may not do so itself. */
    public static final Duration LOOK_GAP = Duration.ofSeconds(60);

    /** Pod addresses that the node can have. */
    int maxAddresses() {
        return maxEnis * slotsPerEni * (prefixes ? SlotKind.PREFIX : SlotKind.ADDRESS).addresses();
    }

    /** Whether addresses are counted one by one instead of by whole interfaces or prefixes. */
    boolean countAddresses() {
        return warmAddresses != 0 || minimumAddresses != 0;
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
