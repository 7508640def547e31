package io.vpccni.pool;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.ForeignEni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The pool as values, for introspection and metrics.
 *
 * @param assignments everything that is assigned, the oldest first
 * @param waiters ADDs without an address, the oldest first
 * @param diagnosis why they have none; empty when nobody waits
 * @param trunk the trunk interface, if EC2 has shown one
 * @param takesTrunk whether card 0 has a place for one
 */
public record PoolView(
        List<EniView> enis,
        List<Assignment> assignments,
        List<Sandbox> waiters,
        int creating,
        PoolFigures figures,
        Optional<Diagnosis> diagnosis,
        Optional<ForeignEni> trunk,
        boolean takesTrunk) {

    /**
     * One interface and the states of its addresses.
     *
     * @param lost whether it is not on this node any more, and only its pods are
     * @param addresses those of a /80 only as far as they are not free
     * @param freeByPrefix the delegated prefixes, in which some of the addresses lie, and the free addresses of each
     * @param size addresses in all
     */
    public record EniView(
            Eni eni,
            boolean wired,
            boolean lost,
            String pending,
            SortedMap<IpAddress, AddressState> addresses,
            SortedMap<IpCidr, Integer> freeByPrefix,
            int size) {

        static EniView of(PoolEni eni) {
            return new EniView(
                    eni.eni(),
                    eni.isWired(),
                    eni.isLost(),
                    eni.pending().map(Action::toString).orElse(""),
                    eni.addresses(),
                    eni.freeByPrefix(),
                    eni.size());
        }

        public Set<IpCidr> prefixes() {
            return freeByPrefix.keySet();
        }

        /** The network that EC2 gave with the address: its prefix, or the address alone. */
        public IpCidr networkOf(IpAddress address) {
            IpCidr prefix = IpCidr.delegatedPrefixOf(address);
            return freeByPrefix.containsKey(prefix) ? prefix : address.alone();
        }
    }

    static PoolView of(Pool pool) {
        List<EniView> enis = pool.enis().stream().map(EniView::of).toList();
        return new PoolView(
                enis,
                pool.assignments(),
                pool.waiters().stream().map(Waiter::sandbox).toList(),
                pool.creating().size(),
                pool.figures(),
                pool.waiters().isEmpty() ? Optional.empty() : Optional.of(pool.diagnosis()),
                pool.trunk(),
                pool.attached(0) + pool.creating(0).size() < pool.targets().maxEnis(0));
    }

    /** The network cards that have an interface of ours; the first one in any case. */
    public SortedSet<Integer> cards() {
        SortedSet<Integer> cards = new TreeSet<>(Set.of(0));
        enis.forEach(eni -> cards.add(eni.eni().card()));
        return cards;
    }

    /** The part of the view that is about one card. Waiters are everybody's. */
    public PoolView of(int card) {
        return new PoolView(
                enis.stream().filter(eni -> eni.eni().card() == card).toList(),
                assignments,
                waiters,
                creating,
                figures,
                diagnosis,
                trunk.filter(eni -> eni.card() == card),
                takesTrunk);
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
        return enis.stream().mapToInt(EniView::size).sum();
    }

    public PrefixFigures prefixFigures() {
        return PrefixFigures.of(this);
    }

    /** What the sandbox has. */
    public Optional<Assignment> assignmentOf(Sandbox sandbox) {
        return assignments.stream().filter(has -> has.sandbox().equals(sandbox)).findFirst();
    }

    /** Addresses that are held, with the host link that uses each. */
    public Map<IpAddress, String> heldLinks() {
        Map<IpAddress, String> held = new TreeMap<>();
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
