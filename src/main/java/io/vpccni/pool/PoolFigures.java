package io.vpccni.pool;

/**
 * The pool in numbers, for people.
 *
 * @param free addresses that can serve now
 * @param coming addresses that are asked for, or on an interface without routes yet
 * @param total addresses on the interfaces, whatever their state
 * @param enis interfaces that are attached
 * @param maxEnis interfaces that may be attached
 * @param maxAddresses pod addresses on all interfaces that may be attached
 * @param waiters ADDs without an address
 */
public record PoolFigures(
        int free,
        int assigned,
        int cooling,
        int held,
        int coming,
        int total,
        int enis,
        int maxEnis,
        int maxAddresses,
        int waiters) {

    static PoolFigures of(Pool pool) {
        Stock stock = Stock.ofNode(pool);
        int assigned = 0;
        int cooling = 0;
        int held = 0;
        int total = 0;
        for (PoolEni eni : pool.enis()) {
            assigned += eni.count(AddressState.Assigned.class);
            cooling += eni.count(AddressState.Cooling.class);
            held += eni.count(AddressState.OnHold.class);
            total += eni.size();
        }
        Targets targets = pool.targets();
        return new PoolFigures(
                stock.free(),
                assigned,
                cooling,
                held,
                stock.coming(),
                total,
                pool.enis().size(),
                targets.maxEnisInAll(),
                targets.maxAddresses(),
                pool.waiters().size());
    }
}
