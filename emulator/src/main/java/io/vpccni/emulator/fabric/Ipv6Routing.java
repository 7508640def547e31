package io.vpccni.emulator.fabric;

import io.vpccni.emulator.cloud.Ipv6Cidr;
import io.vpccni.emulator.cloud.WireEni;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.Neigh;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteType;
import io.vpccni.netlink.Rule;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The IPv6 half of the {@link Router}: every link has {@link #GATEWAY}, and what comes in over it passes rules.
 *
 * <pre>
 *   0:     from all lookup local                             neighbour discovery, the gateway itself
 *   200:   from 2600:…:9/128 iif node1-eth0 lookup main      what EC2 has assigned to the ENI
 *   300:   from all iif node1-eth0 blackhole                 all else
 *   32766: from all lookup main                              answers of the internet
 * </pre>
 *
 * Rules, since IPv6 has no reverse path filter. They hold for the host of the internet too: it is a local route in table
 * main, not an address, which would be reached by rule 0. There is no translation between a VPC and the internet in IPv6,
 * so that host answers each address of the VPC.
 */
final class Ipv6Routing {
    /** The VPC's router, as seen on each ENI. */
    static final Prefix GATEWAY = Prefix.of("fe80:ec2::1");

    static final Prefix OUTSIDE = Prefix.of("2001:db8:ffff::10");

    private static final int ACCEPT_PRIORITY = 200;
    private static final int DROP_PRIORITY = 300;

    private Ipv6Routing() {}

    static void prepare(Batch batch, int loopback, List<Ipv6Cidr> vpcCidrs) {
        batch.add(Route.to(OUTSIDE).type(RouteType.LOCAL).device(loopback));
        for (var cidr : vpcCidrs) {
            batch.add(Route.to(Prefix.of(cidr.toString())).type(RouteType.BLACKHOLE));
        }
    }

    static void plug(Batch batch, Port port) {
        batch.replace(Addr.on(port.index(), GATEWAY).noDad()).add(drop(port));
        join(batch, port);
    }

    /** For one more ENI behind a link that is another's: its own routes and rules. */
    static void join(Batch batch, Port port) {
        batch.replace(neighbour(port));
        change(batch, port, Set.of(), Set.of());
    }

    /** The end of {@link #join}. */
    static void leave(Batch batch, Port port) {
        delivered(port.eni())
                .forEach(prefix -> batch.delete(toPort(prefix, port)).tolerate(Errno.ESRCH));
        accepted(port).forEach(rule -> batch.delete(rule).tolerate(Errno.ENOENT));
        batch.delete(neighbour(port)).tolerate(Errno.ENOENT);
    }

    private static Neigh neighbour(Port port) {
        return Neigh.permanent(
                port.index(), linkLocal(port.eni()), MacAddress.of(port.eni().mac()));
    }

    /** Makes the routes and rules of the port those of its ENI. */
    static void change(Batch batch, Port before, Port now) {
        change(batch, now, delivered(before.eni()), accepted(before));
    }

    // A prefix may have moved here from another ENI, whose delete names its device: see the router's IPv4 routes.
    private static void change(Batch batch, Port port, Set<Prefix> deliveredBefore, Set<Rule> acceptedBefore) {
        var delivered = delivered(port.eni());
        var accepted = accepted(port);
        delivered.forEach(prefix -> batch.replace(toPort(prefix, port)));
        missing(deliveredBefore, delivered)
                .forEach(prefix -> batch.delete(toPort(prefix, port)).tolerate(Errno.ESRCH));
        missing(acceptedBefore, accepted).forEach(batch::delete);
        missing(accepted, acceptedBefore).forEach(batch::add);
    }

    /** Rules outlive their link. */
    static void unplug(Batch batch, Port port) {
        accepted(port).forEach(rule -> batch.delete(rule).tolerate(Errno.ENOENT));
        batch.delete(drop(port)).tolerate(Errno.ENOENT);
    }

    /** What EC2 delivers to the ENI, and accepts as source from it. */
    static Set<Prefix> delivered(WireEni eni) {
        return Stream.concat(eni.ipv6Addresses().stream(), eni.ipv6Prefixes().stream())
                .map(Object::toString)
                .map(Prefix::of)
                .collect(Collectors.toSet());
    }

    private static Set<Rule> accepted(Port port) {
        var all = Rule.lookup(Family.IPV6, ACCEPT_PRIORITY, Route.MAIN).input(port.link());
        return port.eni().sourceDestCheck()
                ? delivered(port.eni()).stream().map(all::from).collect(Collectors.toSet())
                : Set.of(all);
    }

    private static Rule drop(Port port) {
        return Rule.lookup(Family.IPV6, DROP_PRIORITY, Route.MAIN)
                .input(port.link())
                .action(Rule.Action.BLACKHOLE);
    }

    private static Route toPort(Prefix prefix, Port port) {
        return Route.to(prefix).via(linkLocal(port.eni())).device(port.index()).onGatewayLink();
    }

    /** The address that the ENI's MAC makes by RFC 4291 (EUI-64), as the guest's kernel does. */
    private static InetAddress linkLocal(WireEni eni) {
        byte[] mac = MacAddress.of(eni.mac()).bytes();
        byte[] address = {
            (byte) 0xfe,
            (byte) 0x80,
            0,
            0,
            0,
            0,
            0,
            0,
            (byte) (mac[0] ^ 2),
            mac[1],
            mac[2],
            (byte) 0xff,
            (byte) 0xfe,
            mac[3],
            mac[4],
            mac[5]
        };
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> Set<T> missing(Set<T> wanted, Set<T> present) {
        return wanted.stream().filter(one -> !present.contains(one)).collect(Collectors.toSet());
    }
}
