package io.vpccni.emulator.cloud;

/**
 * What a node is launched with, as a launch template says it.
 *
 * @param ipv6 whether the primary ENI has an IPv6 address from the start
 */
public record NodePlan(String instanceType, boolean ipv6) {
    /** One ENI with one IPv4 address. */
    public static NodePlan of(String instanceType) {
        return new NodePlan(instanceType, false);
    }

    public NodePlan withInstanceType(String next) {
        return new NodePlan(next, ipv6);
    }

    public NodePlan withIpv6() {
        return new NodePlan(instanceType, true);
    }
}
