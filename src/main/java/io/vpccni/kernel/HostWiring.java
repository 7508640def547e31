package io.vpccni.kernel;

import io.vpccni.dataplane.HostFirewall;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.dataplane.PolicyRule.Selector;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Ipv4Setting;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Brings the host into shape, and leaves alone what is right already. */
final class HostWiring {

    private static final Logger LOG = Logger.getLogger(HostWiring.class);

    private static final String FORWARDING = "net/ipv4/ip_forward";

    /** Reverse path filter: an answer may come in by another interface than its request would go out. */
    private static final int LOOSE = 2;

    private final HostNamespace host;
    private final Netlink netlink;
    private final Iptables iptables;

    HostWiring(HostNamespace host, Netlink netlink) {
        this.host = host;
        this.netlink = netlink;
        this.iptables = new Iptables(host);
    }

    void setUp(HostPlan plan, Link primary) throws IOException {
        forward();
        setUpPrimary(plan, primary);
        setUpMarkRule(plan.markRule());
        if (iptables.apply(HostFirewall.of(plan, primary.name()))) {
            LOG.infof("wrote the rules for SNAT and NodePorts on %s to iptables", primary.name());
        }
    }

    // EKS images set it. Without it no pod reaches anything, so it is better to do than to complain.
    private void forward() throws IOException {
        if (host.sysctl(FORWARDING).filter("0"::equals).isEmpty()) {
            return;
        }
        try {
            host.sysctls(Map.of(FORWARDING, "1"));
        } catch (IOException e) {
            throw new IOException("net.ipv4.ip_forward is 0 and cannot be set, so pods would reach nothing: " + e, e);
        }
        LOG.info("net.ipv4.ip_forward was 0: set it to 1");
    }

    /** {@code ip link set PRIMARY mtu MTU; sysctl net.ipv4.conf.PRIMARY.rp_filter=2}. */
    private void setUpPrimary(HostPlan plan, Link primary) throws IOException {
        Batch batch = netlink.batch().set(primary.index(), LinkChange.ipv4(Ipv4Setting.RP_FILTER, LOOSE));
        if (primary.mtu() != plan.eniMtu()) {
            batch.set(primary.index(), LinkChange.mtu(plan.eniMtu()));
        }
        batch.run();
    }

    /** {@code ip rule add fwmark MARK/MARK lookup main priority 1024}; one for another mark goes. */
    private void setUpMarkRule(Optional<PolicyRule> wanted) throws IOException {
        List<PolicyRule> found = netlink.rules(Family.IPV4).stream()
                .map(KernelWords::rule)
                .flatMap(Optional::stream)
                .filter(rule -> rule.priority() == PolicyRule.MARKED
                        && rule.table() == PolicyRule.MAIN
                        && rule.selector() instanceof Selector.Mark)
                .toList();
        Batch batch = netlink.batch();
        wanted.filter(rule -> !found.contains(rule))
                .ifPresent(rule -> batch.add(KernelWords.rule(rule)).tolerate(Errno.EEXIST));
        found.stream()
                .filter(rule -> !Optional.of(rule).equals(wanted))
                .forEach(rule -> batch.delete(KernelWords.rule(rule)).tolerate(Errno.ENOENT));
        batch.run();
    }
}
