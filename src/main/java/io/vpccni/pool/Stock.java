package io.vpccni.pool;

import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.SlotKind;
import java.util.Collection;
import java.util.List;

/**
 * A network card in numbers, as far as growing and shrinking care. Cooling and held addresses are in {@code total} but not in
 * {@code free}: they cannot serve a waiter. Free addresses of a kind that the pool is leaving behind, such as secondary
 * addresses after prefixes were switched on, are in neither.
 *
 * @param free addresses that can serve now
 * @param coming addresses that are asked for, on an interface without routes yet, or in doubt until EC2 has spoken
 * @param total all addresses, {@code coming} included
 * @param freePrefixes prefixes without a pod, coming ones included
 * @param demand pods that this card is to serve
 */
record Stock(int free, int coming, int total, int freePrefixes, Demand demand) {

    private static final Stock NOTHING = new Stock(0, 0, 0, 0, Demand.NONE);

    static Stock of(Pool pool, int card, Demand demand) {
        return sum(pool, pool.enis(card), pool.creating(card)).withDemand(demand);
    }

    /** All cards together, without what is wanted of them. */
    static Stock ofNode(Pool pool) {
        return sum(pool, pool.enis(), pool.creating());
    }

    private static Stock sum(Pool pool, List<PoolEni> enis, Collection<Action.CreateEni> creating) {
        Stock stock = NOTHING;
        for (PoolEni eni : enis) {
            if (!eni.isLeaving()) {
                stock = stock.plus(of(eni, pool));
            }
        }
        for (Action.CreateEni create : creating) {
            stock = stock.plus(coming(create.kind(), create.count()));
        }
        return stock;
    }

    private Stock withDemand(Demand wanted) {
        return new Stock(free, coming, total, freePrefixes, wanted);
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
        int freePrefixes = (int) eni.freePrefixes().stream()
                .filter(prefix -> pool.counts(eni, SlotKind.of(prefix)))
                .count();
        int doubted = eni.count(AddressState.Doubted.class);
        Stock here = eni.isWired() && !eni.isMissing()
                ? new Stock(free, doubted, total, freePrefixes, Demand.NONE)
                : new Stock(0, free + doubted, total, freePrefixes, Demand.NONE);
        return eni.filling()
                .map(fill -> here.plus(coming(fill.kind(), fill.count())))
                .orElse(here);
    }

    private static Stock coming(SlotKind kind, int slots) {
        int addresses = slots * kind.addresses();
        return new Stock(0, addresses, addresses, kind == SlotKind.ADDRESS ? 0 : slots, Demand.NONE);
    }

    private Stock plus(Stock other) {
        return new Stock(
                free + other.free,
                coming + other.coming,
                total + other.total,
                freePrefixes + other.freePrefixes,
                demand);
    }

    /** What would be left if {@code eni}, which no pod uses, were gone. */
    Stock without(PoolEni eni, Pool pool) {
        Stock lost = of(eni, pool);
        return new Stock(
                free - lost.free, coming - lost.coming, total - lost.total, freePrefixes - lost.freePrefixes, demand);
    }

    /** Whether addresses are on the way or wanted. */
    boolean isGrowing() {
        return coming > 0 || demand.waiters() > 0;
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
        int spare = free + coming - demand.pods();
        int forPods = Math.max(0, -spare);
        int wanted;
        if (targets.countAddresses()) {
            wanted = Math.max(targets.warmAddresses() - spare, targets.minimumAddresses() - total);
        } else if (targets.countPrefixes()) {
            wanted = missingPrefixes(targets.kind().addresses(), targets.warmPrefixes(), spare);
        } else {
            wanted = Math.max(targets.warmEnis() * targets.slotsPerEni(), 1) - spare;
        }
        int useful = Math.max(forPods, targets.maxPods() - total);
        return Math.max(forPods, Math.min(wanted, useful));
    }

    private int missingPrefixes(int size, int warmPrefixes, int spare) {
        int low = Math.max(warmPrefixes * size, 1) - spare;
        return low <= 0 ? low : Math.max(low, (warmPrefixes - freePrefixes) * size);
    }

    /**
     * Free addresses beyond the targets, or that the node has no pods for. Of prefixes only whole ones can go, and when prefixes
     * are counted only as many as are whole beyond the target. When interfaces are counted they go whole instead. IPv6 prefixes
     * cost nothing, so they stay.
     */
    int surplus(Targets targets) {
        if (targets.family() == IpFamily.IPV6) {
            return 0;
        }
        int spare = free - demand.pods();
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
