package io.vpccni.kernel;

import io.vpccni.dataplane.HostFirewall;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.NodeLocalBlock;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.dataplane.PolicyRule.Selector;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Ipv4Setting;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Rule;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/** Brings the host into shape, and leaves alone what is right already. */
final class HostWiring {

    private static final Logger LOG = Logger.getLogger(HostWiring.class);

    private static final String FORWARDING = "net/ipv4/ip_forward";
    private static final String FORWARDING_IPV6 = "net/ipv6/conf/all/forwarding";

    /** Listen to routers although the host forwards, as if it were a router itself. */
    private static final String LISTENING_ROUTER = "2";

    /** Reverse path filter: an answer may come in by another interface than its request would go out. */
    private static final int LOOSE = 2;

    private final HostNamespace host;
    private final Netlink netlink;

    HostWiring(HostNamespace host, Netlink netlink) {
        this.host = host;
        this.netlink = netlink;
    }

    void setUp(HostPlan plan, Link primary) throws IOException {
        if (plan.family() == IpFamily.IPV4) {
            forward(FORWARDING);
        }
        if (plan.forwardsIpv6()) {
            listenToRouters(primary.name());
            forward(FORWARDING_IPV6);
        }
        setUpPrimary(plan, primary);
        setUpRules(plan);
        if (plan.family() == IpFamily.IPV4
                && new Iptables(host, IpFamily.IPV4).apply(HostFirewall.of(plan, primary.name()))) {
            LOG.infof("wrote the rules for SNAT and NodePorts on %s to iptables", primary.name());
        }
        if (plan.nodeLocalBlock().isPresent()) {
            block(plan.nodeLocalBlock().get());
        }
    }

    private void block(NodeLocalBlock block) throws IOException {
        if (new Iptables(host, block.family()).apply(block)) {
            LOG.infof("pods of this node cannot reach each other by %s", block.family());
        }
    }

    // EKS images set it. Without it no pod reaches anything, so it is better to do than to complain.
    private void forward(String key) throws IOException {
        if (host.sysctl(key).filter("0"::equals).isEmpty()) {
            return;
        }
        String name = key.replace('/', '.');
        try {
            host.sysctls(Map.of(key, "1"));
        } catch (IOException e) {
            throw new IOException(name + " is 0 and cannot be set, so pods would reach nothing: " + e, e);
        }
        LOG.infof("%s was 0: set it to 1", name);
    }

    // Before the host forwards: from then on the kernel would not listen, and the node's default route would run out.
    private void listenToRouters(String primary) throws IOException {
        String key = "net/ipv6/conf/" + primary + "/accept_ra";
        Optional<String> found = host.sysctl(key);
        if (found.isEmpty() || found.get().equals(LISTENING_ROUTER)) {
            return;
        }
        try {
            host.sysctls(Map.of(key, LISTENING_ROUTER));
        } catch (IOException e) {
            // Hosts whose systemd-networkd listens itself need none of it.
            LOG.warnf("%s is %s and cannot be set to 2: %s", key, found.get(), e.getMessage());
        }
    }

    /** {@code ip link set PRIMARY mtu MTU; sysctl net.ipv4.conf.PRIMARY.rp_filter=2}. */
    private void setUpPrimary(HostPlan plan, Link primary) throws IOException {
        Batch batch = netlink.batch().set(primary.index(), LinkChange.ipv4(Ipv4Setting.RP_FILTER, LOOSE));
        if (primary.mtu() != plan.eniMtu()) {
            batch.set(primary.index(), LinkChange.mtu(plan.eniMtu()));
        }
        batch.run();
    }

    /**
     * {@code ip rule add fwmark MARK/MARK lookup main priority 1024; ip rule add to NETWORK lookup main priority 1535}; those
     * for another mark or network go.
     */
    private void setUpRules(HostPlan plan) throws IOException {
        Set<PolicyRule> wanted = plan.rules();
        List<Rule> found = netlink.rules(KernelWords.family(plan.family())).stream()
                .filter(HostWiring::isOurs)
                .toList();
        Batch batch = netlink.batch();
        wanted.stream()
                .map(KernelWords::rule)
                .filter(rule -> !found.contains(rule))
                .forEach(rule -> batch.add(rule).tolerate(Errno.EEXIST));
        found.stream()
                .filter(rule -> KernelWords.rule(rule).filter(wanted::contains).isEmpty())
                .forEach(rule -> batch.delete(rule).tolerate(Errno.ENOENT));
        batch.run();
    }

    private static boolean isOurs(Rule rule) {
        return rule.table() == PolicyRule.MAIN
                && (rule.priority() == PolicyRule.TO_SERVICE
                        || (rule.priority() == PolicyRule.MARKED
                                && KernelWords.rule(rule)
                                        .filter(words -> words.selector() instanceof Selector.Mark)
                                        .isPresent()));
    }
}
