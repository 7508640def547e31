package io.vpccni.kernel;

import io.vpccni.dataplane.PodAttachment;
import io.vpccni.dataplane.PodPlan;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.dataplane.PolicyRule.Selector;
import io.vpccni.dataplane.StaticRoute;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Result;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.vpc.IpAddress;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Connects pods and takes them down, on the pods' thread. A connection is three sends: the pair, the pod's side, the
 * host's side.
 */
final class PodWiring {

    private static final Logger LOG = Logger.getLogger(PodWiring.class);

    private final Netlink netlink;
    private final PairWiring pairs;
    private final Runnable buried;

    /** {@code buried} is called when there is a dead link. */
    PodWiring(HostNamespace host, Netlink netlink, Ipv6Settings settings, Runnable buried) {
        this.netlink = netlink;
        this.pairs = new PairWiring(host, netlink, settings, buried, "SetupPodNetwork");
        this.buried = buried;
    }

    /** All of a pod's interfaces, or none. */
    void connect(List<PodAttachment> interfaces) throws IOException {
        int connected = 0;
        try {
            for (PodAttachment next : interfaces) {
                connect(new PodPlan(next));
                connected++;
            }
        } catch (IOException | RuntimeException e) {
            takeBack(interfaces.subList(0, connected), e);
            throw e;
        }
    }

    private void takeBack(List<PodAttachment> connected, Exception failure) {
        for (PodAttachment pod : connected) {
            try {
                disconnect(Optional.of(pod.address()), Optional.of(pod.hostLink()));
            } catch (IOException e) {
                leftOver(pod, e, failure);
            }
        }
    }

    private static void leftOver(PodAttachment pod, IOException why, Exception failure) {
        failure.addSuppressed(why);
        LOG.errorf("%s of a pod that could not be connected is left over: %s", pod.hostLink(), why.getMessage());
    }

    /** Leaves nothing behind when it fails. */
    private void connect(PodPlan plan) throws IOException {
        PodAttachment pod = plan.pod();
        try (NetnsFd namespace = pairs.open(pod)) {
            Link link = pairs.make(plan, namespace);
            try {
                pairs.setUpPod(plan, namespace, link.link());
                setUpHost(plan, link.index());
            } catch (IOException | RuntimeException e) {
                takeBack(plan, link.index(), e);
                throw e;
            }
        }
    }

    /**
     * {@code ip link set HOSTLINK up; ip neighbour replace; ip route replace ADDRESS; ip rule add} …; rules that an earlier
     * owner of the address left behind go first.
     */
    private void setUpHost(PodPlan plan, int link) throws IOException {
        try {
            IpAddress address = plan.pod().address();
            RuleSweep old = rulesAbout(address);
            Batch batch = netlink.batch();
            old.beginIn(batch);
            batch.set(link, LinkChange.up())
                    .replace(KernelWords.neighbour(plan.hostNeighbour(), link))
                    .replace(KernelWords.route(plan.hostRoute(), link));
            addRules(batch, plan.hostRules());
            if (old.mayHaveLeftAny(batch.run())) {
                old.run(netlink);
                addRules(netlink.batch(), plan.hostRules()).run();
            }
        } catch (IOException e) {
            throw new IOException(
                    "SetupPodNetwork: unable to setup IP based container routes and rules: " + e.getMessage(), e);
        }
    }

    static Batch addRules(Batch batch, List<PolicyRule> rules) {
        rules.forEach(rule -> batch.add(KernelWords.rule(rule)).tolerate(Errno.EEXIST));
        return batch;
    }

    /** The rules about an address, whatever their table. */
    static RuleSweep rulesAbout(IpAddress address) {
        return RuleSweep.of(List.of(
                KernelWords.rule(new PolicyRule(PolicyRule.TO_POD, new Selector.To(address.alone()), 0)),
                KernelWords.rule(new PolicyRule(PolicyRule.FROM_POD, new Selector.From(address), 0))));
    }

    private void takeBack(PodPlan plan, int link, Exception failure) {
        try {
            rulesAbout(plan.pod().address()).run(netlink);
            netlink.batch().deleteLink(link).tolerate(Errno.ENODEV).run();
        } catch (IOException e) {
            leftOver(plan.pod(), e, failure);
        }
    }

    /**
     * {@code ip rule delete} until there is none, {@code ip route delete ADDRESS scope link}, {@code ip link set HOSTLINK
     * down group DEAD}.
     */
    void disconnect(Optional<IpAddress> address, Optional<String> hostLink) throws IOException {
        Optional<RuleSweep> rules = address.map(PodWiring::rulesAbout);
        Batch batch = netlink.batch();
        rules.ifPresent(sweep -> sweep.beginIn(batch));
        address.ifPresent(pod -> batch.delete(KernelWords.route(StaticRoute.onLink(pod, PolicyRule.MAIN), 0))
                .tolerate(Errno.ESRCH));
        hostLink.ifPresent(link -> DeadLinks.bury(batch, link));
        Result result = batch.run();
        hostLink.ifPresent(_ -> buried.run());
        if (rules.isPresent() && rules.get().mayHaveLeftAny(result)) {
            rules.get().run(netlink);
        }
    }
}
