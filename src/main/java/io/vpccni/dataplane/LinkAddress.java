package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;

/**
 * An address of a link itself ({@code ip address}).
 *
 * @param length leading bits that are its subnet's
 */
public record LinkAddress(IpAddress address, int length) {

    @Override
    public String toString() {
        return address + "/" + length;
    }
}
