package io.vpccni.vpc;

/** An interface on this node that is not ours to use: it only takes a place. */
public record ForeignEni(EniId id, int card, int deviceIndex) {}
