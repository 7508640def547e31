package io.vpccni.kernel;

import io.vpccni.dataplane.BranchAttachment;
import io.vpccni.dataplane.BranchLink;
import io.vpccni.dataplane.EnforcingMode;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.Neigh;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.NetlinkException;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.RouteType;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.Scope;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.MacAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A {@link NodeFixture} with IPv6 and a trunk interface, whose router plays the subnet of the branch interfaces:
 *
 * <pre>
 *   node                      router
 *   eth7 TRUNK  ──────────  trunk
 *   vlan.eth.7               trunk.7  10.0.2.1/32, fe80:ec2::1; routes to the pod, whose MAC address the router knows
 * </pre>
 *
 * Where the kernel has no VLANs all branch interfaces are macvlans, and the router has their gateway on {@code trunk}.
 */
final class BranchFixture implements AutoCloseable {

    static final BranchLinkKind KIND = hasVlans() ? BranchLinkKind.VLAN : BranchLinkKind.MACVLAN;
    static final MacAddress TRUNK_MAC = new MacAddress("02:00:0a:00:02:0a");
    static final String HASH = "b5faff8a083";
    static final String OTHER_HASH = "0123456789a";

    /** Routes that the kernel made by itself. */
    static final int BY_KERNEL = 2;

    final NodeFixture base = new NodeFixture();
    final NetnsFd node = base.node;
    private final Netlink inRouter = Netlink.in(base.router);
    private final int trunkInRouter;

    BranchFixture() throws IOException {
        base.giveIpv6();
        Netns.sysctl(node, "net/ipv4/ip_forward", "1");
        Link trunk = inRouter.batch()
                .veth(
                        End.named("trunk", LinkChange.up()),
                        End.named(
                                "eth7",
                                LinkChange.mac(io.vpccni.netlink.MacAddress.of(TRUNK_MAC.value())),
                                LinkChange.namespace(node)))
                .getLink("trunk")
                .run()
                .links()
                .getFirst();
        trunkInRouter = trunk.index();
        if (KIND == BranchLinkKind.MACVLAN) {
            playGateway(trunkInRouter);
        }
    }

    /** Tried with a VLAN of a link in a namespace that nobody else sees. */
    private static boolean hasVlans() {
        try (NetnsFd namespace = Netns.createUnnamed();
                Netlink netlink = Netlink.in(namespace)) {
            int parent = netlink.batch()
                    .veth(End.named("a"), End.named("b"))
                    .getLink("a")
                    .run()
                    .links()
                    .getFirst()
                    .index();
            netlink.batch().vlan(End.named("a.1"), parent, 1).run();
            return true;
        } catch (NetlinkException e) {
            return !e.is(Errno.EOPNOTSUPP);
        } catch (IOException e) {
            return false;
        }
    }

    private void playGateway(int link) throws IOException {
        inRouter.batch()
                .set(link, LinkChange.up())
                .add(Addr.on(link, Prefix.of("10.0.2.1")))
                .add(Addr.on(link, Prefix.of("fe80:ec2::1/64")).noDad().scope(Scope.LINK))
                .run();
    }

    LinuxNodeNetwork network() throws IOException {
        return new LinuxNodeNetwork(Optional.of(base.pathOf(node)), Duration.ofSeconds(5), KIND);
    }

    static String address(IpFamily family, int last) {
        return switch (family) {
            case IPV4 -> "10.0.2." + last;
            case IPV6 -> "2001:db8:0:2:0:0:0:" + last;
        };
    }

    static String nodeAddress(IpFamily family) {
        return switch (family) {
            case IPV4 -> "10.0.0.10";
            case IPV6 -> "2001:db8:0:0:0:0:0:10";
        };
    }

    static String internet(IpFamily family) {
        return switch (family) {
            case IPV4 -> NodeFixture.INTERNET;
            case IPV6 -> NodeFixture.INTERNET_IPV6;
        };
    }

    static BranchLink branch(IpFamily family, int vlanId) {
        String gateway =
                switch (family) {
                    case IPV4 -> "10.0.2.1";
                    case IPV6 -> "fe80:ec2::1";
                };
        MacAddress mac = new MacAddress("02:00:0a:07:%02x:%02x".formatted(vlanId >> 8, vlanId & 0xff));
        return new BranchLink(vlanId, mac, IpAddress.parse(gateway), TRUNK_MAC);
    }

    /** A pod with the VLAN's number as the end of its address. */
    BranchAttachment attachment(
            NetnsFd pod, EnforcingMode mode, IpFamily family, int vlanId, String hash, String... exceptions) {
        return new BranchAttachment(
                base.pathOf(pod),
                "eth0",
                mode.linkPrefix("eni") + hash,
                IpAddress.parse(address(family, vlanId)),
                1400,
                branch(family, vlanId),
                List.of(exceptions).stream().map(IpAddress::parse).toList(),
                "aws-cni/c" + vlanId + "/eth0");
    }

    /** EC2 has made the branch interface, and delivers to it. */
    void associate(BranchAttachment pod) throws IOException {
        int link = KIND == BranchLinkKind.VLAN ? vlanInRouter(pod.branch().vlanId()) : trunkInRouter;
        inRouter.batch()
                .replace(Neigh.permanent(
                        link,
                        KernelWords.inet(pod.address()),
                        KernelWords.mac(pod.branch().mac())))
                .replace(Route.to(KernelWords.host(pod.address())).device(link).scope(Scope.LINK))
                .run();
    }

    private int vlanInRouter(int id) throws IOException {
        String name = "trunk." + id;
        Optional<Link> there = inRouter.link(name);
        if (there.isPresent()) {
            return there.get().index();
        }
        int link = inRouter.batch()
                .vlan(End.named(name), trunkInRouter, id)
                .getLink(name)
                .run()
                .links()
                .getFirst()
                .index();
        playGateway(link);
        return link;
    }

    /** Security groups let nothing through to this address: the router says so at once. */
    void refuse(String address) throws IOException {
        Prefix destination = Prefix.of(address);
        inRouter.batch()
                .replace(Route.to(destination)
                        .type(RouteType.UNREACHABLE)
                        .metric(destination.family() == Family.IPV6 ? 1 : 0))
                .run();
    }

    /** The node's own address on a link that is nobody else's, as a node-local DNS cache has one. */
    void giveNode(String address) throws IOException {
        Addr addr = Addr.on(1, Prefix.of(address));
        base.inNode().batch().add(address.contains(":") ? addr.noDad() : addr).run();
    }

    /** A leftover that looks like a branch interface of an earlier pod, on the primary interface. */
    Link branchElsewhere(int vlanId) throws IOException {
        int primary = base.inNode().link("ens5").orElseThrow().index();
        End end = End.named(BranchLink.name(vlanId), LinkChange.up());
        Batch batch = base.inNode().batch();
        switch (KIND) {
            case VLAN -> batch.vlan(end, primary, vlanId);
            case MACVLAN -> batch.macvlan(end, primary);
        }
        return batch.getLink(BranchLink.name(vlanId)).run().links().getFirst();
    }

    /** What may not be changed for good by a pod that came and went, in both families. */
    record Snapshot(Set<String> links, Set<Rule> rules, Set<Route> routes) {}

    Snapshot snapshot() throws IOException {
        Netlink inNode = base.inNode();
        Set<Rule> rules = new HashSet<>(inNode.rules(Family.IPV4));
        rules.addAll(inNode.rules(Family.IPV6));
        return new Snapshot(
                inNode.links(LinkFilter.ALL).stream().map(Link::name).collect(Collectors.toSet()),
                rules,
                // The trunk stays up, with what the kernel gave it then; and a link that is made again has another
                // index.
                inNode.routes(RouteFilter.ALL).stream()
                        .filter(route -> route.protocol() != BY_KERNEL)
                        .map(route -> route.device(0))
                        .collect(Collectors.toSet()));
    }

    @Override
    public void close() throws IOException {
        inRouter.close();
        base.close();
    }
}
