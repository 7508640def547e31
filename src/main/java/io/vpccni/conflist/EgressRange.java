package io.vpccni.conflist;

import io.vpccni.vpc.IpFamily;

/**
 * Where {@code egress-cni} takes addresses of the other family from. They mean something on the node only.
 *
 * @param subnet for all pods of the node
 * @param destination what pods reach by it
 * @param dataFolder where the node keeps who has which
 */
record EgressRange(String subnet, String destination, String dataFolder) {

    /** IPv4 for the pods of an IPv6 node. */
    private static final EgressRange IPV4 =
            new EgressRange("169.254.172.0/22", "0.0.0.0/0", "/run/cni/v6pd/egress-v4-ipam");

    /** IPv6 for the pods of an IPv4 node. */
    private static final EgressRange IPV6 = new EgressRange("fd00::ac:00/118", "::/0", "/run/cni/v4pd/egress-v6-ipam");

    /** The range for pods of the given family. */
    static EgressRange of(IpFamily pods) {
        return switch (pods) {
            case IPV4 -> IPV6;
            case IPV6 -> IPV4;
        };
    }
}
