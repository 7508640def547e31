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

/** Gives the link of a secondary interface what its plan says, and takes its rules away when it is gone. */
final class EniWiring {

    private final Ipv6Settings settings;
    private final Netlink netlink;

    EniWiring(Ipv6Settings settings, Netlink netlink) {
        this.settings = settings;
        this.netlink = netlink;
    }

    void wire(EniPlan plan, Link link) throws IOException {
        if (plan.family() == IpFamily.IPV6) {
            settings.trustLinkAddress(link.name());
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
