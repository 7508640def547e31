package io.vpccni.dataplane;

import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a connected pod has: a veth pair, in the pod an address and two routes, on the host a route and up to two rules.
 *
 * <pre>
 *   pod                                            host
 *   IFNAME  ADDRESS/32                             HOSTLINK   (no address)
 *   169.254.1.1 scope link                         ADDRESS/32 scope link table main
 *   default via 169.254.1.1                        512:  to ADDRESS lookup main
 *   neighbour 169.254.1.1 is HOSTLINK's MAC        1536: from ADDRESS lookup TABLE, unless that is main
 *                                                  neighbour ADDRESS is IFNAME's MAC
 * </pre>
 *
 * Nobody owns the gateway's address: the neighbour entry alone leads there. Both entries are permanent, so the two ends
 * never ask each other by ARP.
 */
public record PodPlan(PodAttachment pod) {

    /** The same in every pod. */
    public static final Ipv4Address GATEWAY = Ipv4Address.parse("169.254.1.1");

    private static final int HOST_END = 0x0a68;
    private static final int POD_END = 0x0a58;

    /**
     * MAC address of the host end: {@code 0a:68} and the pod's address. It is locally administered, and as unique on the
     * node as the address, so no other link has to be looked at. It must be set when the link is made: udev would choose
     * another one later.
     */
    public MacAddress hostMac() {
        return mac(HOST_END);
    }

    /** MAC address of the pod's end: {@code 0a:58} and its address. */
    public MacAddress podMac() {
        return mac(POD_END);
    }

    public Ipv4Cidr podAddress() {
        return new Ipv4Cidr(pod.address(), 32);
    }

    /** In the order in which the kernel takes them: the second needs the first. */
    public List<StaticRoute> podRoutes() {
        return List.of(StaticRoute.onLink(GATEWAY, PolicyRule.MAIN), StaticRoute.defaultVia(GATEWAY, PolicyRule.MAIN));
    }

    public Neighbour podNeighbour() {
        return new Neighbour(GATEWAY, hostMac());
    }

    public StaticRoute hostRoute() {
        return StaticRoute.onLink(pod.address(), PolicyRule.MAIN);
    }

    public Neighbour hostNeighbour() {
        return new Neighbour(pod.address(), podMac());
    }

    public List<PolicyRule> hostRules() {
        List<PolicyRule> rules = new ArrayList<>();
        rules.add(PolicyRule.toPod(pod.address()));
        if (pod.routeTable() != PolicyRule.MAIN) {
            rules.add(PolicyRule.fromPod(pod.address(), pod.routeTable()));
        }
        return List.copyOf(rules);
    }

    private MacAddress mac(int head) {
        String digits = "%04x%08x".formatted(head, pod.address().bits());
        return new MacAddress(
                HexFormat.ofDelimiter(":").formatHex(HexFormat.of().parseHex(digits)));
    }
}
