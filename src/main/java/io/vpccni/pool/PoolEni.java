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
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One interface in the pool: its addresses with their states, and what is under way on it. At most one step at a time is
 * under way on an interface; demand that comes meanwhile waits for its outcome and goes into the next step.
 */
final class PoolEni {

    /** How long EC2's Describe answers and IMDS may lag behind EC2's own changes. */
    private static final Duration STALE_VIEW = Duration.ofSeconds(60);

    /** Between two answers of EC2 that lack the interface before it counts as gone. */
    static final Duration CONFIRM_GAP = Duration.ofSeconds(10);

    private Eni eni;

    /** The secondary addresses, and what a pod still has of a prefix that is gone. */
    private final TreeMap<IpAddress, AddressState> singles = new TreeMap<>();

    /** The free secondary addresses, the one that has rested longest first. */
    private final LinkedHashSet<IpAddress> freeSingles = new LinkedHashSet<>();

    private final TreeMap<IpCidr, PrefixSpace> prefixes = new TreeMap<>();

    /** Addresses that EC2 no longer lists though a pod has them or had them a moment ago: they serve nobody again. */
    private final Set<IpAddress> disowned = new HashSet<>();

    /** When the interface could serve for the first time; null while it has no routes. */
    private @Nullable Instant wiredAt;

    private @Nullable Action pending;
    private String wiringTrouble = "";
    private boolean inDoubt;
    private boolean leaving;
    private boolean givingBackUnanswered;

    /** What EC2 took back, single addresses as networks of their own, and until when an older view of EC2 may list it. */
    private final Map<IpCidr, Instant> gone = new HashMap<>();

    private Instant retryAt = Instant.EPOCH;

    /** When EC2 last changed something here at our wish. */
    private Instant changedAt;

    /** Since when EC2 does not list the interface on this node; null while it does. */
    private @Nullable Instant missingSince;

    private boolean lost;

    /** One that is known for long. */
    PoolEni(Eni eni) {
        this(eni, Instant.EPOCH);
    }

    PoolEni(Eni eni, Instant changedAt) {
        this.eni = eni;
        this.changedAt = changedAt;
        add(eni.slots());
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
        return isWired() && !leaving && !isExcluded() && missingSince == null;
    }

    /** Whether no further pod may get an address here. */
    boolean isExcluded() {
        return eni.excluded();
    }

    /** Whether more addresses may be asked for here. */
    boolean mayBeFilled() {
        return !leaving && !isExcluded() && missingSince == null;
    }

    /** Whether the interface may go when nobody uses it. */
    boolean mayGo() {
        return !eni.isPrimary() && !eni.efa() && !leaving && missingSince == null;
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
            disowned.removeAll(inside.keySet());
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
        } else if (state instanceof AddressState.Free && disowned.remove(address)) {
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

    /** Slots in use. */
    int slots() {
        return singles.size() + prefixes.size();
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
        Instant forgotten = now.plus(STALE_VIEW);
        returned.networks().forEach(network -> gone.put(network, forgotten));
    }

    /** What leaves this interface is granted to another one already. */
    void movedAway(Slots granted) {
        Slots left = leavingSlots();
        left.addresses().stream().filter(granted::contains).forEach(this::removeSingle);
        left.prefixes().stream()
                .filter(prefix -> granted.networks().anyMatch(network -> overlap(prefix, network)))
                .forEach(prefixes::remove);
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
        gone.values().removeIf(until -> !until.isAfter(now));
        for (IpCidr prefix : List.copyOf(prefixes.keySet())) {
            if (!seen.slots().prefixes().contains(prefix)) {
                lostPrefix(prefix);
            }
        }
        for (IpAddress address : List.copyOf(singles.keySet())) {
            if (!seen.slots().contains(address)) {
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
                still(seen.slots().addresses(), IpAddress::alone),
                still(seen.slots().prefixes(), prefix -> prefix)));
    }

    private <T> Set<T> still(Set<T> listed, Function<T, IpCidr> network) {
        return listed.stream()
                .filter(one -> !gone.containsKey(network.apply(one)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What pods use of it lives on as single addresses. */
    private void lostPrefix(IpCidr prefix) {
        PrefixSpace space = prefixes.remove(prefix);
        if (space != null) {
            singles.putAll(space.taken());
        }
    }

    private void lostSingle(IpAddress address) {
        switch (singles.get(address)) {
            case AddressState.Assigned _, AddressState.Held _, AddressState.Cooling _ -> disowned.add(address);
            case AddressState.Free _, AddressState.Leaving _, AddressState.Doubted _ -> removeSingle(address);
            case null -> {}
        }
    }

    /** EC2 changed something here at our wish: what others say of it is older for a while. */
    void changed(Instant now) {
        changedAt = now;
    }

    /** Whether what EC2 or IMDS say now can be compared with what we know. */
    boolean isComparable(Instant now) {
        return isIdle() && !leaving && !changedAt.plus(STALE_VIEW).isAfter(now);
    }

    /**
     * IMDS shows these slots. What it lacks is on hold until EC2 has spoken.
     *
     * @return whether it shows something else than what we know
     */
    boolean hinted(Slots shown) {
        boolean differs = !shown.equals(new Slots(singles.keySet(), prefixes.keySet()));
        for (IpAddress address : List.copyOf(singles.keySet())) {
            AddressState state = singles.get(address);
            if (state instanceof AddressState.Free && !shown.addresses().contains(address)) {
                set(address, new AddressState.Doubted());
            } else if (state instanceof AddressState.Doubted
                    && shown.addresses().contains(address)) {
                set(address, new AddressState.Free());
            }
        }
        prefixes.forEach((prefix, space) -> space.doubted(!shown.prefixes().contains(prefix)));
        return differs;
    }

    /** EC2 lists the interface. One that came back after it was lost has a new link without routes. */
    void found() {
        if (lost) {
            wiredAt = null;
        }
        lost = false;
        missingSince = null;
    }

    /**
     * EC2 does not list the interface. Until it has said so twice, nothing here is assigned or given back; then nothing of it is
     * ours any more, but pods keep what they have.
     */
    void missing(Instant now) {
        Instant since = missingSince;
        if (since == null) {
            missingSince = now;
        } else if (!since.plus(CONFIRM_GAP).isAfter(now)) {
            lost = true;
            observed(eni.withSlots(Slots.EMPTY), now);
        }
    }

    /** Whether EC2 has said once that the interface is not on this node, and has to be asked again. */
    boolean isMissing() {
        return missingSince != null && !lost;
    }

    /** Whether the interface is not on this node any more. */
    boolean isLost() {
        return lost;
    }

    /** Whether no pod has anything of it any more. */
    boolean isEmpty() {
        return size() == 0;
    }
}
