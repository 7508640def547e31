package io.vpccni.netlink;

/** What a route does with a packet, with the kernel's number. */
public enum RouteType {
    UNSPECIFIED(0),
    UNICAST(1),
    LOCAL(2),
    BROADCAST(3),
    ANYCAST(4),
    MULTICAST(5),
    BLACKHOLE(6),
    UNREACHABLE(7),
    PROHIBIT(8),
    THROW(9),
    NAT(10);

    private final int number;

    RouteType(int number) {
        this.number = number;
    }

    /** A number this library does not know is {@link #UNSPECIFIED}. */
    public static RouteType of(int number) {
        for (var type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return UNSPECIFIED;
    }

    public int number() {
        return number;
    }
}
