package io.vpccni.kernel;

import io.vpccni.dataplane.EnforcingMode;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.Scope;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.TestNamespaces;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A node and a VPC router, each a network namespace.
 *
 * <pre>
 *   node                                     router
 *   ens5 10.0.0.10/24, default 10.0.0.1  ──  wan  10.0.0.1/24    lo 203.0.113.1 (the internet), 10.0.9.9 (the VPC)
 *   ens6 only when it is plugged in      ──  wan2 10.0.1.1/24
 *        with IPv6                       ──       fe80:ec2::1, 2001:db8:0:1::1/64    lo 2001:db8:ffff::1 (the internet)
 * </pre>
 */
final class NodeFixture implements AutoCloseable {

    static final String INTERNET = "203.0.113.1";
    static final String INTERNET_IPV6 = "2001:db8:ffff:0:0:0:0:1";
    static final String SECONDARY_IPV6 = "2001:db8:0:1:0:0:0:10";
    static final String ELSEWHERE_IN_THE_VPC = "10.0.9.9";
    static final MacAddress PRIMARY_MAC = new MacAddress("02:00:0a:00:00:0a");
    static final MacAddress SECONDARY_MAC = new MacAddress("02:00:0a:00:01:0a");
    static final int SECONDARY_TABLE = 2;
    static final int MAIN = 254;

    final NetnsFd node;
    final NetnsFd router;
    private final TestNamespaces namespaces = new TestNamespaces();
    private final Netlink inNode;
    private final Netlink inRouter;

    NodeFixture() throws IOException {
        node = namespaces.create();
        router = namespaces.create();
        inNode = Netlink.in(node);
        inRouter = Netlink.in(router);
        inNode.batch().set("lo", LinkChange.up()).run();
        inRouter.batch()
                .set("lo", LinkChange.up())
                .add(Addr.on(1, Prefix.of(INTERNET)))
                .add(Addr.on(1, Prefix.of(ELSEWHERE_IN_THE_VPC)))
                .run();
        Netns.sysctl(router, "net/ipv4/ip_forward", "1");
        int ens5 = plug("ens5", PRIMARY_MAC, "wan", "10.0.0.1/24");
        inNode.batch()
                .set(ens5, LinkChange.up())
                .add(Addr.on(ens5, Prefix.of("10.0.0.10/24")))
                .add(Route.toDefault(Family.IPV4)
                        .via(InetAddress.ofLiteral("10.0.0.1"))
                        .device(ens5))
                .run();
    }

    /** A new link in the node; its other end is the router's. */
    private int plug(String name, MacAddress mac, String routerEnd, String routerAddress) throws IOException {
        Link link = inRouter.batch()
                .veth(
                        End.named(routerEnd, LinkChange.up()),
                        End.named(
                                name,
                                LinkChange.mac(io.vpccni.netlink.MacAddress.of(mac.value())),
                                LinkChange.namespace(node)))
                .getLink(routerEnd)
                .run()
                .links()
                .getFirst();
        inRouter.batch().add(Addr.on(link.index(), Prefix.of(routerAddress))).run();
        return link.link();
    }

    /** The link of {@link #secondary} appears. */
    void plugSecondary() throws IOException {
        plug("ens6", SECONDARY_MAC, "wan2", "10.0.1.1/24");
    }

    /** The same with the router of an IPv6 subnet, which knows the internet and where the interface's pods are. */
    void plugSecondaryIpv6() throws IOException {
        plugSecondary();
        Netns.sysctl(router, "net/ipv6/conf/all/forwarding", "1");
        int wan2 = inRouter.link("wan2").orElseThrow().index();
        inRouter.batch()
                .add(Addr.on(1, Prefix.of(INTERNET_IPV6)).noDad())
                .add(Addr.on(wan2, Prefix.of("fe80:ec2::1/64")).noDad().scope(Scope.LINK))
                .add(Addr.on(wan2, Prefix.of("2001:db8:0:1::1/64")).noDad())
                .run();
    }

    /** The primary interface gets IPv6: the node is 2001:db8::10, and its router knows the internet. */
    void giveIpv6() throws IOException {
        Netns.sysctl(node, "net/ipv6/conf/all/forwarding", "1");
        Netns.sysctl(router, "net/ipv6/conf/all/forwarding", "1");
        int ens5 = inNode.link("ens5").orElseThrow().index();
        int wan = inRouter.link("wan").orElseThrow().index();
        inRouter.batch()
                .add(Addr.on(1, Prefix.of(INTERNET_IPV6)).noDad())
                .add(Addr.on(wan, Prefix.of("2001:db8::1/64")).noDad())
                .run();
        inNode.batch()
                .add(Addr.on(ens5, Prefix.of("2001:db8::10/64")).noDad())
                .add(Route.toDefault(Family.IPV6)
                        .via(InetAddress.ofLiteral("2001:db8::1"))
                        .device(ens5))
                .run();
    }

    static Eni secondaryIpv6() {
        Eni ipv4 = secondary();
        return new Eni(
                ipv4.id(),
                ipv4.mac(),
                ipv4.card(),
                ipv4.deviceIndex(),
                ipv4.subnet(),
                ipv4.subnetCidr(),
                ipv4.primaryAddress(),
                Optional.of(Ipv6Address.parse(SECONDARY_IPV6)),
                Slots.EMPTY,
                false,
                false);
    }

    static Eni secondary() {
        return new Eni(
                new EniId("eni-2"),
                SECONDARY_MAC,
                0,
                1,
                new SubnetId("subnet-2"),
                Ipv4Cidr.parse("10.0.1.0/24"),
                Ipv4Address.parse("10.0.1.10"),
                Slots.EMPTY);
    }

    static HostPlan hostPlan() {
        return hostPlan(false, "prng");
    }

    static HostPlan hostPlan(boolean externalSnat, String random) {
        return hostPlan(IpFamily.IPV4, externalSnat, random, List.of(), false);
    }

    static HostPlan hostPlan(IpFamily family, boolean ipv6Egress, String... serviceCidrs) {
        return hostPlan(
                family,
                false,
                "prng",
                Arrays.stream(serviceCidrs).map(Ipv4Cidr::parse).toList(),
                ipv6Egress);
    }

    private static HostPlan hostPlan(
            IpFamily family, boolean externalSnat, String random, List<Ipv4Cidr> serviceCidrs, boolean ipv6Egress) {
        return new HostPlan(
                family,
                PRIMARY_MAC,
                Ipv4Address.parse("10.0.0.10"),
                List.of(Ipv4Cidr.parse("10.0.0.0/16")),
                List.of(),
                serviceCidrs,
                "eni",
                0x80,
                1500,
                externalSnat,
                true,
                random,
                ipv6Egress,
                EnforcingMode.STANDARD);
    }

    LinuxNodeNetwork network() throws IOException {
        return new LinuxNodeNetwork(Optional.of(namespaces.pathOf(node)));
    }

    Path pathOf(NetnsFd namespace) {
        return namespaces.pathOf(namespace);
    }

    /** A namespace for a pod. */
    NetnsFd pod() throws IOException {
        return namespaces.create();
    }

    PodAttachment attachment(NetnsFd pod, String hostLink, String address, int table) {
        return attachment(pod, 0, "eth0", hostLink, address, table);
    }

    /** The pod's interface number {@code index}. */
    PodAttachment attachment(NetnsFd pod, int index, String ifName, String hostLink, String address, int table) {
        return new PodAttachment(pathOf(pod), index, ifName, hostLink, IpAddress.parse(address), table, 1400);
    }

    /** The VPC delivers packets for a pod to the interface that has its address. */
    void deliver(String podAddress, String eniAddress) throws IOException {
        inRouter.batch()
                .add(Route.to(Prefix.of(podAddress)).via(InetAddress.ofLiteral(eniAddress)))
                .run();
    }

    Netlink inNode() {
        return inNode;
    }

    /** What the network says of pods' links, without the node's own link, which is of the same kind only here. */
    static LiveLinks podLinks(NodeNetwork network) {
        Map<String, Set<IpAddress>> links =
                new HashMap<>(network.podLinks().await().indefinitely().addresses());
        links.remove("ens5");
        return new LiveLinks(links);
    }

    /** What of a namespace may not change by a pod that came and went. */
    record Snapshot(Set<String> links, Set<Rule> rules, Set<Route> routes) {}

    Snapshot snapshot() throws IOException {
        return new Snapshot(
                inNode.links(LinkFilter.ALL).stream().map(Link::name).collect(Collectors.toSet()),
                Set.copyOf(inNode.rules(Family.IPV4)),
                Set.copyOf(inNode.routes(RouteFilter.of(Family.IPV4))));
    }

    /** Connects over TCP from one namespace to an address of another, and gives the client's address as the server sees it. */
    static String peerSeen(NetnsFd client, NetnsFd server, String address) throws IOException {
        return peerSeen(client, new InetSocketAddress(0), server, address);
    }

    /** The same from one of the client's own addresses. */
    static String peerSeen(NetnsFd client, InetSocketAddress from, NetnsFd server, String address) throws IOException {
        return peerSeen(client, from, server, address, 5_000);
    }

    /** Whether a connection comes about within a second. */
    static boolean isReached(NetnsFd client, NetnsFd server, String address) {
        try {
            peerSeen(client, new InetSocketAddress(0), server, address, 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String peerSeen(
            NetnsFd client, InetSocketAddress from, NetnsFd server, String address, int limitMillis)
            throws IOException {
        try (ServerSocketChannel listener = Netns.call(server, ServerSocketChannel::open);
                SocketChannel connection = Netns.call(client, SocketChannel::open)) {
            listener.bind(new InetSocketAddress(0));
            connection.bind(from);
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            connection.socket().connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), limitMillis);
            try (SocketChannel accepted = listener.accept()) {
                return ((InetSocketAddress) accepted.getRemoteAddress())
                        .getAddress()
                        .getHostAddress();
            }
        }
    }

    @Override
    public void close() throws IOException {
        inNode.close();
        inRouter.close();
        namespaces.close();
    }
}
