package io.vpccni.emulator.fabric;

import io.vpccni.emulator.cloud.WireEni;
import io.vpccni.netlink.Prefix;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The router's end of an attached ENI.
 *
 * @param link name in the router
 * @param index of that link
 */
record Port(String node, WireEni eni, String link, int index) {
    /** ENIs of the first network card are eth0, eth1, ... as on an instance; eth101 is the second of the next
     * card. */
    static String guestName(WireEni eni) {
        return "eth" + (100 * eni.networkCard() + eni.deviceIndex());
    }

    static String linkName(String node, WireEni eni) {
        return node + "-" + guestName(eni);
    }

    static boolean isPrimary(WireEni eni) {
        return eni.networkCard() == 0 && eni.deviceIndex() == 0;
    }

    /** The one address of an instance that an internet gateway translates. */
    static Prefix primaryAddress(WireEni eni) {
        return Prefix.of(eni.addresses().getFirst().toString());
    }

    /** What EC2 delivers to the ENI, and accepts as source from it: its addresses as /32 and its prefixes. */
    static Set<Prefix> delivered(WireEni eni) {
        return Stream.concat(eni.addresses().stream(), eni.prefixes().stream())
                .map(Object::toString)
                .map(Prefix::of)
                .collect(Collectors.toSet());
    }

    Port with(WireEni next) {
        return new Port(node, next, link, index);
    }
}
