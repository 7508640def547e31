package io.vpccni.emulator;

import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.cloud.WorldPlan;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.Throttle;
import java.time.InstantSource;

/**
 * How an emulator starts. All listeners are on {@code host}.
 *
 * @param node what each node is launched with
 * @param ec2Port port of the EC2 endpoint; 0: any
 * @param adminPort port of the admin API; 0: any
 * @param imdsPort port of the first node's IMDS, the next nodes follow; 0: any for each
 * @param imdsVersionOne whether IMDS answers without a token
 * @param clock the time of day; replies are delayed in real time whatever it says
 */
public record EmulatorOptions(
        WorldPlan plan,
        int nodes,
        NodePlan node,
        long seed,
        Delays delays,
        Throttle throttle,
        String host,
        int ec2Port,
        int adminPort,
        int imdsPort,
        boolean imdsVersionOne,
        InstantSource clock) {

    /** Two nodes of m5.large, published delays and buckets, any free ports of 127.0.0.1. */
    public static EmulatorOptions usual() {
        return new EmulatorOptions(
                WorldPlan.usual(),
                2,
                NodePlan.of("m5.large"),
                1,
                Delays.published(),
                Throttle.published(),
                "127.0.0.1",
                0,
                0,
                0,
                false,
                InstantSource.system());
    }

    /** As {@link #usual}, but nothing takes time and nothing is throttled. */
    public static EmulatorOptions instant() {
        return usual().withDelays(Delays.none()).withThrottle(Throttle.off());
    }

    public EmulatorOptions withPlan(WorldPlan next) {
        return new EmulatorOptions(
                next, nodes, node, seed, delays, throttle, host, ec2Port, adminPort, imdsPort, imdsVersionOne, clock);
    }

    public EmulatorOptions withNodes(int next) {
        return new EmulatorOptions(
                plan, next, node, seed, delays, throttle, host, ec2Port, adminPort, imdsPort, imdsVersionOne, clock);
    }

    public EmulatorOptions withInstanceType(String next) {
        return withNode(node.withInstanceType(next));
    }

    /** Nodes whose primary ENI has an IPv6 address. */
    public EmulatorOptions withIpv6() {
        return withNode(node.withIpv6());
    }

    public EmulatorOptions withNode(NodePlan next) {
        return new EmulatorOptions(
                plan, nodes, next, seed, delays, throttle, host, ec2Port, adminPort, imdsPort, imdsVersionOne, clock);
    }

    public EmulatorOptions withSeed(long next) {
        return new EmulatorOptions(
                plan, nodes, node, next, delays, throttle, host, ec2Port, adminPort, imdsPort, imdsVersionOne, clock);
    }

    public EmulatorOptions withDelays(Delays next) {
        return new EmulatorOptions(
                plan, nodes, node, seed, next, throttle, host, ec2Port, adminPort, imdsPort, imdsVersionOne, clock);
    }

    public EmulatorOptions withThrottle(Throttle next) {
        return new EmulatorOptions(
                plan, nodes, node, seed, delays, next, host, ec2Port, adminPort, imdsPort, imdsVersionOne, clock);
    }

    public EmulatorOptions withHost(String next) {
        return new EmulatorOptions(
                plan, nodes, node, seed, delays, throttle, next, ec2Port, adminPort, imdsPort, imdsVersionOne, clock);
    }

    public EmulatorOptions withPorts(int ec2, int admin, int imds) {
        return new EmulatorOptions(
                plan, nodes, node, seed, delays, throttle, host, ec2, admin, imds, imdsVersionOne, clock);
    }

    public EmulatorOptions withImdsVersionOne(boolean next) {
        return new EmulatorOptions(
                plan, nodes, node, seed, delays, throttle, host, ec2Port, adminPort, imdsPort, next, clock);
    }

    public EmulatorOptions withClock(InstantSource next) {
        return new EmulatorOptions(
                plan, nodes, node, seed, delays, throttle, host, ec2Port, adminPort, imdsPort, imdsVersionOne, next);
    }
}
