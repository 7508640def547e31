package io.vpccni.pool;

import io.vpccni.vpc.SlotKind;
import java.time.Instant;

/**
 * The pool in numbers, as far as growing and shrinking care. Cooling and held addresses are in {@code total} but not in
 * {@code free}: they cannot serve a waiter. Free addresses of a kind that the pool is leaving behind, such as secondary
 * addresses after prefixes were switched on, are in neither.
 *
 * @param free addresses that can serve now
 * @param coming addresses that are asked for, or on an interface without routes yet
 * @param total all addresses, {@code coming} included
 * @param freePrefixes prefixes without a pod, coming ones included
 * @param waiters ADDs without an address
 * @param scheduled pods on this node whose ADD has not come yet. They make the pool grow as waiters do, but reserve nothing:
 *     whoever asks first is served first
 */
record Stock(int free, int coming, int total, int freePrefixes, int waiters, int scheduled) {

    static Stock of(Pool pool, Instant now) {
        Stock stock = withoutScheduled(pool);
        int assigned = pool.assignedCount();
        int runnable = Math.max(0, pool.targets().maxPods() - assigned - stock.waiters);
        return stock.plus(new Stock(0, 0, 0, 0, 0, Math.min(pool.scheduledPods(now), runnable)));
    }

    /** The same as if no pod were on its way. */
    static Stock withoutScheduled(Pool pool) {
        Stock stock = new Stock(0, 0, 0, 0, pool.waiters().size(), 0);
        for (PoolEni eni : pool.enis()) {
            if (!eni.isLeaving()) {
                stock = stock.plus(of(eni, pool));
            }
        }
        for (Action.CreateEni create : pool.creating()) {
            stock = stock.plus(coming(create.kind(), create.count()));
        }
        return stock;
    }

    private static Stock of(PoolEni eni, Pool pool) {
        int free = 0;
        int leftBehind = 0;
        for (SlotKind kind : SlotKind.values()) {
            if (pool.counts(eni, kind)) {
                free += eni.free(kind);
            } else {
                leftBehind += eni.free(kind);
            }
        }
        int total = eni.size() - leftBehind - eni.count(AddressState.Leaving.class);
        int freePrefixes =
                pool.counts(eni, SlotKind.PREFIX) ? eni.freePrefixes().size() : 0;
        Stock here = eni.isWired()
                ? new Stock(free, 0, total, freePrefixes, 0, 0)
                : new Stock(0, free, total, freePrefixes, 0, 0);
        return eni.filling()
                .map(fill -> here.plus(coming(fill.kind(), fill.count())))
                .orElse(here);
    }

    private static Stock coming(SlotKind kind, int slots) {
        int addresses = slots * kind.addresses();
        return new Stock(0, addresses, addresses, kind == SlotKind.PREFIX ? slots : 0, 0, 0);
    }

    private Stock plus(Stock other) {
        return new Stock(
                free + other.free,
                coming + other.coming,
                total + other.total,
                freePrefixes + other.freePrefixes,
                waiters + other.waiters,
                scheduled + other.scheduled);
    }

    /** What would be left if {@code eni}, which no pod uses, were gone. */
    Stock without(PoolEni eni, Pool pool) {
        Stock lost = of(eni, pool);
        return new Stock(
                free - lost.free,
                coming - lost.coming,
                total - lost.total,
                freePrefixes - lost.freePrefixes,
                waiters,
                scheduled);
    }

    /** Whether addresses are on the way or wanted. */
    boolean isGrowing() {
        return coming > 0 || waiters > 0;
    }

    /**
     * Addresses to ask for: waiting and scheduled pods in any case, the warm target only as far as pods could ever use it.
     *
     * <p>Counting addresses: max(WARM_IP_TARGET - spare, MINIMUM_IP_TARGET - total). Counting interfaces:
     * WARM_ENI_TARGET · slots - spare, and with WARM_ENI_TARGET=0 at least one when nothing is spare. Counting prefixes: the
     * same with WARM_PREFIX_TARGET · 16, but then as many prefixes as are missing whole. Spare is what is free or coming and not
     * wanted by a waiting or scheduled pod.
     */
    int shortfall(Targets targets) {
        int spare = free + coming - waiters - scheduled;
        int forPods = Math.max(0, -spare);
        int wanted;
        if (targets.countAddresses()) {
            wanted = Math.max(targets.warmAddresses() - spare, targets.minimumAddresses() - total);
        } else if (targets.countPrefixes()) {
            wanted = missingPrefixes(targets.warmPrefixes(), spare);
        } else {
            wanted = Math.max(targets.warmEnis() * targets.slotsPerEni(), 1) - spare;
        }
        int useful = Math.max(forPods, targets.maxPods() - total);
        return Math.max(forPods, Math.min(wanted, useful));
    }

    private int missingPrefixes(int warmPrefixes, int spare) {
        int size = SlotKind.PREFIX.addresses();
        int low = Math.max(warmPrefixes * size, 1) - spare;
        return low <= 0 ? low : Math.max(low, (warmPrefixes - freePrefixes) * size);
    }

    /**
     * Free addresses beyond the targets, or that the node has no pods for. Of prefixes only whole ones can go, and when prefixes are counted only as many as are
     * whole beyond the target. When interfaces are counted they go whole instead.
     */
    int surplus(Targets targets) {
        int spare = free - waiters - scheduled;
        int beyondPods = Math.min(spare, total - targets.maxPods());
        if (targets.countAddresses()) {
            int beyondTargets = Math.min(spare - targets.warmAddresses(), total - targets.minimumAddresses());
            return Math.max(0, Math.max(beyondTargets, beyondPods));
        }
        return targets.countPrefixes()
                ? Math.max(0, spare - Math.max(targets.warmPrefixes() * SlotKind.PREFIX.addresses(), 1))
                : 0;
    }
}
