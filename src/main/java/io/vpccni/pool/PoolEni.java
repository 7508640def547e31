package io.vpccni.pool;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One interface in the pool: its addresses with their states, and what is under way on it. At most one step at a time is
 * under way on an interface; demand that comes meanwhile waits for its outcome and goes into the next step.
 */
final class PoolEni {

    /** How long EC2's Describe answers may lag behind its own changes. */
    private static final Duration STALE_VIEW = Duration.ofSeconds(60);

    private Eni eni;
    private final TreeMap<Ipv4Address, AddressState> addresses = new TreeMap<>();

    /** The free secondary addresses, the one that has rested longest first. */
    private final LinkedHashSet<Ipv4Address> freeSingles = new LinkedHashSet<>();

    /** The prefixes and the free addresses of each, the one that has rested longest first. */
    private final TreeMap<Ipv4Cidr, LinkedHashSet<Ipv4Address>> freeInPrefix = new TreeMap<>();

    /** Addresses that EC2 no longer lists though a pod has them or had them a moment ago: they serve nobody again. */
    private final Set<Ipv4Address> disowned = new HashSet<>();

    /** When the interface could serve for the first time; null while it has no routes. */
    private @Nullable Instant wiredAt;

    private @Nullable Action pending;
    private String wiringTrouble = "";
    private boolean inDoubt;
    private boolean leaving;
    private boolean givingBackUnanswered;

    /** What EC2 took back, single addresses as /32, and until when an older view of EC2 may still list it. */
    private final Map<Ipv4Cidr, Instant> gone = new HashMap<>();

    private Instant retryAt = Instant.EPOCH;

    PoolEni(Eni eni) {
        this.eni = eni;
        add(eni.slots());
    }

    Eni eni() {
        return eni;
    }

    EniId id() {
        return eni.id();
    }

    /** Whether no further pod may get an address here. */
    boolean isExcluded() {
        return eni.excluded();
    }

    /** Whether more addresses may be asked for here. */
    boolean mayBeFilled() {
        return !leaving && !isExcluded();
    }

    /** Whether the interface may go when nobody uses it. */
    boolean mayGo() {
        return !eni.isPrimary() && !eni.efa() && !leaving;
    }

    boolean isWired() {
        return wiredAt != null;
    }

    Optional<Instant> wiredAt() {
        return Optional.ofNullable(wiredAt);
    }

    boolean isOlderThan(Duration age, Instant now) {
        return wiredAt != null && !wiredAt.plus(age).isAfter(now);
    }

    void wired(Instant now) {
        if (wiredAt == null) {
            wiredAt = now;
        }
    }

    /** The kernel could not give the interface its routes. */
    void notWired(String why) {
        wiringTrouble = why;
    }

    /** Why the kernel could not give the interface its routes the last time; empty when it was not tried. */
    String wiringTrouble() {
        return wiringTrouble;
    }

    /** Adds free addresses, in ascending order: the same events lead to the same pool in every life. */
    void add(Slots more) {
        more.prefixes().forEach(prefix -> {
            if (freeInPrefix.putIfAbsent(prefix, new LinkedHashSet<>()) == null) {
                prefix.addresses().forEach(this::addFree);
            }
        });
        more.addresses().forEach(this::addFree);
    }

    /** An address that is known already keeps its state. */
    private void addFree(Ipv4Address address) {
        disowned.remove(address);
        if (addresses.putIfAbsent(address, new AddressState.Free()) == null) {
            freeLike(address).add(address);
        }
    }

    void set(Ipv4Address address, AddressState state) {
        if (state instanceof AddressState.Free && disowned.remove(address)) {
            remove(address);
            return;
        }
        addresses.put(address, state);
        if (state instanceof AddressState.Free) {
            freeLike(address).add(address);
        } else {
            freeLike(address).remove(address);
        }
    }

    private void remove(Ipv4Address address) {
        freeLike(address).remove(address);
        addresses.remove(address);
    }

    /** The free addresses among which {@code address} is, when it is free. */
    private SequencedSet<Ipv4Address> freeLike(Ipv4Address address) {
        LinkedHashSet<Ipv4Address> ofPrefix = freeInPrefix.get(Ipv4Cidr.delegatedPrefixOf(address));
        return ofPrefix == null ? freeSingles : ofPrefix;
    }

    @Nullable
    AddressState state(Ipv4Address address) {
        return addresses.get(address);
    }

    SortedMap<Ipv4Address, AddressState> addresses() {
        return addresses;
    }

    Set<Ipv4Cidr> prefixes() {
        return freeInPrefix.keySet();
    }

    boolean isFree(Ipv4Address address) {
        return addresses.get(address) instanceof AddressState.Free;
    }

    /** Free addresses in slots of a kind. */
    int free(SlotKind kind) {
        return switch (kind) {
            case ADDRESS -> freeSingles.size();
            case PREFIX -> {
                int free = 0;
                for (Set<Ipv4Address> ofPrefix : freeInPrefix.values()) {
                    free += ofPrefix.size();
                }
                yield free;
            }
        };
    }

    int free() {
        return free(SlotKind.ADDRESS) + free(SlotKind.PREFIX);
    }

    /**
     * The free address to hand out next: of the wanted kind if there is one, of the fullest prefix so that others empty,
     * and there the one that has rested longest.
     */
    Optional<Ipv4Address> nextFree(SlotKind wanted) {
        Optional<Ipv4Address> single = freeSingles.stream().findFirst();
        Optional<Ipv4Address> ofPrefix = freeInPrefix.values().stream()
                .filter(free -> !free.isEmpty())
                .min(Comparator.comparing(Set::size))
                .map(LinkedHashSet::getFirst);
        return switch (wanted) {
            case ADDRESS -> single.or(() -> ofPrefix);
            case PREFIX -> ofPrefix.or(() -> single);
        };
    }

    /** The free secondary addresses, the one that has rested longest first. */
    Set<Ipv4Address> freeSingles() {
        return freeSingles;
    }

    /** The prefixes of which no address is used or rests. */
    List<Ipv4Cidr> freePrefixes() {
        return freeInPrefix.entrySet().stream()
                .filter(entry -> entry.getValue().size() == SlotKind.PREFIX.addresses())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Pod addresses in all. */
    int size() {
        return addresses.size();
    }

    /** Slots in use. */
    int slots() {
        int singles = 0;
        if (freeInPrefix.isEmpty()) {
            singles = addresses.size();
        } else {
            for (Ipv4Address address : addresses.keySet()) {
                singles += freeInPrefix.containsKey(Ipv4Cidr.delegatedPrefixOf(address)) ? 0 : 1;
            }
        }
        return singles + freeInPrefix.size();
    }

    /** Addresses in a state of the given kind. */
    int count(Class<? extends AddressState> kind) {
        int count = 0;
        for (AddressState state : addresses.values()) {
            if (kind.isInstance(state)) {
                count++;
            }
        }
        return count;
    }

    /** Whether nothing but free addresses is left, so that no pod would miss this interface. */
    boolean isUnused() {
        return free() == addresses.size();
    }

    boolean isIdle() {
        return pending == null;
    }

    Optional<Action> pending() {
        return Optional.ofNullable(pending);
    }

    /** What EC2 has been asked for and has not delivered. */
    Optional<Action.FillEni> filling() {
        return pending instanceof Action.FillEni fill ? Optional.of(fill) : Optional.empty();
    }

    /** Slots that nothing is in and nothing is asked for. */
    int room(int slotsPerEni) {
        return slotsPerEni - slots() - filling().map(Action.FillEni::count).orElse(0);
    }

    /** Whether this interface is on its way out. There is no way back: its detachment may have happened already. */
    boolean isLeaving() {
        return leaving;
    }

    void begin(Action action) {
        pending = action;
        leaving |= action instanceof Action.DeleteEni;
        if (action instanceof Action.GiveBack back) {
            back.slots().podAddresses().forEach(address -> set(address, new AddressState.Leaving()));
        }
    }

    void end() {
        pending = null;
    }

    boolean isInDoubt() {
        return inDoubt;
    }

    void doubt() {
        inDoubt = true;
    }

    boolean mayTry(Instant now) {
        return isIdle() && !retryAt.isAfter(now);
    }

    void retryAt(Instant instant) {
        retryAt = instant;
    }

    Instant retryAt() {
        return retryAt;
    }

    /** What EC2 was asked to take back and has not confirmed. */
    Slots leavingSlots() {
        Predicate<Ipv4Address> isLeaving = address -> addresses.get(address) instanceof AddressState.Leaving;
        Set<Ipv4Cidr> prefixes = freeInPrefix.keySet().stream()
                .filter(prefix -> prefix.addresses().allMatch(isLeaving))
                .collect(Collectors.toSet());
        Set<Ipv4Address> singles = addresses.keySet().stream()
                .filter(isLeaving)
                .filter(address -> !freeInPrefix.containsKey(Ipv4Cidr.delegatedPrefixOf(address)))
                .collect(Collectors.toSet());
        return new Slots(singles, prefixes);
    }

    /** EC2 took slots back at {@code now}. */
    void gaveBack(Slots returned, Instant now) {
        givingBackUnanswered = false;
        returned.podAddresses().forEach(this::remove);
        returned.prefixes().forEach(freeInPrefix::remove);
        Instant forgotten = now.plus(STALE_VIEW);
        returned.prefixes().forEach(prefix -> gone.put(prefix, forgotten));
        returned.addresses().forEach(address -> gone.put(alone(address), forgotten));
    }

    /** What leaves this interface is granted to another one already. */
    void movedAway(Slots granted) {
        Slots left = leavingSlots();
        left.addresses().stream().filter(granted::contains).forEach(this::remove);
        left.prefixes().stream()
                .filter(prefix -> prefix.addresses().anyMatch(granted::contains))
                .forEach(prefix -> {
                    prefix.addresses().forEach(this::remove);
                    freeInPrefix.remove(prefix);
                });
    }

    private static Ipv4Cidr alone(Ipv4Address address) {
        return new Ipv4Cidr(address, Integer.SIZE);
    }

    /** EC2 did not say whether it took addresses back. They stay out of reach until it says yes. */
    void givingBackUnanswered() {
        givingBackUnanswered = true;
    }

    /** EC2 refused to take addresses back: they are as free as before, unless an earlier call may have happened. */
    void givingBackRefused() {
        if (!givingBackUnanswered) {
            leavingSlots().podAddresses().forEach(address -> set(address, new AddressState.Free()));
        }
    }

    /**
     * Takes over what EC2 says. New addresses become free; addresses that EC2 no longer lists go. One that a pod may use stays
     * the pod's, and goes when the pod does.
     */
    void observed(Eni seen, Instant now) {
        inDoubt = false;
        eni = seen.withSlots(eni.slots());
        gone.values().removeIf(until -> !until.isAfter(now));
        for (Ipv4Address address : List.copyOf(addresses.keySet())) {
            if (!seen.slots().contains(address)) {
                lost(address);
            }
        }
        freeInPrefix.keySet().removeIf(prefix -> !seen.slots().prefixes().contains(prefix));
        disowned.removeIf(seen.slots()::contains);
        add(new Slots(
                still(seen.slots().addresses(), PoolEni::alone),
                still(seen.slots().prefixes(), prefix -> prefix)));
    }

    private <T> Set<T> still(Set<T> listed, Function<T, Ipv4Cidr> network) {
        return listed.stream()
                .filter(one -> !gone.containsKey(network.apply(one)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void lost(Ipv4Address address) {
        switch (addresses.get(address)) {
            case AddressState.Assigned _, AddressState.Held _, AddressState.Cooling _ -> disowned.add(address);
            case AddressState.Free _, AddressState.Leaving _ -> remove(address);
            case null -> {}
        }
    }
}
