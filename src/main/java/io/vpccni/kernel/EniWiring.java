package io.vpccni.kernel;

import io.vpccni.dataplane.EniPlan;
import io.vpccni.dataplane.RoutingChange;
import io.vpccni.dataplane.RoutingState;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Rule;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    void wire(EniPlan plan, Link link) throws IOException {
        if (plan.family() == IpFamily.IPV6) {
            trustLinkAddress(link.name());
        }
        Routing routing = new Routing(netlink, plan.family());
        routing.apply(plan, routing.read(link));
    }

    /** Gives those whose links are there what they lack, and says what that was. */
    List<RoutingChange> repair(List<EniPlan> plans, IpFamily family) throws IOException {
        List<RoutingChange> done = new ArrayList<>();
        if (!plans.isEmpty()) {
            Routing routing = new Routing(netlink, family);
            RoutingState found = routing.read();
            for (EniPlan plan : plans) {
                done.addAll(routing.repair(plan, found));
            }
        }
        return done;
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
