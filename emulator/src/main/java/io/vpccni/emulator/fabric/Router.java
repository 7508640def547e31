package io.vpccni.emulator.fabric;

import io.vpccni.emulator.cloud.Ipv4Cidr;
import io.vpccni.emulator.cloud.Ipv6Cidr;
import io.vpccni.emulator.cloud.WireBranch;
import io.vpccni.emulator.cloud.WireEni;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteType;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The namespace that is the VPC's router and the internet. Its table main is EC2's view: a route to each address that is
 * assigned to an attached ENI, and a black hole for the rest of the VPC.
 *
 * <pre>
 *   node1 eth0 ── node1-eth0 ┐ main: 10.0.0.9 dev node1-eth0        lo: 10.0.0.1 (gateway of the subnet)
 *   node1 eth1 ── node1-eth1 ┤       10.0.1.16/28 dev node1-eth1        203.0.113.10 (a host of the internet)
 *   node2 eth0 ── node2-eth0 ┘       blackhole 10.0.0.0/16
 * </pre>
 *
 * <ul>
 *   <li>Strict reverse path filter: a packet from an address that is not assigned to the ENI it came from is dropped, as
 *       the source/destination check does. Without that check ({@code sourceDestCheck} false) there is no filter.
 *   <li>Proxy ARP: neighbours in a subnet find each other here, not on a shared wire.
 *   <li>Branches are behind the ports of their trunks ({@link Branches}).
 *   <li>IPv6 as {@link Ipv6Routing} says, where the VPC has it.
 *   <li>The internet knows primary addresses of primary ENIs only ({@link #INTERNET_TABLE}), as an internet gateway
 *       translates no others: a pod gets no answer without SNAT. Of a private subnet it knows all addresses, as behind
 *       a NAT gateway, but sees them untranslated.
 * </ul>
 */
final class Router implements AutoCloseable {
    static final Prefix OUTSIDE = Prefix.of("203.0.113.10");

    /** Where a packet <em>from</em> the internet may go; the reverse path filter looks here for those that go there. */
    static final int INTERNET_TABLE = 100;

    /** Of a link in a VPC; jumbo frames are the default there. */
    static final int MTU = 9001;

    private static final int INTERNET_PRIORITY = 100;

    private final NetnsFd namespace;
    private final Netlink netlink;
    private final boolean ipv6;
    private final Map<String, Port> ports = new HashMap<>();
    private final Branches branches;

    private Router(NetnsFd namespace, Netlink netlink, boolean ipv6, BranchLinks branchLinks) {
        this.namespace = namespace;
        this.netlink = netlink;
        this.ipv6 = ipv6;
        this.branches = new Branches(netlink, ipv6, branchLinks, this::open);
    }

    /** @param ipv6Cidrs of the VPC; empty: the router forwards no IPv6 */
    static Router create(
            Path path,
            List<Ipv4Cidr> vpcCidrs,
            List<Ipv4Cidr> subnetCidrs,
            List<Ipv6Cidr> ipv6Cidrs,
            BranchLinks branchLinks)
            throws IOException {
        var namespace = Netns.create(path);
        try {
            var router = new Router(namespace, Netlink.in(namespace), !ipv6Cidrs.isEmpty(), branchLinks);
            router.prepareKernel();
            router.prepareRoutes(vpcCidrs, subnetCidrs, ipv6Cidrs);
            return router;
        } catch (IOException | RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    NetnsFd namespace() {
        return namespace;
    }

    boolean hasIpv6() {
        return ipv6;
    }

    /** Makes the ENI's link: this end up, the other in the node with the ENI's MAC, down as hardware comes. */
    Link plug(String node, NetnsFd nodeNamespace, WireEni eni) throws IOException {
        String name = Port.linkName(node, eni);
        var guest = End.named(
                Port.guestName(eni),
                LinkChange.mtu(MTU),
                LinkChange.mac(MacAddress.of(eni.mac())),
                LinkChange.namespace(nodeNamespace));
        var link = netlink.batch()
                .veth(End.named(name, LinkChange.mtu(MTU)), guest)
                .getLink(name)
                .run()
                .links()
                .getFirst();
        var port = new Port(node, eni, name, link.index());
        ports.put(eni.eniId(), port);
        open(port);
        branches.plugged(port);
        return link;
    }

    private void open(Port port) throws IOException {
        // Up to 0.8 s otherwise. Not by default: those of neighbours exist in the machine's own namespace only.
        set("net/ipv4/neigh/" + port.link() + "/proxy_delay", "0");
        var batch = netlink.batch();
        Ipv4Routing.plug(batch, port);
        if (Port.isPrimary(port.eni())) {
            batch.replace(Ipv4Routing.fromInternet(Port.primaryAddress(port.eni()), port));
        }
        if (ipv6) {
            Ipv6Routing.plug(batch, port);
        }
        batch.run();
    }

    /** Follows a branch, which is new or has other addresses than before. */
    void change(WireBranch branch) throws IOException {
        branches.change(branch, ports);
    }

    void removeBranch(String eniId) throws IOException {
        branches.gone(eniId);
    }

    /** Follows what EC2 has assigned to or taken from the ENI; an ENI that is not plugged in is none of our business. */
    void change(WireEni eni) throws IOException {
        var port = ports.get(eni.eniId());
        if (port == null) {
            return;
        }
        ports.put(eni.eniId(), port.with(eni));
        var batch = netlink.batch();
        Ipv4Routing.change(batch, port, port.with(eni));
        if (ipv6) {
            Ipv6Routing.change(batch, port, port.with(eni));
        }
        batch.run();
    }

    /** Takes the ENI's link away, at both ends and with its routes. */
    void unplug(String eniId) throws IOException {
        var port = ports.remove(eniId);
        if (port != null) {
            branches.unplugged(eniId);
            var batch = netlink.batch().deleteLink(port.index()).tolerate(Errno.ENODEV);
            if (ipv6) {
                Ipv6Routing.unplug(batch, port);
            }
            batch.run();
        }
    }

    void unplugAll(String node) throws IOException {
        var ids = ports.values().stream()
                .filter(port -> port.node().equals(node))
                .map(port -> port.eni().eniId())
                .toList();
        for (String id : ids) {
            unplug(id);
        }
    }

    @Override
    public void close() throws IOException {
        namespace.close();
        netlink.close();
    }

    // Before the first link: links take over the defaults of their time. The first one resets the others.
    private void prepareKernel() throws IOException {
        set("net/ipv4/ip_forward", "1");
        for (String scope : List.of("all", "default")) {
            set("net/ipv4/conf/" + scope + "/rp_filter", "0");
            set("net/ipv4/conf/" + scope + "/send_redirects", "0");
        }
        if (ipv6) {
            set("net/ipv6/conf/all/forwarding", "1");
            // Its own addresses are no question, and to ask costs a second on each link.
            set("net/ipv6/conf/default/accept_dad", "0");
            // To listen on an address that is a route only.
            set("net/ipv6/ip_nonlocal_bind", "1");
        } else {
            Netns.sysctl(namespace, "net/ipv6/conf/default/disable_ipv6", "1");
        }
    }

    private void set(String key, String value) throws IOException {
        if (!Netns.sysctl(namespace, key, value)) {
            throw new IOException("this kernel has no " + key);
        }
    }

    private void prepareRoutes(List<Ipv4Cidr> vpcCidrs, List<Ipv4Cidr> subnetCidrs, List<Ipv6Cidr> ipv6Cidrs)
            throws IOException {
        int loopback = netlink.link("lo").orElseThrow().index();
        var everything = Route.toDefault(Family.IPV4).type(RouteType.BLACKHOLE);
        var batch = netlink.batch()
                .set(loopback, LinkChange.up())
                .add(Addr.on(loopback, OUTSIDE))
                .add(everything.table(INTERNET_TABLE))
                .add(Rule.lookup(Family.IPV4, INTERNET_PRIORITY, INTERNET_TABLE).from(OUTSIDE));
        for (var cidr : vpcCidrs) {
            batch.add(Route.to(Prefix.of(cidr.toString())).type(RouteType.BLACKHOLE));
        }
        for (var cidr : subnetCidrs) {
            batch.add(Addr.on(loopback, Prefix.host(gateway(cidr))));
        }
        if (ipv6) {
            Ipv6Routing.prepare(batch, loopback, ipv6Cidrs);
        }
        batch.run();
    }

    /** The second address of a subnet. */
    static InetAddress gateway(Ipv4Cidr subnet) {
        byte[] bytes = Prefix.of(subnet.base().toString()).address().getAddress();
        bytes[3]++;
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
