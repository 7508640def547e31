package io.vpccni.emulator.cloud;

/** An IPv6 range. EC2 knows /56 (VPC), /64 (subnet) and /80 (delegated prefix); others parse as well. */
public record Ipv6Cidr(Ipv6 base, int length) implements Block, Comparable<Ipv6Cidr> {
    /** Length of the IPv6 prefixes that EC2 delegates. */
    public static final int DELEGATED_LENGTH = 80;

    public Ipv6Cidr {
        if (length < 0 || length > 128) {
            throw CloudError.invalidValue(base + "/" + length, "ipv6Cidr", "Invalid prefix length.");
        }
        if (!masked(base, length).equals(base)) {
            throw CloudError.invalidValue(base + "/" + length, "ipv6Cidr", "The range has host bits set.");
        }
    }

    /**
     * Reads {@code address/length}.
     *
     * @throws CloudError InvalidParameterValue
     */
    public static Ipv6Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw CloudError.invalidValue(text, "ipv6Cidr", "Invalid IPv6 range.");
        }
        try {
            return new Ipv6Cidr(Ipv6.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw CloudError.invalidValue(text, "ipv6Cidr", "Invalid IPv6 range.");
        }
    }

    static Ipv6Cidr around(Ipv6 address, int length) {
        return new Ipv6Cidr(masked(address, length), length);
    }

    private static Ipv6 masked(Ipv6 address, int length) {
        long high = length == 0 ? 0 : length >= 64 ? address.high() : address.high() & (-1L << (64 - length));
        long low = length <= 64 ? 0 : length == 128 ? address.low() : address.low() & (-1L << (128 - length));
        return new Ipv6(high, low);
    }

    public boolean contains(Ipv6 address) {
        return masked(address, length).equals(base);
    }

    @Override
    public int compareTo(Ipv6Cidr other) {
        return base.compareTo(other.base);
    }

    @Override
    public String toString() {
        return base + "/" + length;
    }
}
