package io.vpccni.kernel;

import io.vpccni.dataplane.HostLink;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.Repair;
import io.vpccni.dataplane.RoutingChange.SetMtu;
import io.vpccni.dataplane.RoutingState;
import io.vpccni.netlink.Ipv4Setting;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Brings the host's sysctls, primary link and rules into shape, and leaves alone what is right already. */
final class HostWiring {

    private static final Logger LOG = Logger.getLogger(HostWiring.class);

    /** Listen to routers although the host forwards, as if it were a router itself. */
    private static final String LISTENING_ROUTER = "2";

    /** Reverse path filter: an answer may come in by another interface than its request would go out. */
    private static final String LOOSE = "2";

    private final HostNamespace host;
    private final Netlink netlink;

    HostWiring(HostNamespace host, Netlink netlink) {
        this.host = host;
        this.netlink = netlink;
    }

    /** Says what was not right before. */
    List<Repair> setUp(HostPlan plan, Link primary) throws IOException {
        List<Repair> repairs = new ArrayList<>();
        if (plan.family() == IpFamily.IPV4) {
            forward(HostNamespace.FORWARDING, repairs);
        }
        if (plan.forwardsIpv6()) {
            listenToRouters(primary.name(), repairs);
            forward(HostNamespace.FORWARDING_IPV6, repairs);
        }
        filterLoosely(primary.name(), repairs);
        if (primary.mtu() != plan.eniMtu()) {
            repairs.add(Repair.of(new SetMtu(new HostLink(primary.index(), primary.name()), plan.eniMtu())));
            netlink.batch().set(primary.index(), LinkChange.mtu(plan.eniMtu())).run();
        }
        Routing routing = new Routing(netlink, plan.family());
        RoutingState found = routing.readRules();
        routing.apply(plan.rules(found), found).stream().map(Repair::of).forEach(repairs::add);
        return repairs;
    }

    // EKS images set it. Without it no pod reaches anything, so it is better to do than to complain.
    private void forward(String key, List<Repair> repairs) throws IOException {
        if (host.forward(key)) {
            repairs.add(Repair.ofSysctl(key, "1"));
        }
    }

    // Before the host forwards: from then on the kernel would not listen, and the node's default route would run out.
    private void listenToRouters(String primary, List<Repair> repairs) throws IOException {
        String key = "net/ipv6/conf/" + primary + "/accept_ra";
        Optional<String> found = host.sysctl(key);
        if (found.isEmpty() || found.get().equals(LISTENING_ROUTER)) {
            return;
        }
        try {
            host.sysctls(Map.of(key, LISTENING_ROUTER));
            repairs.add(Repair.ofSysctl(key, LISTENING_ROUTER));
        } catch (IOException e) {
            // Hosts whose systemd-networkd listens itself need none of it.
            LOG.warnf("%s is %s and cannot be set to 2: %s", key, found.get(), e.getMessage());
        }
    }

    // By netlink, which can also where /proc/sys is read-only.
    private void filterLoosely(String primary, List<Repair> repairs) throws IOException {
        String key = "net/ipv4/conf/" + primary + "/rp_filter";
        if (host.sysctl(key).filter(LOOSE::equals).isPresent()) {
            return;
        }
        netlink.batch()
                .set(primary, LinkChange.ipv4(Ipv4Setting.RP_FILTER, Integer.parseInt(LOOSE)))
                .run();
        repairs.add(Repair.ofSysctl(key, LOOSE));
    }
}
