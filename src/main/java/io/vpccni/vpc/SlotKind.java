package io.vpccni.vpc;

/** What fills one slot of an interface. An interface may carry both kinds. */
public enum SlotKind {
    /** A secondary private address. */
    ADDRESS(1),
    /** A delegated /28 prefix, whose 16 addresses are all for pods. */
    PREFIX(16);

    private final int addresses;

    SlotKind(int addresses) {
        this.addresses = addresses;
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
