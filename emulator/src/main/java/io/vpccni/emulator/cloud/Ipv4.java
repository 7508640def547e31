package io.vpccni.emulator.cloud;

import java.net.Inet4Address;
import java.nio.ByteBuffer;

/** An IPv4 address; {@code bits} is the big-endian number, ordered unsigned. */
public record Ipv4(int bits) implements Comparable<Ipv4> {

    /** @throws CloudError InvalidParameterValue when the text is no dotted quad */
    public static Ipv4 parse(String text) {
        try {
            return new Ipv4(
                    ByteBuffer.wrap(Inet4Address.ofLiteral(text).getAddress()).getInt());
        } catch (IllegalArgumentException e) {
            throw CloudError.invalidValue(text, "address", "Invalid IPv4 address.");
        }
    }

    Ipv4 plus(int offset) {
        return new Ipv4(bits + offset);
    }

    @Override
    public int compareTo(Ipv4 other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    @Override
    public String toString() {
        return (bits >>> 24) + "." + (bits >>> 16 & 255) + "." + (bits >>> 8 & 255) + "." + (bits & 255);
    }
}
