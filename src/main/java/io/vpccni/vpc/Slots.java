package io.vpccni.vpc;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What an interface carries for pods, without its primary address.
 *
 * @param addresses secondary addresses, each in a slot of its own
 * @param prefixes delegated /28 prefixes, each in a slot of its own; their addresses are not in {@code addresses}
 */
public record Slots(Set<Ipv4Address> addresses, Set<Ipv4Cidr> prefixes) {

    public static final Slots EMPTY = new Slots(Set.of(), Set.of());

    public Slots {
        addresses = Collections.unmodifiableSet(new TreeSet<>(addresses));
        prefixes = Collections.unmodifiableSet(new TreeSet<>(prefixes));
    }

    public static Slots ofAddresses(Set<Ipv4Address> addresses) {
        return new Slots(addresses, Set.of());
    }

    public static Slots ofPrefixes(Set<Ipv4Cidr> prefixes) {
        return new Slots(Set.of(), prefixes);
    }

    public boolean isEmpty() {
        return addresses.isEmpty() && prefixes.isEmpty();
    }

    /** Slots taken. */
    public int count() {
        return addresses.size() + prefixes.size();
    }

    /** Every pod address, those in prefixes included, in ascending order within each kind. */
    public Stream<Ipv4Address> podAddresses() {
        return Stream.concat(addresses.stream(), prefixes.stream().flatMap(Ipv4Cidr::addresses));
    }

    /** Whether {@code address} is one of the pod addresses. */
    public boolean contains(Ipv4Address address) {
        return addresses.contains(address) || prefixes.stream().anyMatch(prefix -> prefix.contains(address));
    }
}
