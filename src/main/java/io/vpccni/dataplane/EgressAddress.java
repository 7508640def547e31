package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import java.util.Optional;

/**
 * What the pod gets from a range of addresses that is the same on every node.
 *
 * @param length leading bits that all addresses of the range share
 * @param gateway the range's first address, which no pod gets
 */
public record EgressAddress(IpAddress address, int length, Optional<IpAddress> gateway) {

    /** Lengths that the family does not have are an {@link IllegalArgumentException}. */
    public EgressAddress {
        IpCidr.of(rangeBase(address, length), length);
    }

    IpCidr range() {
        return IpCidr.of(rangeBase(address, length), length);
    }

    private static IpAddress rangeBase(IpAddress address, int length) {
        byte[] bytes = address.toBytes();
        for (int bit = Math.max(length, 0); bit < bytes.length * Byte.SIZE; bit++) {
            bytes[bit / Byte.SIZE] &= (byte) ~(0x80 >>> bit % Byte.SIZE);
        }
        return IpAddress.of(bytes);
    }

    /** As {@code ip address} prints it. */
    @Override
    public String toString() {
        return address + "/" + length;
    }
}
