package io.vpccni.emulator.cloud;

import java.net.Inet6Address;
import java.nio.ByteBuffer;

/** An IPv6 address as two halves; written as RFC 5952 asks. */
public record Ipv6(long high, long low) implements Block, Comparable<Ipv6> {

    /**
     * Reads any form of RFC 4291.
     *
     * @throws CloudError InvalidParameterValue
     */
    public static Ipv6 parse(String text) {
        try {
            if (Inet6Address.ofLiteral(text) instanceof Inet6Address address) {
                ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
                return new Ipv6(bytes.getLong(), bytes.getLong());
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the same answer as an IPv4-mapped literal.
        }
        throw CloudError.invalidValue(text, "ipv6Address", "Invalid IPv6 address.");
    }

    private int group(int index) {
        long half = index < 4 ? high : low;
        return (int) (half >>> (48 - 16 * (index % 4))) & 0xffff;
    }

    @Override
    public int compareTo(Ipv6 other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /** Lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as {@code ::}. */
    @Override
    public String toString() {
        int runStart = -1;
        int runLength = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && group(end) == 0) {
                end++;
            }
            if (end - i > runLength) {
                runStart = i;
                runLength = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == runStart) {
                text.append("::");
                i += runLength - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                text.append(Integer.toHexString(group(i)));
            }
        }
        return text.toString();
    }
}
