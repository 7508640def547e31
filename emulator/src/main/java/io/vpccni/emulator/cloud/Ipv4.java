package io.vpccni.emulator.cloud;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/** An IPv4 address; {@code bits} is the big-endian number, ordered unsigned. */
public record Ipv4(int bits) implements Block, Comparable<Ipv4> {

    // The JDK's parser also takes forms of one to three parts (10.1 is 10.0.0.1), which EC2 does not.
    private static final Pattern QUAD = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    /**
     * Reads a dotted quad.
     *
     * @throws CloudError InvalidParameterValue
     */
    public static Ipv4 parse(String text) {
        try {
            if (QUAD.matcher(text).matches()) {
                byte[] bytes = Inet4Address.ofLiteral(text).getAddress();
                return new Ipv4(ByteBuffer.wrap(bytes).getInt());
            }
        } catch (IllegalArgumentException e) {
            // A part above 255: answered as any other text.
        }
        throw CloudError.invalidValue(text, "address", "Invalid IPv4 address.");
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
