package io.vpccni.pool;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.ForeignEni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The interfaces of a node, by card and device index, and which one has which address. */
final class Interfaces {

    private static final Comparator<PoolEni> BY_DEVICE = Comparator.comparing(PoolEni::card)
            .thenComparing(eni -> eni.eni().deviceIndex())
            .thenComparing(PoolEni::id);

    private final List<PoolEni> enis = new ArrayList<>();

    /** Those that are not ours: they take places that we cannot have. */
    private List<ForeignEni> foreign = List.of();

    List<PoolEni> all() {
        return Collections.unmodifiableList(enis);
    }

    List<PoolEni> on(int card) {
        return enis.stream().filter(eni -> eni.card() == card).toList();
    }

    /** One that is known already stays as it is. */
    void insert(PoolEni eni) {
        if (find(eni.id()).isEmpty()) {
            enis.add(eni);
            enis.sort(BY_DEVICE);
        }
    }

    void removeIf(Predicate<PoolEni> unwanted) {
        enis.removeIf(unwanted);
    }

    void foreign(List<ForeignEni> others) {
        foreign = List.copyOf(others);
    }

    /** The trunk interface, if EC2 has shown one. */
    Optional<ForeignEni> trunk() {
        return foreign.stream().filter(eni -> eni.trunk().isPresent()).findFirst();
    }

    boolean isForeign(EniId id) {
        return foreign.stream().anyMatch(eni -> eni.id().equals(id));
    }

    Optional<PoolEni> find(EniId id) {
        return enis.stream().filter(eni -> eni.id().equals(id)).findFirst();
    }

    /** The interface that has an address, in whatever state. */
    Optional<PoolEni> carrierOf(IpAddress address) {
        return enis.stream().filter(eni -> eni.state(address) != null).findFirst();
    }

    Optional<PoolEni> carrierOfFree(IpAddress address) {
        return carrierOf(address).filter(eni -> eni.isFree(address));
    }

    /** The addresses that are held, with the live host link that uses each. */
    Map<IpAddress, String> held() {
        Map<IpAddress, String> held = new TreeMap<>();
        enis.forEach(eni -> held.putAll(eni.held()));
        return held;
    }

    /** Interfaces that EC2 has on a card, those of others included. */
    int attached(int card) {
        int own = (int) on(card).stream().filter(eni -> !eni.isLost()).count();
        int others = (int) foreign.stream().filter(eni -> eni.card() == card).count();
        return own + others;
    }

    /** Device indexes of a card that are taken. */
    Set<Integer> deviceIndexes(int card) {
        Set<Integer> used = new TreeSet<>();
        on(card).stream()
                .filter(eni -> !eni.isLost())
                .forEach(eni -> used.add(eni.eni().deviceIndex()));
        foreign.stream().filter(eni -> eni.card() == card).forEach(eni -> used.add(eni.deviceIndex()));
        return used;
    }

    /** Addresses of a card that can be assigned at once. */
    int free(int card) {
        return enis.stream()
                .filter(eni -> eni.card() == card && eni.mayServe())
                .mapToInt(PoolEni::free)
                .sum();
    }

    /** Where the next pod gets its address: of the kind that is asked for, on the first interface that has one; else any. */
    Optional<PoolEni> firstWithFree(SlotKind kind, Predicate<PoolEni> wanted) {
        PoolEni first = null;
        for (PoolEni eni : enis) {
            if (eni.mayServe() && eni.free() > 0 && wanted.test(eni)) {
                if (eni.free(kind) > 0) {
                    return Optional.of(eni);
                }
                first = first == null ? eni : first;
            }
        }
        return Optional.ofNullable(first);
    }

    /** EC2 granted slots to {@code here}. Returns what of them is in use on others, which have them no longer. */
    Map<IpAddress, AddressState> moveFromOthers(Slots granted, PoolEni here) {
        Map<IpAddress, AddressState> used = new TreeMap<>();
        enis.stream().filter(eni -> eni != here).forEach(eni -> used.putAll(eni.movedAway(granted)));
        return used;
    }

    /**
     * What EC2 shows of an interface, without what another one carries: a pod may use an address that somebody has moved. What
     * was leaving the other one has left it when it is seen here.
     */
    Eni claim(Eni seen) {
        List<PoolEni> others =
                enis.stream().filter(eni -> !eni.id().equals(seen.id())).toList();
        others.forEach(eni -> eni.hasLeft(seen.slots()));
        Slots claimed = new Slots(
                seen.slots().addresses().stream()
                        .filter(address -> others.stream().allMatch(eni -> eni.state(address) == null))
                        .collect(Collectors.toSet()),
                seen.slots().prefixes().stream()
                        .filter(prefix -> others.stream().noneMatch(eni -> eni.hasAnyOf(prefix)))
                        .collect(Collectors.toSet()));
        find(seen.id()).ifPresent(eni -> eni.carriedElsewhere(seen.slots().count() - claimed.count()));
        return seen.withSlots(claimed);
    }

    /** The next time at which an interface may be tried again or let go. */
    List<Instant> wakes() {
        List<Instant> times = new ArrayList<>();
        for (PoolEni eni : enis) {
            times.add(eni.retryAt());
            eni.wiredAt().ifPresent(at -> times.add(at.plus(Targets.ENI_MINIMUM_AGE)));
        }
        return times;
    }
}
