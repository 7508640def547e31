package io.vpccni.vpc;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an interface carries for pods, without its own address.
 *
 * @param addresses secondary addresses, each in a slot of its own
 * @param prefixes delegated /28 or /80 prefixes, each in a slot of its own; their addresses are not in {@code addresses}
 */
public record Slots(Set<IpAddress> addresses, Set<IpCidr> prefixes) {

    public static final Slots EMPTY = new Slots(Set.of(), Set.of());

    public Slots {
        addresses = Collections.unmodifiableSet(new TreeSet<>(addresses));
        prefixes = Collections.unmodifiableSet(new TreeSet<>(prefixes));
    }

    public static Slots of(Set<? extends IpAddress> addresses, Set<? extends IpCidr> prefixes) {
        return new Slots(Set.copyOf(addresses), Set.copyOf(prefixes));
    }

    public static Slots ofAddresses(Set<? extends IpAddress> addresses) {
        return of(addresses, Set.of());
    }

    public static Slots ofPrefixes(Set<? extends IpCidr> prefixes) {
        return of(Set.of(), prefixes);
    }

    /** Those of one kind. */
    public Slots only(SlotKind kind) {
        return new Slots(
                kind == SlotKind.ADDRESS ? addresses : Set.of(),
                prefixes.stream().filter(prefix -> SlotKind.of(prefix) == kind).collect(Collectors.toSet()));
    }

    /** All but one secondary address. */
    public Slots without(IpAddress address) {
        Set<IpAddress> others = new TreeSet<>(addresses);
        others.remove(address);
        return new Slots(others, prefixes);
    }

    public boolean isEmpty() {
        return addresses.isEmpty() && prefixes.isEmpty();
    }

    /** Slots taken. */
    public int count() {
        return addresses.size() + prefixes.size();
    }

    /** Whether {@code address} is one of the pod addresses. */
    public boolean contains(IpAddress address) {
        return addresses.contains(address) || prefixes.stream().anyMatch(prefix -> prefix.contains(address));
    }

    /** Each slot as a network: a secondary address is one of its own. */
    public Stream<IpCidr> networks() {
        return Stream.concat(addresses.stream().map(IpAddress::alone), prefixes.stream());
    }
}
