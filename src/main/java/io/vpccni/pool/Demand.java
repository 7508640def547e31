package io.vpccni.pool;

import java.time.Instant;

/**
 * Pods that need one address each.
 *
 * @param waiters ADDs without an address
 * @param scheduled pods on this node whose ADD has not come yet. They make the pool grow as waiters do, but reserve nothing:
 *     whoever asks first is served first
 */
record Demand(int waiters, int scheduled) {

    static final Demand NONE = new Demand(0, 0);

    /** Of pods that any card can serve. */
    static Demand forAnyCard(Pool pool, Instant now) {
        int waiting = pool.waiters().size();
        int runnable = Math.max(0, pool.targets().maxPods() - pool.assignedCount() - waiting);
        return new Demand(waiting - onEachCard(pool), Math.min(pool.scheduledPods(now), runnable));
    }

    /** ADDs that want an address of every card. */
    static int onEachCard(Pool pool) {
        return (int) pool.waiters().stream()
                .filter(waiter -> waiter.nics() == Nics.EVERY_CARD)
                .count();
    }

    Demand withWaiters(int more) {
        return new Demand(waiters + more, scheduled);
    }

    /** What is left for the next card when {@code served} pods find an address here. */
    Demand beyond(int served) {
        int left = Math.max(0, waiters - served);
        int rest = Math.max(0, served - waiters);
        return new Demand(left, Math.max(0, scheduled - rest));
    }

    int pods() {
        return waiters + scheduled;
    }
}
