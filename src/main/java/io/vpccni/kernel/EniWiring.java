package io.vpccni.kernel;

import io.vpccni.dataplane.EniPlan;
import io.vpccni.dataplane.EniPlan.Own;
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
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Gives the link of a secondary interface what its plan says, and takes its rules away when it is gone. */
final class EniWiring {

    private static final Logger LOG = Logger.getLogger(EniWiring.class);

    private final HostNamespace host;
    private final Netlink netlink;

    EniWiring(HostNamespace host, Netlink netlink) {
        this.host = host;
        this.netlink = netlink;
    }

    /**
     * {@code ip link set mtu up; ip address replace ADDRESS/LENGTH; ip route replace …; ip route delete SUBNET; ip rule add}.
     * Other addresses of the family go: DHCP of the operating system may have put pods' addresses there.
     */
    void wire(EniPlan plan, Link link) throws IOException {
        int index = link.index();
        if (plan.family() == IpFamily.IPV6) {
            trustLinkAddress(link.name());
        }
        Optional<Addr> own = plan.own().map(address -> address(address, index));
        Batch batch = netlink.batch();
        if (link.mtu() != plan.mtu()) {
            batch.set(index, LinkChange.mtu(plan.mtu()));
        }
        batch.set(index, LinkChange.up());
        // The wrong ones first: the first address of a subnet takes the later ones with it.
        for (Addr other : netlink.addrs(index)) {
            if (isManaged(other, plan.family())
                    && own.filter(address -> address.prefix().equals(other.prefix()))
                            .isEmpty()) {
                batch.delete(other).tolerate(Errno.EADDRNOTAVAIL);
            }
        }
        own.ifPresent(batch::replace);
        for (StaticRoute route : plan.routes()) {
            batch.replace(KernelWords.route(route, index));
        }
        plan.own()
                .ifPresent(address -> batch.delete(connected(address, index))
                        .tolerate(Errno.ESRCH)
                        .add(KernelWords.rule(address.rule()))
                        .tolerate(Errno.EEXIST));
        batch.run();
    }

    // Before the link is up. The host asks for the router from the link's own address, but not until it is known that
    // nobody else has that one: two seconds in which pods could reach nothing. EC2 makes MAC addresses unique.
    private void trustLinkAddress(String link) {
        String folder = "net/ipv6/conf/" + link + "/";
        try {
            host.sysctls(Map.of(folder + "accept_dad", "0", folder + "dad_transmits", "0"));
        } catch (IOException e) {
            LOG.debugf("the first pods of %s may have to wait for the network: %s", link, e.getMessage());
        }
    }

    // The address of the link itself is nobody's business, and neighbour discovery needs it.
    private static boolean isManaged(Addr address, IpFamily family) {
        return Family.of(address.prefix().address()) == KernelWords.family(family)
                && (family == IpFamily.IPV4 || Scope.UNIVERSE.equals(address.scope()));
    }

    private static Addr address(Own own, int index) {
        Prefix prefix = new Prefix(KernelWords.inet(own.address()), own.subnet().length());
        Addr address = Addr.on(index, prefix);
        // EC2 gives an address to one interface only.
        return own.address().family() == IpFamily.IPV6 ? address.noDad() : address;
    }

    /**
     * {@code SUBNET dev LINK scope link src ADDRESS}, of IPv6 {@code ADDRESS dev LINK}: main has the subnet from the primary
     * interface when that is right.
     */
    private static Route connected(Own own, int index) {
        Route route = Route.to(KernelWords.prefix(own.subnet())).device(index).table(PolicyRule.MAIN);
        return switch (own.address().family()) {
            case IPV4 -> route.scope(Scope.LINK).source(KernelWords.inet(own.address()));
            case IPV6 -> route;
        };
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
