package io.vpccni.pool;

import java.time.Instant;

/**
 * The pool in numbers, as far as growing and shrinking care. Cooling and held addresses are in {@code total} but not in
 * {@code free}: they cannot serve a waiter.
 *
 * @param free addresses that can serve now
 * @param coming addresses that are asked for, or on an interface without routes yet
 * @param total all addresses, {@code coming} included
 * @param assigned addresses that pods have
 * @param waiters ADDs without an address
 * @param scheduled pods on this node whose ADD has not come yet. They make the pool grow as waiters do, but reserve nothing:
 *     whoever asks first is served first
 */
record Stock(int free, int coming, int total, int assigned, int waiters, int scheduled) {

    static Stock of(Pool pool, Instant now) {
        int free = 0;
        int coming = 0;
        int total = 0;
        int assigned = 0;
        for (PoolEni eni : pool.enis()) {
            if (eni.isLeaving()) {
                continue;
            }
            if (eni.isWired()) {
                free += eni.free().size();
            } else {
                coming += eni.free().size();
            }
            coming += eni.filling();
            total += eni.size() + eni.filling() - eni.count(AddressState.Leaving.class);
            assigned += eni.count(AddressState.Assigned.class);
        }
        for (Action.CreateEni create : pool.creating()) {
            coming += create.count();
            total += create.count();
        }
        int waiters = pool.waiters().size();
        int runnable = Math.max(0, pool.targets().maxPods() - assigned - waiters);
        return new Stock(free, coming, total, assigned, waiters, Math.min(pool.scheduledPods(now), runnable));
    }

    /** What would be left if {@code eni}, which no pod uses, were gone. */
    Stock without(PoolEni eni) {
        return new Stock(free - eni.free().size(), coming, total - eni.size(), assigned, waiters, scheduled);
    }

    /** Whether addresses are on the way or wanted. */
    boolean isGrowing() {
        return coming > 0 || waiters > 0;
    }

    /**
     * Addresses to ask for: waiting and scheduled pods in any case, the warm target only as far as pods could ever use it.
     *
     * <p>Counting addresses: max(WARM_IP_TARGET - spare, MINIMUM_IP_TARGET - total). Counting interfaces:
     * WARM_ENI_TARGET · slots - spare, and with WARM_ENI_TARGET=0 at least one when nothing is spare. Spare is what is free
     * or coming and not wanted by a waiting or scheduled pod.
     */
    int shortfall(Targets targets) {
        int spare = free + coming - waiters - scheduled;
        int forPods = Math.max(0, -spare);
        int wanted;
        if (targets.countAddresses()) {
            wanted = Math.max(targets.warmAddresses() - spare, targets.minimumAddresses() - total);
        } else {
            wanted = Math.max(targets.warmEnis() * targets.slotsPerEni(), 1) - spare;
        }
        int useful = Math.max(forPods, targets.maxPods() - total);
        return Math.max(forPods, Math.min(wanted, useful));
    }

    /** Free addresses beyond the address targets, or that the node has no pods for; interfaces are let go whole instead when interfaces are counted. */
    int surplus(Targets targets) {
        if (!targets.countAddresses()) {
            return 0;
        }
        int spare = free - waiters - scheduled;
        int beyondTargets = Math.min(spare - targets.warmAddresses(), total - targets.minimumAddresses());
        int beyondPods = Math.min(spare, total - targets.maxPods());
        return Math.max(0, Math.max(beyondTargets, beyondPods));
    }
}
