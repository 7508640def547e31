package io.vpccni.pool;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One interface in the pool: its addresses with their states, and what is under way on it. At most one step at a time is
 * under way on an interface; demand that comes meanwhile waits for its outcome and goes into the next step.
 */
final class PoolEni {

    /** How long EC2's Describe answers may lag behind its own changes. */
    private static final Duration STALE_VIEW = Duration.ofSeconds(60);

    private final Eni eni;
    private final TreeMap<Ipv4Address, AddressState> addresses = new TreeMap<>();

    /** The free addresses, the one that has rested longest first. */
    private final LinkedHashSet<Ipv4Address> free = new LinkedHashSet<>();

    /** When the interface could serve for the first time; null while it has no routes. */
    private @Nullable Instant wiredAt;

    private @Nullable Action pending;
    private String wiringTrouble = "";
    private boolean inDoubt;
    private boolean leaving;
    private boolean givingBackUnanswered;

    /** Addresses that EC2 took back, and until when an older view of EC2 may still list them. */
    private final Map<Ipv4Address, Instant> gone = new HashMap<>();

    private Instant retryAt = Instant.EPOCH;

    PoolEni(Eni eni) {
        this.eni = eni;
        addAll(eni.secondaryAddresses());
    }

    Eni eni() {
        return eni;
    }

    EniId id() {
        return eni.id();
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
    void addAll(Collection<Ipv4Address> more) {
        more.stream().sorted().forEach(this::add);
    }

    /** Adds a free address; one that is known already keeps its state. */
    private void add(Ipv4Address address) {
        if (addresses.putIfAbsent(address, new AddressState.Free()) == null) {
            free.add(address);
        }
    }

    void remove(Ipv4Address address) {
        addresses.remove(address);
        free.remove(address);
    }

    void set(Ipv4Address address, AddressState state) {
        addresses.put(address, state);
        if (state instanceof AddressState.Free) {
            free.add(address);
        } else {
            free.remove(address);
        }
    }

    @Nullable
    AddressState state(Ipv4Address address) {
        return addresses.get(address);
    }

    SortedMap<Ipv4Address, AddressState> addresses() {
        return addresses;
    }

    Set<Ipv4Address> free() {
        return free;
    }

    int size() {
        return addresses.size();
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
        return free.size() == addresses.size();
    }

    boolean isIdle() {
        return pending == null;
    }

    Optional<Action> pending() {
        return Optional.ofNullable(pending);
    }

    /** Addresses that EC2 has been asked for and has not delivered. */
    int filling() {
        return pending instanceof Action.FillEni fill ? fill.count() : 0;
    }

    /** Whether this interface is on its way out. There is no way back: its detachment may have happened already. */
    boolean isLeaving() {
        return leaving;
    }

    void begin(Action action) {
        pending = action;
        leaving |= action instanceof Action.DeleteEni;
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

    /** EC2 took the addresses back at {@code now}. */
    void gaveBack(Set<Ipv4Address> returned, Instant now) {
        givingBackUnanswered = false;
        for (Ipv4Address address : returned) {
            remove(address);
            gone.put(address, now.plus(STALE_VIEW));
        }
    }

    /** EC2 did not say whether it took addresses back. They stay out of reach until it says yes. */
    void givingBackUnanswered() {
        givingBackUnanswered = true;
    }

    /** EC2 refused to take addresses back: they are as free as before, unless an earlier call may have happened. */
    void givingBackRefused() {
        if (givingBackUnanswered) {
            return;
        }
        addresses.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof AddressState.Leaving)
                .map(Map.Entry::getKey)
                .toList()
                .forEach(address -> set(address, new AddressState.Free()));
    }

    /**
     * Takes over what EC2 says. New addresses become free; addresses that EC2 no longer lists go, but never one that a pod
     * may use.
     */
    void observed(Eni seen, Instant now) {
        inDoubt = false;
        gone.values().removeIf(until -> !until.isAfter(now));
        for (Ipv4Address address : List.copyOf(addresses.keySet())) {
            if (!seen.secondaryAddresses().contains(address) && mayVanish(address)) {
                remove(address);
            }
        }
        seen.secondaryAddresses().stream()
                .filter(address -> !gone.containsKey(address))
                .sorted()
                .forEach(this::add);
    }

    private boolean mayVanish(Ipv4Address address) {
        return switch (addresses.get(address)) {
            case AddressState.Assigned _, AddressState.Held _ -> false;
            case AddressState.Free _, AddressState.Cooling _, AddressState.Leaving _ -> true;
            case null -> true;
        };
    }
}
