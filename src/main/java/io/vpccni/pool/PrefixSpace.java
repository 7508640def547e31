package io.vpccni.pool;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.SlotKind;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The addresses of one delegated prefix. Only those that are not free are kept one by one, so that a /80 takes no more room than
 * its pods do. Addresses that were never used are handed out first, in ascending order, then the one that has rested longest.
 */
final class PrefixSpace {

    /** Addresses that are remembered as used before. Beyond it the one that has rested longest is used again. */
    private static final int REMEMBERED = 4096;

    private final IpCidr prefix;
    private final SlotKind kind;
    private final TreeMap<IpAddress, AddressState> taken = new TreeMap<>();
    private final LinkedHashSet<IpAddress> rested = new LinkedHashSet<>();

    /** Distance from the base below which every address is taken or rested. */
    private int fresh;

    private boolean leaving;
    private boolean doubted;

    PrefixSpace(IpCidr prefix) {
        this.prefix = prefix;
        this.kind = SlotKind.of(prefix);
    }

    SlotKind kind() {
        return kind;
    }

    /** Addresses in all. */
    int size() {
        return kind.addresses();
    }

    /** Addresses that can be assigned at once. */
    int free() {
        return leaving || doubted ? 0 : untaken();
    }

    /** Whether no address is used or rests, so that the prefix can go. */
    boolean isWhole() {
        return !leaving && !doubted && taken.isEmpty();
    }

    /** Whether EC2 has been asked to take the prefix back. */
    boolean isLeaving() {
        return leaving;
    }

    void leaving(boolean asked) {
        leaving = asked;
    }

    private int untaken() {
        return kind.addresses() - taken.size();
    }

    /** Whether IMDS lacks the prefix and EC2 has not been heard: what is free of it is on hold. */
    boolean isDoubted() {
        return doubted;
    }

    void doubted(boolean unclear) {
        doubted = unclear;
    }

    AddressState state(IpAddress address) {
        if (leaving) {
            return new AddressState.Leaving();
        }
        AddressState untaken = doubted ? new AddressState.Doubted() : new AddressState.Free();
        return taken.getOrDefault(address, untaken);
    }

    void set(IpAddress address, AddressState state) {
        if (state instanceof AddressState.Free) {
            if (taken.remove(address) != null) {
                rested.add(address);
            }
        } else {
            taken.put(address, state);
            rested.remove(address);
        }
    }

    /** The address to hand out next. */
    Optional<IpAddress> next() {
        if (free() == 0) {
            return Optional.empty();
        }
        while (fresh < kind.addresses() && isUsed(prefix.base().plus(fresh))) {
            fresh++;
        }
        return fresh < kind.addresses() && rested.size() < REMEMBERED
                ? Optional.of(prefix.base().plus(fresh))
                : Optional.of(rested.getFirst());
    }

    private boolean isUsed(IpAddress address) {
        return taken.containsKey(address) || rested.contains(address);
    }

    /** The addresses that are assigned, cooling or held. */
    SortedMap<IpAddress, AddressState> taken() {
        return Collections.unmodifiableSortedMap(taken);
    }

    /** Addresses in a state of the given kind. */
    int count(Class<? extends AddressState> states) {
        if (states == AddressState.Free.class) {
            return free();
        }
        if (leaving) {
            return states == AddressState.Leaving.class ? size() : 0;
        }
        int count = doubted && states.isAssignableFrom(AddressState.Doubted.class) ? untaken() : 0;
        for (AddressState state : taken.values()) {
            if (states.isInstance(state)) {
                count++;
            }
        }
        return count;
    }
}
