package io.vpccni.emulator.cloud;

/** Whom a security group's rule is about: the source of what comes in, the target of what goes out. */
public sealed interface Peer {
    record Ipv4Range(Ipv4Cidr range) implements Peer {}

    record Ipv6Range(Ipv6Cidr range) implements Peer {}

    /** All addresses of ENIs that have the group. */
    record Group(String groupId) implements Peer {}
}
