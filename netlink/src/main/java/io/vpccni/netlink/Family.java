package io.vpccni.netlink;

import java.net.Inet4Address;
import java.net.InetAddress;

/** IPv4 or IPv6, with the number the kernel uses. */
public enum Family {
    IPV4(2, 32),
    IPV6(10, 128);

    private final int number;
    private final int bits;

    Family(int number, int bits) {
        this.number = number;
        this.bits = bits;
    }

    public static Family of(InetAddress address) {
        return address instanceof Inet4Address ? IPV4 : IPV6;
    }

    /** {@code AF_INET} or {@code AF_INET6}. */
    public int number() {
        return number;
    }

    /** Bits of an address: 32 or 128. */
    public int bits() {
        return bits;
    }
}
