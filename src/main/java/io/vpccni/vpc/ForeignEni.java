package io.vpccni.vpc;

import java.util.Optional;

/**
 * An interface on this node that is not ours to use: it only takes a place.
 *
 * @param efaOnly whether it has no address at all, for an Elastic Fabric Adapter alone
 * @param trunk of one that carries branch interfaces; empty for others
 */
public record ForeignEni(EniId id, int card, int deviceIndex, boolean efaOnly, Optional<Trunk> trunk) {

    /** What is to be known of a trunk interface. */
    public record Trunk(MacAddress mac, SubnetId subnet) {}

    /** One that is no trunk. */
    public ForeignEni(EniId id, int card, int deviceIndex, boolean efaOnly) {
        this(id, card, deviceIndex, efaOnly, Optional.empty());
    }

    /** As {@link Eni#routeTable()}. */
    public int routeTable() {
        return Eni.routeTable(card, deviceIndex);
    }
}
