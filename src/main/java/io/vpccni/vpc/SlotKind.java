package io.vpccni.vpc;

/** What fills one slot of an interface. An interface may carry both kinds. */
public enum SlotKind {
    /** A secondary private address. */
    ADDRESS(1),
    /** A delegated /28 prefix, whose 16 addresses are all for pods. */
    PREFIX(16),
    /** A delegated /80 prefix. Of its 2⁴⁸ addresses the first million are used and counted: no node needs more. */
    IPV6_PREFIX(1 << 20);

    private final int addresses;

    SlotKind(int addresses) {
        this.addresses = addresses;
    }

    /** What the slots of {@code prefix} are called. */
    public static SlotKind of(IpCidr prefix) {
        return switch (prefix) {
            case Ipv4Cidr _ -> PREFIX;
            case Ipv6Cidr _ -> IPV6_PREFIX;
        };
    }

    /** Pod addresses in one slot. */
    public int addresses() {
        return addresses;
    }

    /** Slots for {@code wanted} pod addresses, rounded up. */
    public int slotsFor(int wanted) {
        return Math.ceilDiv(wanted, addresses);
    }
}
