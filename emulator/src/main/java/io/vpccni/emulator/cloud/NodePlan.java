package io.vpccni.emulator.cloud;

import java.util.ArrayList;
import java.util.List;

/**
 * What a node is launched with, as a launch template says it.
 *
 * @param ipv6 whether the primary ENI has an IPv6 address from the start
 * @param more ENIs besides the primary one
 */
public record NodePlan(String instanceType, boolean ipv6, List<Eni> more) {
    /** An ENI at a place; {@code interfaceType} is {@code interface}, {@code efa} or {@code efa-only}. */
    public record Eni(int networkCard, int deviceIndex, String interfaceType) {
        boolean efaOnly() {
            return interfaceType.equals(NetworkInterface.EFA_ONLY);
        }

        boolean hasEfa() {
            return interfaceType.equals(NetworkInterface.EFA) || efaOnly();
        }
    }

    public NodePlan {
        more = List.copyOf(more);
    }

    /** One ENI with one IPv4 address. */
    public static NodePlan of(String instanceType) {
        return new NodePlan(instanceType, false, List.of());
    }

    public NodePlan withInstanceType(String next) {
        return new NodePlan(next, ipv6, more);
    }

    public NodePlan withIpv6() {
        return new NodePlan(instanceType, true, more);
    }

    /** One more ENI from the start. */
    public NodePlan withEni(int networkCard, int deviceIndex, String interfaceType) {
        List<Eni> next = new ArrayList<>(more);
        next.add(new Eni(networkCard, deviceIndex, interfaceType));
        return new NodePlan(instanceType, ipv6, next);
    }
}
