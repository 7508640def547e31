package io.vpccni.pool;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Cidr;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One interface in the pool: its addresses with their states, and what is under way on it. At most one step at a time is
 * under way on an interface; demand that comes meanwhile waits for its outcome and goes into the next step.
 */
final class PoolEni {

    private Eni eni;

    /** The secondary addresses, and what a pod still has of a prefix that is gone. */
    private final TreeMap<IpAddress, AddressState> singles = new TreeMap<>();

    /** The free secondary addresses, the one that has rested longest first. */
    private final LinkedHashSet<IpAddress> freeSingles = new LinkedHashSet<>();

    private final TreeMap<IpCidr, PrefixSpace> prefixes = new TreeMap<>();

    /** Addresses that EC2 no longer lists though a pod has them or had them a moment ago: they serve nobody again. */
    private final Set<IpAddress> disowned = new HashSet<>();

    /** Slots that EC2 shows here while a pod of another interface still has what is in them. */
    private int carriedElsewhere;

    /** When the interface could serve for the first time; null while it has no routes. */
    private @Nullable Instant wiredAt;

    private @Nullable Action pending;
    private String wiringTrouble = "";
    private boolean inDoubt;
    private boolean leaving;
    private boolean givingBackUnanswered;

    private final Sightings sightings;
    private Instant retryAt = Instant.EPOCH;

    /** One that was found. */
    PoolEni(Eni eni) {
        this(eni, new Sightings(Instant.EPOCH));
    }

    private PoolEni(Eni eni, Sightings sightings) {
        this.eni = eni;
        this.sightings = sightings;
        add(eni.slots());
    }

    /** One that EC2 has just attached for us. */
    static PoolEni attached(Eni eni, Instant now) {
        PoolEni made = new PoolEni(eni, new Sightings(now));
        made.sightings.granted(eni.slots(), now);
        return made;
    }

    /** One that is not on this node any more. */
    static PoolEni lost(Eni eni) {
        PoolEni made = new PoolEni(eni);
        made.sightings.lost();
        return made;
    }

    /** A pod has an address that EC2 does not list here. */
    void setDisowned(IpAddress address, AddressState state) {
        singles.put(address, state);
        disowned.add(address);
    }

    Eni eni() {
        return eni;
    }

    EniId id() {
        return eni.id();
    }

    int card() {
        return eni.card();
    }

    /** Whether a pod may get an address here now. */
    boolean mayServe() {
        return isWired() && !leaving && !isExcluded() && sightings.isPresent();
    }

    /** Whether no further pod may get an address here. */
    boolean isExcluded() {
        return eni.excluded();
    }

    /** Whether more addresses may be asked for here. */
    boolean mayBeFilled() {
        return !leaving && !isExcluded() && sightings.isPresent();
    }

    /** Whether the interface may go when nobody uses it. */
    boolean mayGo() {
        return !eni.isPrimary() && !eni.efa() && !leaving && sightings.isPresent();
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

    /** EC2 granted more slots. */
    void granted(Slots more, Instant now) {
        sightings.granted(more, now);
        add(more);
    }

    /** Adds free addresses, in ascending order: the same events lead to the same pool in every life. */
    private void add(Slots more) {
        more.prefixes().forEach(this::addPrefix);
        more.addresses().forEach(this::addSingle);
    }

    private void addPrefix(IpCidr prefix) {
        PrefixSpace space = new PrefixSpace(prefix);
        if (prefixes.putIfAbsent(prefix, space) == null) {
            Map<IpAddress, AddressState> inside = new TreeMap<>(singles);
            inside.keySet().removeIf(address -> !prefix.contains(address));
            inside.forEach(space::set);
            inside.keySet().forEach(this::removeSingle);
        }
    }

    /** An address that is known already keeps its state. */
    private void addSingle(IpAddress address) {
        disowned.remove(address);
        if (state(address) == null) {
            singles.put(address, new AddressState.Free());
            freeSingles.add(address);
        }
    }

    void set(IpAddress address, AddressState state) {
        PrefixSpace space = spaceOf(address);
        if (space != null) {
            space.set(address, state);
        } else if (state instanceof AddressState.Free && disowned.contains(address)) {
            removeSingle(address);
        } else {
            singles.put(address, state);
            if (state instanceof AddressState.Free) {
                freeSingles.add(address);
            } else {
                freeSingles.remove(address);
            }
        }
    }

    private void removeSingle(IpAddress address) {
        disowned.remove(address);
        freeSingles.remove(address);
        singles.remove(address);
    }

    private @Nullable PrefixSpace spaceOf(IpAddress address) {
        return prefixes.get(IpCidr.delegatedPrefixOf(address));
    }

    @Nullable
    AddressState state(IpAddress address) {
        PrefixSpace space = spaceOf(address);
        return space == null ? singles.get(address) : space.state(address);
    }

    /** The states of all addresses; of a /80 only of those that are not free, which are too many. */
    SortedMap<IpAddress, AddressState> addresses() {
        TreeMap<IpAddress, AddressState> all = new TreeMap<>(singles);
        prefixes.forEach((prefix, space) -> {
            switch (prefix) {
                case Ipv4Cidr whole -> whole.addresses().forEach(address -> all.put(address, space.state(address)));
                case Ipv6Cidr _ -> all.putAll(space.taken());
            }
        });
        return all;
    }

    /** The addresses that are held, with the link that uses each. */
    Map<IpAddress, String> held() {
        Map<IpAddress, String> held = new TreeMap<>();
        singles.forEach((address, state) -> putHeld(held, address, state));
        prefixes.values().forEach(space -> space.taken().forEach((address, state) -> putHeld(held, address, state)));
        return held;
    }

    private static void putHeld(Map<IpAddress, String> held, IpAddress address, AddressState state) {
        if (state instanceof AddressState.Held(String link)) {
            held.put(address, link);
        }
    }

    /** The prefixes, and how many addresses of each can be assigned at once. */
    SortedMap<IpCidr, Integer> freeByPrefix() {
        TreeMap<IpCidr, Integer> free = new TreeMap<>();
        prefixes.forEach((prefix, space) -> free.put(prefix, space.free()));
        return free;
    }

    /** Whether an address of {@code network} is here, in whatever state. */
    boolean hasAnyOf(IpCidr network) {
        return singles.keySet().stream().anyMatch(network::contains)
                || prefixes.keySet().stream().anyMatch(prefix -> overlap(prefix, network));
    }

    boolean isFree(IpAddress address) {
        return state(address) instanceof AddressState.Free;
    }

    /** Free addresses in slots of a kind. */
    int free(SlotKind kind) {
        if (kind == SlotKind.ADDRESS) {
            return freeSingles.size();
        }
        int free = 0;
        for (PrefixSpace space : prefixes.values()) {
            free += space.kind() == kind ? space.free() : 0;
        }
        return free;
    }

    int free() {
        int free = freeSingles.size();
        for (PrefixSpace space : prefixes.values()) {
            free += space.free();
        }
        return free;
    }

    /**
     * The free address to hand out next: of the wanted kind if there is one, of the fullest prefix so that others empty,
     * and there the one that has rested longest.
     */
    Optional<IpAddress> nextFree(SlotKind wanted) {
        Optional<IpAddress> single = freeSingles.stream().findFirst();
        Optional<IpAddress> ofPrefix = prefixes.values().stream()
                .filter(space -> space.free() > 0)
                .min(Comparator.comparing(PrefixSpace::free))
                .flatMap(PrefixSpace::next);
        return switch (wanted) {
            case ADDRESS -> single.or(() -> ofPrefix);
            case PREFIX, IPV6_PREFIX -> ofPrefix.or(() -> single);
        };
    }

    /** The free secondary addresses, the one that has rested longest first. */
    Set<IpAddress> freeSingles() {
        return freeSingles;
    }

    /** The prefixes of which no address is used or rests. */
    List<IpCidr> freePrefixes() {
        return prefixes.entrySet().stream()
                .filter(entry -> entry.getValue().isWhole())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Pod addresses in all. */
    int size() {
        int size = singles.size();
        for (PrefixSpace space : prefixes.values()) {
            size += space.size();
        }
        return size;
    }

    /** Slots in use at EC2. */
    int slots() {
        return singles.size() - disowned.size() + prefixes.size() + carriedElsewhere;
    }

    void carriedElsewhere(int count) {
        carriedElsewhere = count;
    }

    /** Addresses in a state of the given kind. */
    int count(Class<? extends AddressState> kind) {
        int count = 0;
        for (AddressState state : singles.values()) {
            if (kind.isInstance(state)) {
                count++;
            }
        }
        for (PrefixSpace space : prefixes.values()) {
            count += space.count(kind);
        }
        return count;
    }

    /** Whether nothing but free addresses is left, so that no pod would miss this interface. */
    boolean isUnused() {
        return free() == size();
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
            back.slots().addresses().forEach(address -> set(address, new AddressState.Leaving()));
            back.slots().prefixes().forEach(prefix -> leaving(prefix, true));
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

    private void leaving(IpCidr prefix, boolean asked) {
        PrefixSpace space = prefixes.get(prefix);
        if (space != null) {
            space.leaving(asked);
        }
    }

    /** What EC2 was asked to take back and has not confirmed. */
    Slots leavingSlots() {
        Set<IpAddress> leavingSingles = new TreeSet<>();
        singles.forEach((address, state) -> {
            if (state instanceof AddressState.Leaving) {
                leavingSingles.add(address);
            }
        });
        Set<IpCidr> leavingPrefixes = new TreeSet<>();
        prefixes.forEach((prefix, space) -> {
            if (space.isLeaving()) {
                leavingPrefixes.add(prefix);
            }
        });
        return new Slots(leavingSingles, leavingPrefixes);
    }

    /** EC2 took slots back at {@code now}. */
    void gaveBack(Slots returned, Instant now) {
        givingBackUnanswered = false;
        returned.addresses().forEach(this::removeSingle);
        returned.prefixes().forEach(prefixes::remove);
        sightings.takenBack(returned, now);
    }

    /** EC2 granted these to another interface, so nothing of them is here any more. Returns what of them is in use. */
    Map<IpAddress, AddressState> movedAway(Slots granted) {
        for (IpCidr prefix : List.copyOf(prefixes.keySet())) {
            if (granted.networks().anyMatch(network -> overlap(prefix, network))) {
                lostPrefix(prefix);
            }
        }
        Map<IpAddress, AddressState> used = new TreeMap<>(singles);
        used.keySet().removeIf(address -> !granted.contains(address));
        used.keySet().forEach(this::removeSingle);
        used.values().removeIf(state -> !isInUse(state));
        return used;
    }

    /** What was leaving this interface is seen on another one already. */
    void hasLeft(Slots elsewhere) {
        Slots left = leavingSlots();
        left.addresses().stream().filter(elsewhere::contains).forEach(this::removeSingle);
        left.prefixes().stream()
                .filter(prefix -> elsewhere.networks().anyMatch(network -> overlap(prefix, network)))
                .forEach(prefixes::remove);
    }

    private static boolean isInUse(AddressState state) {
        return switch (state) {
            case AddressState.Assigned _, AddressState.Held _, AddressState.Cooling _ -> true;
            case AddressState.Free _, AddressState.Leaving _, AddressState.Doubted _ -> false;
        };
    }

    private static boolean overlap(IpCidr one, IpCidr other) {
        return one.contains(other.base()) || other.contains(one.base());
    }

    /** EC2 did not say whether it took addresses back. They stay out of reach until it says yes. */
    void givingBackUnanswered() {
        givingBackUnanswered = true;
    }

    /** EC2 refused to take addresses back: they are as free as before, unless an earlier call may have happened. */
    void givingBackRefused() {
        if (!givingBackUnanswered) {
            Slots left = leavingSlots();
            left.addresses().forEach(address -> set(address, new AddressState.Free()));
            left.prefixes().forEach(prefix -> leaving(prefix, false));
        }
    }

    /**
     * Takes over what EC2 says. New addresses become free; addresses that EC2 no longer lists go. One that a pod may use stays
     * the pod's, and goes when the pod does.
     */
    void observed(Eni seen, Instant now) {
        inDoubt = false;
        eni = seen.withSlots(eni.slots());
        for (IpCidr prefix : List.copyOf(prefixes.keySet())) {
            if (!seen.slots().prefixes().contains(prefix) && !sightings.mayBeUnseen(prefix, now)) {
                lostPrefix(prefix);
            }
        }
        for (IpAddress address : List.copyOf(singles.keySet())) {
            if (!seen.slots().contains(address) && !sightings.mayBeUnseen(address.alone(), now)) {
                lostSingle(address);
            }
        }
        disowned.removeIf(seen.slots()::contains);
        singles.replaceAll((_, state) -> state instanceof AddressState.Doubted ? new AddressState.Free() : state);
        singles.forEach((address, state) -> {
            if (state instanceof AddressState.Free) {
                freeSingles.add(address);
            }
        });
        prefixes.values().forEach(space -> space.doubted(false));
        add(new Slots(
                seen.slots().addresses().stream()
                        .filter(address -> !sightings.maybeGone(address.alone(), now))
                        .collect(Collectors.toSet()),
                seen.slots().prefixes().stream()
                        .filter(prefix -> !sightings.maybeGone(prefix, now))
                        .collect(Collectors.toSet())));
    }

    /** What pods use of it lives on as single addresses. */
    private void lostPrefix(IpCidr prefix) {
        PrefixSpace space = prefixes.remove(prefix);
        if (space != null) {
            singles.putAll(space.taken());
            disowned.addAll(space.taken().keySet());
        }
    }

    private void lostSingle(IpAddress address) {
        AddressState state = singles.get(address);
        if (state != null && isInUse(state)) {
            disowned.add(address);
        } else {
            removeSingle(address);
        }
    }

    /**
     * IMDS shows these slots. What it lacks is on hold until EC2 has spoken.
     *
     * @return whether one of the two is wrong
     */
    boolean hinted(Slots shown, Instant now) {
        Set<IpAddress> known = new TreeSet<>(singles.keySet());
        known.removeAll(disowned);
        boolean differs = sightings.contradict(new Slots(known, prefixes.keySet()), shown, now);
        for (IpAddress address : List.copyOf(singles.keySet())) {
            boolean doubtful = !shown.addresses().contains(address) && !sightings.mayBeUnseen(address.alone(), now);
            AddressState state = singles.get(address);
            if (state instanceof AddressState.Free && doubtful) {
                set(address, new AddressState.Doubted());
            } else if (state instanceof AddressState.Doubted && !doubtful) {
                set(address, new AddressState.Free());
            }
        }
        prefixes.forEach((prefix, space) ->
                space.doubted(!shown.prefixes().contains(prefix) && !sightings.mayBeUnseen(prefix, now)));
        return differs;
    }

    /** IMDS does not show the interface. Returns whether one of the two is wrong. */
    boolean hintedMissing(Instant now) {
        if (sightings.mayBeUnseen(now)) {
            return false;
        }
        hinted(Slots.EMPTY, now);
        return true;
    }

    /** EC2 lists the interface and says what it carries. */
    void found(Eni seen, Instant now) {
        if (sightings.found(now)) {
            wiredAt = null;
        }
        observed(seen, now);
    }

    /**
     * EC2 does not list the interface. Until it has said so twice, nothing here is assigned or given back; then nothing of it is
     * ours any more, but pods keep what they have.
     */
    void missing(Instant now) {
        if (!sightings.mayBeUnseen(now) && sightings.missing(now)) {
            observed(eni.withSlots(Slots.EMPTY), now);
        }
    }

    /** Whether EC2 has said once that the interface is not on this node, and has to be asked again. */
    boolean isMissing() {
        return sightings.isMissing();
    }

    /** Whether the interface is not on this node any more. */
    boolean isLost() {
        return sightings.isLost();
    }

    /** Whether no pod has anything of it any more. */
    boolean isEmpty() {
        return size() == 0;
    }
}
