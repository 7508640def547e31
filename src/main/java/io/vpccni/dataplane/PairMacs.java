package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.MacAddress;
import java.util.HexFormat;

/**
 * MAC addresses of a veth pair: {@code 0a:68} or {@code 0a:58} and the pod's address, folded to 32 bits. They are locally
 * administered, and as unique on the node as the address, so no other link has to be looked at. They must be set when the
 * link is made: udev would choose others later.
 */
final class PairMacs {

    private static final int HOST_END = 0x0a68;
    private static final int POD_END = 0x0a58;

    /** Of an EUI-64: what a MAC address of 48 bits has in its middle. */
    private static final long FILLER = 0xfffeL;

    private static final long LOCALLY_ADMINISTERED = 0x0200_0000_0000_0000L;
    private static final long LINK_LOCAL = 0xfe80_0000_0000_0000L;

    private PairMacs() {}

    static MacAddress hostEnd(IpAddress pod) {
        return mac(HOST_END, pod);
    }

    static MacAddress podEnd(IpAddress pod) {
        return mac(POD_END, pod);
    }

    /** The link-local address that a link with this MAC address has by RFC 4291, appendix A. */
    static Ipv6Address linkLocal(MacAddress mac) {
        long bits = Long.parseLong(mac.value().replace(":", ""), 16);
        long eui64 = (bits >>> 24) << 40 | FILLER << 24 | (bits & 0xffffffL);
        return new Ipv6Address(LINK_LOCAL, eui64 ^ LOCALLY_ADMINISTERED);
    }

    /** Prefixes of two interfaces differ in other bits than the pods of one. */
    private static int lastBits(IpAddress address) {
        return switch (address) {
            case Ipv4Address own -> own.bits();
            case Ipv6Address own -> Long.hashCode(own.high()) ^ Long.hashCode(own.low());
        };
    }

    private static MacAddress mac(int head, IpAddress pod) {
        String digits = "%04x%08x".formatted(head, lastBits(pod));
        return new MacAddress(
                HexFormat.ofDelimiter(":").formatHex(HexFormat.of().parseHex(digits)));
    }
}
