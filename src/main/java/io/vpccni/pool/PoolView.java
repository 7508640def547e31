package io.vpccni.pool;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.Ipv4Address;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * The pool as values, for introspection and metrics.
 *
 * @param waiters ADDs without an address, the oldest first
 */
public record PoolView(List<EniView> enis, List<Sandbox> waiters, int creating) {

    /** One interface and the states of its addresses. */
    public record EniView(Eni eni, boolean wired, String pending, SequencedMap<Ipv4Address, AddressState> addresses) {}

    static PoolView of(Pool pool) {
        List<EniView> enis = pool.enis().stream()
                .map(eni -> new EniView(
                        eni.eni(),
                        eni.isWired(),
                        eni.pending().map(Action::toString).orElse(""),
                        new TreeMap<>(Map.copyOf(eni.addresses()))))
                .toList();
        return new PoolView(
                enis,
                pool.waiters().stream().map(Waiter::sandbox).toList(),
                pool.creating().size());
    }

    /** Addresses in a state of the given kind. */
    public int count(Class<? extends AddressState> kind) {
        return (int) enis.stream()
                .flatMap(eni -> eni.addresses().values().stream())
                .filter(kind::isInstance)
                .count();
    }

    /** Addresses on all interfaces. */
    public int total() {
        return enis.stream().mapToInt(eni -> eni.addresses().size()).sum();
    }
}
