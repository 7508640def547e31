package io.vpccni.dataplane;

import io.vpccni.dataplane.PolicyRule.Selector;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.MacAddress;
import java.util.List;
import java.util.Optional;

/**
 * What a connected pod has on one network card: a veth pair, in the pod an address and two routes, on the host a route and
 * up to two rules.
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
 * In IPv6 the gateway is fe80::1 and the address a /128. The pod's interface number <i>i</i> > 0, on a further card, has the
 * gateway 169.254.1.<i>i</i>+1 or fe80::<i>i</i>+1 and its routes in table <i>i</i> of the pod, where only what the pod sends
 * from this address looks: {@code 1: from ADDRESS lookup i}.
 *
 * <p>Nobody owns the gateway's address: the neighbour entry alone leads there. Both entries are permanent, so the two ends
 * never ask each other by ARP or neighbour discovery.
 */
public record PodPlan(PodAttachment pod) {

    private static final IpAddress FIRST_GATEWAY = IpAddress.parse("169.254.1.1");
    private static final IpAddress FIRST_GATEWAY_IPV6 = IpAddress.parse("fe80::1");

    /** The same in every pod of a family, for interfaces of the same number. */
    public IpAddress gateway() {
        IpAddress first =
                switch (pod.address().family()) {
                    case IPV4 -> FIRST_GATEWAY;
                    case IPV6 -> FIRST_GATEWAY_IPV6;
                };
        return first.plus(pod.index());
    }

    /** MAC address of the host end. */
    public MacAddress hostMac() {
        return PairMacs.hostEnd(pod.address());
    }

    /** MAC address of the pod's end. */
    public MacAddress podMac() {
        return PairMacs.podEnd(pod.address());
    }

    public IpCidr podAddress() {
        return pod.address().alone();
    }

    /** In the order in which the kernel takes them: the second needs the first. */
    public List<StaticRoute> podRoutes() {
        return List.of(StaticRoute.onLink(gateway(), podTable()), StaticRoute.defaultVia(gateway(), podTable()));
    }

    private int podTable() {
        return pod.index() == 0 ? PolicyRule.MAIN : pod.index();
    }

    /** Inside the pod; empty for the first interface, whose routes are for everything. */
    public Optional<PolicyRule> podRule() {
        return pod.index() == 0
                ? Optional.empty()
                : Optional.of(new PolicyRule(PolicyRule.IN_POD, new Selector.From(pod.address()), podTable()));
    }

    public Neighbour podNeighbour() {
        return new Neighbour(gateway(), hostMac());
    }

    private PodOnHost onHost() {
        return new PodOnHost(pod.address(), pod.routeTable(), PodLink.hash(pod.hostLink()));
    }

    public StaticRoute hostRoute() {
        return onHost().route();
    }

    public Neighbour hostNeighbour() {
        return new Neighbour(pod.address(), podMac());
    }

    public List<PolicyRule> hostRules() {
        return onHost().rules();
    }
}
