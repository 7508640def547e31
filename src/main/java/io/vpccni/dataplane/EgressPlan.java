package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.MacAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What connects a pod to the other address family: a veth pair beside its own, an address that only this node knows, and SNAT
 * to the node's.
 *
 * <pre>
 *   pod, IPv4 out of an IPv6 cluster               host
 *   v4if0  ADDRESS/22                              vethXXXXXXXX  169.254.172.1/32 scope link
 *   169.254.172.1 scope link                       ADDRESS/32 scope link table main
 *   169.254.172.0/22 via 169.254.172.1             neighbour ADDRESS is v4if0's MAC
 *   default via 169.254.172.1
 *   neighbour 169.254.172.1 is vethXXXXXXXX's MAC
 *
 *   pod, IPv6 out of an IPv4 cluster               host
 *   v6if0  ADDRESS/118                             vethXXXXXXXX  fe80::…/64
 *   default via fe80::…                            ADDRESS/128 table main
 *   neighbour fe80::… is vethXXXXXXXX's MAC        neighbour ADDRESS is v6if0's MAC
 * </pre>
 *
 * The gateway of IPv4 stands on the host end of every pod. In IPv6 the gateway is the host end's link-local address; it
 * follows from its MAC address, so it is known before the link is there.
 *
 * @param given what the pod got; of the family of the node's address
 */
public record EgressPlan(EgressPod pod, EgressAddress given) {

    private static final int LINK_LOCAL_LENGTH = 64;
    private static final int LINK_NAME_DIGITS = 8;

    /** An address of the wrong family, or without a gateway where one is needed, is an {@link IllegalArgumentException}. */
    public EgressPlan {
        if (given.address().family() != pod.node().family()) {
            throw new IllegalArgumentException(
                    "the pod got " + given + ", but the node's address for it is " + pod.node());
        }
        if (given.address().family() == IpFamily.IPV4
                && given.gateway().filter(own -> own.family() == IpFamily.IPV4).isEmpty()) {
            throw new IllegalArgumentException("the pod got " + given + " without a gateway");
        }
    }

    public IpFamily family() {
        return given.address().family();
    }

    public String ifName() {
        return ifName(family());
    }

    /** The interface inside the pod; the same in every pod of a family. */
    public static String ifName(IpFamily family) {
        return switch (family) {
            case IPV4 -> "v4if0";
            case IPV6 -> "v6if0";
        };
    }

    public String hostLink() {
        return hostLink(pod.chain());
    }

    /** The host end of a container's pair. It follows from the container, to be found when the pod's namespace is gone. */
    public static String hostLink(SnatChain container) {
        return "veth" + container.digits().substring(0, LINK_NAME_DIGITS);
    }

    public MacAddress hostMac() {
        return PairMacs.hostEnd(given.address());
    }

    public MacAddress podMac() {
        return PairMacs.podEnd(given.address());
    }

    /** Where the pod sends everything. */
    public IpAddress gateway() {
        return switch (family()) {
            case IPV4 -> given.gateway().orElseThrow();
            case IPV6 -> PairMacs.linkLocal(hostMac());
        };
    }

    public LinkAddress hostAddress() {
        return new LinkAddress(
                gateway(),
                switch (family()) {
                    case IPV4 -> gateway().alone().length();
                    case IPV6 -> LINK_LOCAL_LENGTH;
                });
    }

    /** The address that the pod's interface itself needs in IPv6. */
    public Optional<LinkAddress> podLinkLocal() {
        return switch (family()) {
            case IPV4 -> Optional.empty();
            case IPV6 -> Optional.of(new LinkAddress(PairMacs.linkLocal(podMac()), LINK_LOCAL_LENGTH));
        };
    }

    /**
     * The route that the kernel makes of the pod's address, to be taken away: with it the pod would look for its neighbours on
     * its own link. In IPv6 it stays, as the reference leaves it.
     */
    public Optional<StaticRoute> unwantedPodRoute() {
        return switch (family()) {
            case IPV4 -> Optional.of(new StaticRoute(given.range(), Optional.empty(), PolicyRule.MAIN));
            case IPV6 -> Optional.empty();
        };
    }

    /** In the order in which the kernel takes them. All but the default route name the pod's address as their source. */
    public List<StaticRoute> podRoutes() {
        StaticRoute all = StaticRoute.defaultVia(gateway(), PolicyRule.MAIN);
        return switch (family()) {
            case IPV4 ->
                List.of(
                        StaticRoute.onLink(gateway(), PolicyRule.MAIN),
                        new StaticRoute(given.range(), Optional.of(gateway()), PolicyRule.MAIN),
                        all);
            case IPV6 -> List.of(all);
        };
    }

    public Neighbour podNeighbour() {
        return new Neighbour(gateway(), hostMac());
    }

    public StaticRoute hostRoute() {
        return StaticRoute.onLink(given.address(), PolicyRule.MAIN);
    }

    public Neighbour hostNeighbour() {
        return new Neighbour(given.address(), podMac());
    }

    /**
     * Files under {@code /proc/sys} of the pod, to be written before its interface is up. The pod's own interface has no IPv6 in
     * an IPv4 cluster; the new one does, whatever the runtime set for new interfaces, and waits for no other owner of its
     * addresses: there is none on a pair.
     */
    public Map<String, String> podSysctls() {
        if (family() == IpFamily.IPV4) {
            return Map.of();
        }
        Map<String, String> values = new LinkedHashMap<>();
        values.put(ipv6(pod.ifName(), "disable_ipv6"), "1");
        values.put(ipv6("lo", "disable_ipv6"), "0");
        values.put(ipv6(ifName(), "disable_ipv6"), "0");
        values.put(ipv6(ifName(), "keep_addr_on_down"), "1");
        values.put(ipv6(ifName(), "accept_dad"), "0");
        return values;
    }

    /** Files under {@code /proc/sys} of the host: its end listens to no router. */
    public Map<String, String> hostSysctls() {
        return Map.of(ipv6(hostLink(), "accept_ra"), "0");
    }

    private static String ipv6(String link, String key) {
        return "net/ipv6/conf/" + link + "/" + key;
    }

    public EgressSnat snat() {
        return new EgressSnat(pod.chain(), given.address(), pod.node(), pod.randomPorts());
    }
}
