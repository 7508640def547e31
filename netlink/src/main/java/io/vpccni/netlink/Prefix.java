package io.vpccni.netlink;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IP address with a prefix length. Bits behind the prefix are kept: {@code 10.0.0.7/24} is an address in its subnet.
 * For routes take {@link #network}: the kernel rejects IPv4 destinations with such bits.
 *
 * @param length bits, 0 to 32 or 128
 */
public record Prefix(InetAddress address, int length) {
    public Prefix {
        int bits = Family.of(address).bits();
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(
                    "prefix length " + length + " for " + address.getHostAddress() + ", expected 0 to " + bits);
        }
    }

    /** From text as {@code 10.0.0.0/8}, {@code fe80::1/64} or a bare address (all its bits). Never asks a resolver. */
    public static Prefix of(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return host(literal(text));
        }
        return new Prefix(literal(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    // Not the short forms (10.1 is 10.0.0.1 to the JDK), and no zone, which would be looked up among the links.
    private static InetAddress literal(String text) {
        boolean dotted = text.matches("[0-9]+(\\.[0-9]+){3}");
        if (!dotted && !text.matches("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            throw new IllegalArgumentException("not an IP address: '" + text + "'");
        }
        return InetAddress.ofLiteral(text);
    }

    /** Exactly this address: /32 or /128. */
    public static Prefix host(InetAddress address) {
        return new Prefix(address, Family.of(address).bits());
    }

    /** Every address of the family: 0.0.0.0/0 or ::/0. */
    public static Prefix all(Family family) {
        return of(family == Family.IPV4 ? "0.0.0.0/0" : "::/0");
    }

    public Family family() {
        return Family.of(address);
    }

    /** The same with all bits behind the prefix zero. */
    public Prefix network() {
        byte[] bytes = address.getAddress();
        for (int bit = length; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        try {
            return new Prefix(InetAddress.getByAddress(bytes), length);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + length;
    }
}
