package io.vpccni.pool;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The pool as values, for introspection and metrics.
 *
 * @param waiters ADDs without an address, the oldest first
 * @param diagnosis why they have none; empty when nobody waits
 */
public record PoolView(
        List<EniView> enis, List<Sandbox> waiters, int creating, PoolFigures figures, Optional<Diagnosis> diagnosis) {

    /**
     * One interface and the states of its addresses.
     *
     * @param prefixes the delegated prefixes, in which some of the addresses lie
     */
    public record EniView(
            Eni eni,
            boolean wired,
            String pending,
            SequencedMap<Ipv4Address, AddressState> addresses,
            Set<Ipv4Cidr> prefixes) {

        /** The network that EC2 gave with the address: its prefix, or the address alone. */
        public Ipv4Cidr networkOf(Ipv4Address address) {
            Ipv4Cidr prefix = Ipv4Cidr.delegatedPrefixOf(address);
            return prefixes.contains(prefix) ? prefix : new Ipv4Cidr(address, 32);
        }
    }

    static PoolView of(Pool pool) {
        List<EniView> enis = pool.enis().stream()
                .map(eni -> new EniView(
                        eni.eni(),
                        eni.isWired(),
                        eni.pending().map(Action::toString).orElse(""),
                        new TreeMap<>(eni.addresses()),
                        new TreeSet<>(eni.prefixes())))
                .toList();
        return new PoolView(
                enis,
                pool.waiters().stream().map(Waiter::sandbox).toList(),
                pool.creating().size(),
                pool.figures(),
                pool.waiters().isEmpty() ? Optional.empty() : Optional.of(pool.diagnosis()));
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

    public PrefixFigures prefixFigures() {
        return PrefixFigures.of(this);
    }

    /** What the sandbox has. */
    public Optional<Assignment> assignmentOf(Sandbox sandbox) {
        return assignments().stream()
                .filter(has -> has.sandbox().equals(sandbox))
                .findFirst();
    }

    /** Everything that is assigned, by interface and address. */
    public List<Assignment> assignments() {
        List<Assignment> result = new ArrayList<>();
        for (EniView eni : enis) {
            eni.addresses().forEach((address, state) -> {
                if (state instanceof AddressState.Assigned(Sandbox sandbox, PodName pod, Instant since)) {
                    result.add(new Assignment(sandbox, pod, address, eni.eni(), since));
                }
            });
        }
        return result;
    }

    /** Addresses that are held, with the host link that uses each. */
    public Map<Ipv4Address, String> heldLinks() {
        Map<Ipv4Address, String> held = new TreeMap<>();
        for (EniView eni : enis) {
            eni.addresses().forEach((address, state) -> {
                if (state instanceof AddressState.Held(String link)) {
                    held.put(address, link);
                }
            });
        }
        return held;
    }

    /** Whether a pod that came now would get an address, at once or soon. */
    public boolean canServe() {
        return waiters.isEmpty() || creating > 0 || enis.stream().anyMatch(eni -> !eni.wired());
    }
}
