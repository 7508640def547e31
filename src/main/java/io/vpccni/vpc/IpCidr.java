package io.vpccni.vpc;

import java.util.Comparator;

/** A network of either family: its first address and the number of leading bits that are fixed. */
public sealed interface IpCidr extends Comparable<IpCidr> permits Ipv4Cidr, Ipv6Cidr {

    Comparator<IpCidr> ORDER = Comparator.comparing(IpCidr::base).thenComparing(IpCidr::length);

    /** Reads {@code address/length} of either family; bits behind the prefix are an {@link IllegalArgumentException}. */
    static IpCidr parse(String text) {
        return text.indexOf(':') < 0 ? Ipv4Cidr.parse(text) : Ipv6Cidr.parse(text);
    }

    /** The network of this length that begins with {@code base}; bits behind the prefix are an error. */
    static IpCidr of(IpAddress base, int length) {
        return switch (base) {
            case Ipv4Address own -> new Ipv4Cidr(own, length);
            case Ipv6Address own -> new Ipv6Cidr(own, length);
        };
    }

    /** The first address. */
    IpAddress base();

    /** Leading bits that are fixed. */
    int length();

    /** Whether {@code address} lies in this network. An address of the other family never does. */
    boolean contains(IpAddress address);

    /** The net mask in network order: 4 or 16 bytes. */
    byte[] maskBytes();

    /** The network of a delegated prefix, a /28 or a /80, that {@code address} would lie in. */
    static IpCidr delegatedPrefixOf(IpAddress address) {
        return switch (address) {
            case Ipv4Address own -> Ipv4Cidr.delegatedPrefixOf(own);
            case Ipv6Address own -> Ipv6Cidr.delegatedPrefixOf(own);
        };
    }

    @Override
    default int compareTo(IpCidr other) {
        return ORDER.compare(this, other);
    }
}
