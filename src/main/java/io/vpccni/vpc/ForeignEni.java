package io.vpccni.vpc;

/**
 * An interface on this node that is not ours to use: it only takes a place.
 *
 * @param efaOnly whether it has no address at all, for an Elastic Fabric Adapter alone
 */
public record ForeignEni(EniId id, int card, int deviceIndex, boolean efaOnly) {}
