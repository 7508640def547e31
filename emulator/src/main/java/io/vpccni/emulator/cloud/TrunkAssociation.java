package io.vpccni.emulator.cloud;

/**
 * An ENI that is the branch of a trunk.
 *
 * @param vlanId 802.1Q number on the trunk's link, 1 to 4094
 */
public record TrunkAssociation(String id, String trunkEniId, int vlanId) {}
