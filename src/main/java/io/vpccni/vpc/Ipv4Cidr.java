package io.vpccni.vpc;

import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An IPv4 network: {@code 10.0.0.0/19}.
 *
 * @param base the first address; the bits behind the prefix are 0
 * @param length the number of leading bits that are fixed, 0 to 32
 */
public record Ipv4Cidr(Ipv4Address base, int length) implements Comparable<Ipv4Cidr> {

    /** Length of the prefixes that EC2 delegates to interfaces: 16 addresses. */
    public static final int DELEGATED_LENGTH = 28;

    private static final Comparator<Ipv4Cidr> ORDER =
            Comparator.comparing(Ipv4Cidr::base).thenComparing(Ipv4Cidr::length);

    public Ipv4Cidr {
        if (length < 0 || length > 32) {
            throw new IllegalArgumentException("prefix length " + length + " is outside 0 to 32");
        }
        if ((base.bits() & ~mask(length)) != 0) {
            throw new IllegalArgumentException(base + "/" + length + " has bits set behind its prefix");
        }
    }

    /** Reads {@code a.b.c.d/length}; bits behind the prefix are an error. */
    public static Ipv4Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("not an IPv4 network: \"" + text + "\" has no /length");
        }
        try {
            return new Ipv4Cidr(
                    Ipv4Address.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not an IPv4 network: \"" + text + "\"", e);
        }
    }

    /** Whether {@code address} lies in this network. */
    public boolean contains(Ipv4Address address) {
        return (address.bits() & mask(length)) == base.bits();
    }

    /** The net mask, such as {@code 255.255.255.240} of a /28. */
    public Ipv4Address mask() {
        return new Ipv4Address(mask(length));
    }

    /** The VPC router in a subnet: the second address (AWS, "Subnet sizing for IPv4"). */
    public Ipv4Address gateway() {
        return base.plus(1);
    }

    /** The delegated prefix that {@code address} would lie in. */
    public static Ipv4Cidr delegatedPrefixOf(Ipv4Address address) {
        return new Ipv4Cidr(new Ipv4Address(address.bits() & mask(DELEGATED_LENGTH)), DELEGATED_LENGTH);
    }

    /** Every address, ascending. Only for networks of a /8 or smaller. */
    public Stream<Ipv4Address> addresses() {
        return IntStream.range(0, 1 << (32 - length)).mapToObj(base::plus);
    }

    @Override
    public int compareTo(Ipv4Cidr other) {
        return ORDER.compare(this, other);
    }

    private static int mask(int length) {
        return length == 0 ? 0 : -1 << (32 - length);
    }

    @Override
    public String toString() {
        return base + "/" + length;
    }
}
