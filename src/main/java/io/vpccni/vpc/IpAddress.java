package io.vpccni.vpc;

import java.nio.ByteBuffer;

/** An address of either family; IPv4 sorts before IPv6. */
public sealed interface IpAddress extends Comparable<IpAddress> permits Ipv4Address, Ipv6Address {

    /** Reads either notation. Anything else is an {@link IllegalArgumentException}. */
    static IpAddress parse(String text) {
        return text.indexOf(':') < 0 ? Ipv4Address.parse(text) : Ipv6Address.parse(text);
    }

    /** The address of 4 or 16 bytes in network order. */
    static IpAddress of(byte[] bytes) {
        ByteBuffer network = ByteBuffer.wrap(bytes);
        return switch (bytes.length) {
            case 4 -> new Ipv4Address(network.getInt());
            case 16 -> new Ipv6Address(network.getLong(), network.getLong());
            default -> throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    IpFamily family();

    /** The address {@code distance} further on; it may leave the network that this one lies in. */
    IpAddress plus(long distance);

    /** Bytes in network order: 4 or 16. */
    byte[] toBytes();

    /** The network that this address is all of: a /32 or a /128. */
    default IpCidr alone() {
        return switch (this) {
            case Ipv4Address address -> new Ipv4Cidr(address, Ipv4Cidr.LONGEST);
            case Ipv6Address address -> new Ipv6Cidr(address, Ipv6Cidr.LONGEST);
        };
    }

    @Override
    default int compareTo(IpAddress other) {
        return switch (this) {
            case Ipv4Address own -> other instanceof Ipv4Address same ? own.compareTo(same) : -1;
            case Ipv6Address own -> other instanceof Ipv6Address same ? own.compareTo(same) : 1;
        };
    }
}
