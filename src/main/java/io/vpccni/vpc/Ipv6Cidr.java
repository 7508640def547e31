package io.vpccni.vpc;

import java.nio.ByteBuffer;

/**
 * An IPv6 network: {@code 2600:1f13:aa:bb00::/56}.
 *
 * @param base the first address; the bits behind the prefix are 0
 * @param length the number of leading bits that are fixed, 0 to 128
 */
public record Ipv6Cidr(Ipv6Address base, int length) implements IpCidr {

    /** Length of a network of one address. */
    public static final int LONGEST = 128;

    /** Length of the prefixes that EC2 delegates to interfaces: 2⁴⁸ addresses. */
    public static final int DELEGATED_LENGTH = 80;

    public Ipv6Cidr {
        if (length < 0 || length > LONGEST) {
            throw new IllegalArgumentException("prefix length " + length + " is outside 0 to " + LONGEST);
        }
        if (!masked(base, length).equals(base)) {
            throw new IllegalArgumentException(base + "/" + length + " has bits set behind its prefix");
        }
    }

    /** Reads {@code address/length}; bits behind the prefix are an error. */
    public static Ipv6Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("not an IPv6 network: \"" + text + "\" has no /length");
        }
        try {
            return new Ipv6Cidr(
                    Ipv6Address.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not an IPv6 network: \"" + text + "\"", e);
        }
    }

    /** The network of this length that {@code address} lies in. */
    public static Ipv6Cidr around(Ipv6Address address, int length) {
        return new Ipv6Cidr(masked(address, length), length);
    }

    /** The delegated prefix that {@code address} would lie in. */
    public static Ipv6Cidr delegatedPrefixOf(Ipv6Address address) {
        return around(address, DELEGATED_LENGTH);
    }

    @Override
    public boolean contains(IpAddress address) {
        return address instanceof Ipv6Address own && masked(own, length).equals(base);
    }

    @Override
    public byte[] maskBytes() {
        return ByteBuffer.allocate(16)
                .putLong(highMask(length))
                .putLong(lowMask(length))
                .array();
    }

    private static Ipv6Address masked(Ipv6Address address, int length) {
        return new Ipv6Address(address.high() & highMask(length), address.low() & lowMask(length));
    }

    private static long highMask(int length) {
        return ones(Math.min(length, Long.SIZE));
    }

    private static long lowMask(int length) {
        return ones(Math.max(length - Long.SIZE, 0));
    }

    private static long ones(int leading) {
        return leading == 0 ? 0 : -1L << (Long.SIZE - leading);
    }

    @Override
    public String toString() {
        return base + "/" + length;
    }
}
