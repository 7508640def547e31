package io.vpccni.emulator.fabric;

import io.vpccni.emulator.cloud.WireEni;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Ipv4Setting;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.Neigh;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import java.util.HashSet;
import java.util.Set;

/** The IPv4 half of the {@link Router}: what is delivered over a port, and what is accepted from it. */
final class Ipv4Routing {
    private Ipv4Routing() {}

    static void plug(Batch batch, Port port) {
        batch.set(port.index(), LinkChange.ipv4(Ipv4Setting.PROXY_ARP, 1), sourceCheck(port.eni()));
        batch.set(port.index(), LinkChange.up());
        join(batch, port);
    }

    /** Makes the routes of the port those of its ENI. */
    static void change(Batch batch, Port before, Port now) {
        batch.set(now.index(), sourceCheck(now.eni()));
        deliver(batch, now, Port.delivered(before.eni()));
    }

    /** For one more ENI behind a link that is another's: its own routes. The source check stays that of the link. */
    static void join(Batch batch, Port port) {
        batch.replace(neighbour(port));
        deliver(batch, port, Set.of());
    }

    /** The end of {@link #join}. */
    static void leave(Batch batch, Port port) {
        Port.delivered(port.eni()).forEach(prefix -> withdraw(batch, prefix, port));
        batch.delete(neighbour(port)).tolerate(Errno.ENOENT);
    }

    // An address may have moved here from another ENI: replace takes it from there, and the delete that follows there
    // names its device.
    static void deliver(Batch batch, Port port, Set<Prefix> before) {
        var now = Port.delivered(port.eni());
        for (var prefix : now) {
            batch.replace(toPort(prefix, port));
            if (port.eni().natGateway()) {
                batch.replace(fromInternet(prefix, port));
            }
        }
        var gone = new HashSet<>(before);
        gone.removeAll(now);
        gone.forEach(prefix -> withdraw(batch, prefix, port));
    }

    private static void withdraw(Batch batch, Prefix prefix, Port port) {
        batch.delete(toPort(prefix, port)).tolerate(Errno.ESRCH);
        if (port.eni().natGateway()) {
            batch.delete(fromInternet(prefix, port)).tolerate(Errno.ESRCH);
        }
    }

    /** For whom a gateway translates: the internet's answers come here. */
    static Route fromInternet(Prefix prefix, Port port) {
        return toPort(prefix, port).table(Router.INTERNET_TABLE).source(Router.OUTSIDE.address());
    }

    // Over the primary address, whose MAC is known: a VPC delivers to the ENI and asks nobody by ARP, who would not
    // answer for the address of a pod.
    static Route toPort(Prefix prefix, Port port) {
        return Route.to(prefix)
                .via(Port.primaryAddress(port.eni()).address())
                .device(port.index())
                .onGatewayLink();
    }

    private static Neigh neighbour(Port port) {
        return Neigh.permanent(
                port.index(),
                Port.primaryAddress(port.eni()).address(),
                MacAddress.of(port.eni().mac()));
    }

    // A node has no address on a branch's link, and asks there by ARP with one of another link. A reverse path filter,
    // loose or
    // strict, leaves that unanswered; sources of trunks and branches are checked by the firewall.
    private static LinkChange sourceCheck(WireEni eni) {
        return LinkChange.ipv4(Ipv4Setting.RP_FILTER, eni.sourceDestCheck() && !eni.isTrunkOrBranch() ? 1 : 0);
    }
}
