package io.vpccni.vpc;

import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An IPv4 network: {@code 10.0.0.0/19}.
 *
 * @param base the first address; the bits behind the prefix are 0
 * @param length the number of leading bits that are fixed, 0 to 32
 */
public record Ipv4Cidr(Ipv4Address base, int length) implements IpCidr {

    /** Length of a network of one address. */
    public static final int LONGEST = 32;

    /** Length of the prefixes that EC2 delegates to interfaces: 16 addresses. */
    public static final int DELEGATED_LENGTH = 28;

    public Ipv4Cidr {
        if (length < 0 || length > LONGEST) {
            throw new IllegalArgumentException("prefix length " + length + " is outside 0 to " + LONGEST);
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

    @Override
    public boolean contains(IpAddress address) {
        return address instanceof Ipv4Address own && (own.bits() & mask(length)) == base.bits();
    }

    @Override
    public byte[] maskBytes() {
        return new Ipv4Address(mask(length)).toBytes();
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
        return IntStream.range(0, 1 << (LONGEST - length)).mapToObj(base::plus);
    }

    private static int mask(int length) {
        return length == 0 ? 0 : -1 << (32 - length);
    }

    @Override
    public String toString() {
        return base + "/" + length;
    }
}
