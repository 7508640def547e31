package io.vpccni.netlink;

/** What a route does with a packet, in the order of the kernel's numbers. */
public enum RouteType {
    UNSPECIFIED,
    UNICAST,
    LOCAL,
    BROADCAST,
    ANYCAST,
    MULTICAST,
    BLACKHOLE,
    UNREACHABLE,
    PROHIBIT,
    THROW,
    NAT;

    /** A number this library does not know is {@link #UNSPECIFIED}. */
    public static RouteType of(int number) {
        return number < values().length ? values()[number] : UNSPECIFIED;
    }
}
