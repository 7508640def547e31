package io.vpccni.emulator.cloud;

/**
 * What the network must know of a branch whose trunk is on the wire.
 *
 * @param vlanId 802.1Q number of its frames on the trunk's link
 * @param eni the branch itself, at the place of its trunk
 */
public record WireBranch(String trunkEniId, int vlanId, WireEni eni) {}
