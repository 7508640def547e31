package io.vpccni.kernel;

import io.vpccni.dataplane.EniPlan;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.dataplane.StaticRoute;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.Scope;
import io.vpccni.vpc.IpAddress;
import java.io.IOException;

/** Gives the link of a secondary interface what its plan says, and takes its rules away when it is gone. */
final class EniWiring {

    private final Netlink netlink;

    EniWiring(Netlink netlink) {
        this.netlink = netlink;
    }

    /**
     * {@code ip link set mtu up; ip address replace ADDRESS/LENGTH; ip route replace …; ip route delete SUBNET; ip rule add}.
     * Other IPv4 addresses of the link go: DHCP of the operating system may have put pods' addresses there.
     */
    void wire(EniPlan plan, Link link) throws IOException {
        int index = link.index();
        Prefix address =
                new Prefix(KernelWords.inet(plan.address()), plan.subnet().length());
        Batch batch = netlink.batch();
        if (link.mtu() != plan.mtu()) {
            batch.set(index, LinkChange.mtu(plan.mtu()));
        }
        batch.set(index, LinkChange.up());
        // The wrong ones first: the first address of a subnet takes the later ones with it.
        for (Addr other : netlink.addrs(index)) {
            if (Family.of(other.prefix().address()) == Family.IPV4
                    && !other.prefix().equals(address)) {
                batch.delete(other).tolerate(Errno.EADDRNOTAVAIL);
            }
        }
        batch.replace(Addr.on(index, address));
        for (StaticRoute route : plan.routes()) {
            batch.replace(KernelWords.route(route, index));
        }
        batch.delete(connected(plan, index)).tolerate(Errno.ESRCH);
        batch.add(KernelWords.rule(plan.rule())).tolerate(Errno.EEXIST);
        batch.run();
    }

    /** {@code SUBNET dev LINK scope link src ADDRESS}: main has it from the primary interface when that is right. */
    private static Route connected(EniPlan plan, int index) {
        return Route.to(KernelWords.prefix(plan.subnet()))
                .device(index)
                .scope(Scope.LINK)
                .source(KernelWords.inet(plan.address()))
                .table(PolicyRule.MAIN);
    }

    /** {@code ip rule delete from ADDRESS}, whatever the priority. Routes went with the link. */
    void unwire(IpAddress address) throws IOException {
        Batch batch = netlink.batch();
        for (Rule rule : netlink.rules(KernelWords.family(address.family()))) {
            if (KernelWords.host(address).equals(rule.from()) && rule.action() != Rule.Action.OTHER) {
                batch.delete(rule).tolerate(Errno.ENOENT);
            }
        }
        batch.run();
    }
}
