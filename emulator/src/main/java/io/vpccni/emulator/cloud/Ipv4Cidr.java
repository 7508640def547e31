package io.vpccni.emulator.cloud;

/** An IPv4 range whose base has no host bits; {@code length} is 0 to 32. */
public record Ipv4Cidr(Ipv4 base, int length) implements Block, Comparable<Ipv4Cidr> {
    /** Length of the prefixes that EC2 delegates: 16 addresses. */
    public static final int DELEGATED_LENGTH = 28;

    public Ipv4Cidr {
        if (length < 0 || length > 32) {
            throw CloudError.invalidValue(base + "/" + length, "cidr", "Invalid prefix length.");
        }
        if (length < 32 && base.bits() << length != 0) {
            throw CloudError.invalidValue(base + "/" + length, "cidr", "The range has host bits set.");
        }
    }

    /**
     * Reads {@code address/length}.
     *
     * @throws CloudError InvalidParameterValue
     */
    public static Ipv4Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw CloudError.invalidValue(text, "cidr", "Invalid IPv4 range.");
        }
        try {
            return new Ipv4Cidr(Ipv4.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw CloudError.invalidValue(text, "cidr", "Invalid IPv4 range.");
        }
    }

    /** Number of addresses; right for lengths of 1 and more. */
    public int size() {
        return 1 << (32 - length);
    }

    public boolean contains(Ipv4 address) {
        return length == 0 || (address.bits() ^ base.bits()) >>> (32 - length) == 0;
    }

    @Override
    public int compareTo(Ipv4Cidr other) {
        return base.compareTo(other.base);
    }

    @Override
    public String toString() {
        return base + "/" + length;
    }
}
