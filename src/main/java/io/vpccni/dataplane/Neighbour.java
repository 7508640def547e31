package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.MacAddress;

/** Who has an address on a link, for ever ({@code ip neighbour replace ADDRESS lladdr MAC dev LINK nud permanent}). */
public record Neighbour(IpAddress address, MacAddress mac) {

    @Override
    public String toString() {
        return address + " lladdr " + mac;
    }
}
