package io.vpccni.vpc;

/**
 * An IPv4 address.
 *
 * @param bits the 32 bits in network order, so that {@code 10.0.0.1} is {@code 0x0a000001}
 */
public record Ipv4Address(int bits) implements IpAddress {

    /** Reads dotted decimal, four numbers without leading zeros. Anything else is an {@link IllegalArgumentException}. */
    public static Ipv4Address parse(String text) {
        int bits = 0;
        int parts = 0;
        int from = 0;
        while (parts < 4) {
            int dot = text.indexOf('.', from);
            int to = parts == 3 ? text.length() : dot;
            bits = (bits << 8) | octet(text, from, to);
            from = to + 1;
            parts++;
        }
        return new Ipv4Address(bits);
    }

    private static int octet(String text, int from, int to) {
        int length = to - from;
        if (length < 1 || length > 3 || (length > 1 && text.charAt(from) == '0')) {
            throw malformed(text);
        }
        int value = 0;
        for (int at = from; at < to; at++) {
            char digit = text.charAt(at);
            if (digit < '0' || digit > '9') {
                throw malformed(text);
            }
            value = value * 10 + (digit - '0');
        }
        if (value > 255) {
            throw malformed(text);
        }
        return value;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("not an IPv4 address: \"" + text + "\"");
    }

    @Override
    public IpFamily family() {
        return IpFamily.IPV4;
    }

    @Override
    public Ipv4Address plus(long distance) {
        return new Ipv4Address((int) (bits + distance));
    }

    @Override
    public byte[] toBytes() {
        return new byte[] {(byte) (bits >>> 24), (byte) (bits >>> 16), (byte) (bits >>> 8), (byte) bits};
    }

    public int compareTo(Ipv4Address other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    @Override
    public String toString() {
        return (bits >>> 24) + "." + ((bits >>> 16) & 0xff) + "." + ((bits >>> 8) & 0xff) + "." + (bits & 0xff);
    }
}
