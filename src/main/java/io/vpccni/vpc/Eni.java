package io.vpccni.vpc;

import java.util.Optional;

/**
 * An elastic network interface that is attached to this node.
 *
 * @param card index of the network card, 0 for the default one
 * @param deviceIndex index on the card, 0 for the node's primary interface
 * @param primaryAddress the interface's own address, never given to a pod
 * @param ipv6 its own IPv6 address, never given to a pod either; on IPv6 nodes only, and not every interface there has one
 * @param slots what pods may get
 * @param excluded whether no further pod may get an address here: its subnet is not for pods, or custom networking is on and
 *     this is the first interface
 * @param efa whether it has an Elastic Fabric Adapter, which other programs may use: it is never deleted
 */
public record Eni(
        EniId id,
        MacAddress mac,
        int card,
        int deviceIndex,
        SubnetId subnet,
        Ipv4Cidr subnetCidr,
        Ipv4Address primaryAddress,
        Optional<Ipv6Address> ipv6,
        Slots slots,
        boolean excluded,
        boolean efa) {

    /** The device index where there is none, as the reference says it. */
    private static final int NO_DEVICE = -1;

    private static final int MAIN = 254;

    /** An ordinary interface for pods of an IPv4 node. */
    public Eni(
            EniId id,
            MacAddress mac,
            int card,
            int deviceIndex,
            SubnetId subnet,
            Ipv4Cidr subnetCidr,
            Ipv4Address primaryAddress,
            Slots slots) {
        this(id, mac, card, deviceIndex, subnet, subnetCidr, primaryAddress, Optional.empty(), slots, false, false);
    }

    /** Stands for what is not on this node any more, and of which nothing but addresses of pods on a card is known. */
    public static Eni unknown(int card) {
        return new Eni(
                new EniId("eni-unknown-card-" + card),
                new MacAddress("00:00:00:00:00:00"),
                card,
                NO_DEVICE,
                new SubnetId("subnet-unknown"),
                new Ipv4Cidr(new Ipv4Address(0), 0),
                new Ipv4Address(0),
                Slots.EMPTY);
    }

    /** The same interface with other slots. */
    public Eni withSlots(Slots others) {
        return new Eni(id, mac, card, deviceIndex, subnet, subnetCidr, primaryAddress, ipv6, others, excluded, efa);
    }

    /** Whether this is the interface the node was born with, which is never detached. */
    public boolean isPrimary() {
        return card == 0 && deviceIndex == 0;
    }

    /**
     * The route table of this interface: {@code main} (254) for the primary one, its device index + 1 for others on card
     * 0, and 10000 + 100 · card + index for those on further cards, as Amazon Linux numbers them.
     */
    public int routeTable() {
        return routeTable(card, deviceIndex);
    }

    static int routeTable(int card, int deviceIndex) {
        if (deviceIndex == NO_DEVICE) {
            return MAIN;
        }
        if (card > 0) {
            return 10_000 + 100 * card + deviceIndex;
        }
        return deviceIndex == 0 ? MAIN : deviceIndex + 1;
    }
}
