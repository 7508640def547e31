package io.vpccni.dataplane;

import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.MacAddress;

/** Who has an address on a link, for ever ({@code ip neighbour replace ADDRESS lladdr MAC dev LINK nud permanent}). */
public record Neighbour(Ipv4Address address, MacAddress mac) {

    @Override
    public String toString() {
        return address + " lladdr " + mac;
    }
}
