package io.vpccni.vpc;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * An IPv6 address.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record Ipv6Address(long high, long low) implements IpAddress {

    private static final int GROUPS = 8;

    /** Reads the notation of RFC 4291 without a zone. Anything else is an {@link IllegalArgumentException}. */
    public static Ipv6Address parse(String text) {
        if (text.indexOf(':') < 0 || text.indexOf('%') >= 0 || text.indexOf('[') >= 0) {
            throw malformed(text);
        }
        try {
            // A literal is never looked up. One that stands for an IPv4 address comes back as such.
            InetAddress read = Inet6Address.ofLiteral(text);
            if (!(read instanceof Inet6Address)) {
                throw malformed(text);
            }
            ByteBuffer bytes = ByteBuffer.wrap(read.getAddress());
            return new Ipv6Address(bytes.getLong(), bytes.getLong());
        } catch (IllegalArgumentException e) {
            throw malformed(text);
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("not an IPv6 address: \"" + text + "\"");
    }

    @Override
    public IpFamily family() {
        return IpFamily.IPV6;
    }

    @Override
    public Ipv6Address plus(long distance) {
        long sum = low + distance;
        boolean carry = Long.compareUnsigned(sum, low) < 0;
        return new Ipv6Address(carry ? high + 1 : high, sum);
    }

    @Override
    public byte[] toBytes() {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }

    public int compareTo(Ipv6Address other) {
        int first = Long.compareUnsigned(high, other.high);
        return first != 0 ? first : Long.compareUnsigned(low, other.low);
    }

    /** The canonical text of RFC 5952: lower case, and the longest run of zero groups, the first of equals, as {@code ::}. */
    @Override
    public String toString() {
        int[] groups = new int[GROUPS];
        for (int at = 0; at < GROUPS; at++) {
            long half = at < GROUPS / 2 ? high : low;
            groups[at] = (int) (half >>> (48 - 16 * (at % 4))) & 0xffff;
        }
        int from = 0;
        int length = 0;
        for (int at = 0; at < GROUPS; at++) {
            int run = zerosFrom(groups, at);
            if (run > length) {
                from = at;
                length = run;
            }
        }
        return length < 2
                ? text(groups, 0, GROUPS)
                : text(groups, 0, from) + "::" + text(groups, from + length, GROUPS);
    }

    private static int zerosFrom(int[] groups, int from) {
        int end = from;
        while (end < GROUPS && groups[end] == 0) {
            end++;
        }
        return end - from;
    }

    private static String text(int[] groups, int from, int to) {
        List<String> texts = new ArrayList<>();
        for (int at = from; at < to; at++) {
            texts.add(Integer.toHexString(groups[at]));
        }
        return String.join(":", texts);
    }
}
