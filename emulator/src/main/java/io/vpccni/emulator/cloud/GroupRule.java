package io.vpccni.emulator.cloud;

/** One rule of a security group, which lets something through. */
public record GroupRule(String id, boolean egress, Traffic traffic, Peer peer, String description) {
    /** It lets the same through, whatever it is called. */
    boolean allowsAs(GroupRule other) {
        return egress == other.egress && traffic.equals(other.traffic) && peer.equals(other.peer);
    }
}
