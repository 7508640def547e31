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
        if (card > 0) {
            return 10_000 + 100 * card + deviceIndex;
        }
        return deviceIndex == 0 ? 254 : deviceIndex + 1;
    }
}
