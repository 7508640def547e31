package io.vpccni.kernel;

import io.vpccni.dataplane.PodAttachment;
import io.vpccni.dataplane.PodPlan;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.dataplane.PolicyRule.Selector;
import io.vpccni.dataplane.StaticRoute;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Failure;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.NetlinkException;
import io.vpccni.netlink.Result;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Connects pods and takes them down, on the pods' thread. A connection is three sends: the pair (made directly across the
 * two namespaces, as moving a link afterwards is slow), the pod's side, the host's side.
 */
final class PodWiring {

    private static final Logger LOG = Logger.getLogger(PodWiring.class);

    private final HostNamespace host;
    private final Netlink netlink;
    private final Runnable buried;
    private final Set<String> saidReadOnly = new HashSet<>();

    /** {@code buried} is called when there is a dead link. */
    PodWiring(HostNamespace host, Netlink netlink, Runnable buried) {
        this.host = host;
        this.netlink = netlink;
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
        try (NetnsFd namespace = open(pod)) {
            Link link = makePair(plan, namespace);
            try {
                quietIpv6(pod.hostLink());
                setUpPod(plan, namespace, link.link());
                setUpHost(plan, link.index());
            } catch (IOException | RuntimeException e) {
                takeBack(plan, link.index(), e);
                throw e;
            }
        }
    }

    private NetnsFd open(PodAttachment pod) throws IOException {
        NetnsFd namespace;
        try {
            namespace = NetnsFd.open(pod.namespace());
        } catch (IOException e) {
            throw noPair("cannot open the pod's network namespace: " + e.getMessage(), e);
        }
        try {
            if (host.isHost(namespace)) {
                throw noPair(
                        pod.namespace() + " is the node's own network namespace: the pod uses the host's network",
                        null);
            }
        } catch (IOException e) {
            namespace.close();
            throw e;
        }
        return namespace;
    }

    /** {@code ip link add HOSTLINK type veth peer name IFNAME netns POD}. Whatever has the names goes first. */
    private Link makePair(PodPlan plan, NetnsFd namespace) throws IOException {
        PodAttachment pod = plan.pod();
        VethPair pair = new VethPair(pod.hostLink(), plan.hostMac(), pod.ifName(), plan.podMac(), pod.mtu());
        try {
            Optional<Link> made = pair.make(netlink, namespace);
            if (made.isEmpty()) {
                freeNames(pod, namespace);
                made = pair.make(netlink, namespace);
            }
            return made.orElseThrow(() -> new IOException("the name " + pod.hostLink() + " was taken again at once"));
        } catch (IOException | IllegalArgumentException e) {
            throw noPair(e.getMessage(), e);
        }
    }

    /**
     * Makes way for a new pair. An old one whose other end is in this very pod has to go, which takes 20 ms; any other only
     * gives up its name and dies later. What somebody else put into the pod stays.
     */
    private void freeNames(PodAttachment pod, NetnsFd namespace) throws IOException {
        try (Netlink inPod = Netlink.in(namespace)) {
            Optional<Link> inside = inPod.link(pod.ifName());
            Optional<Link> old = netlink.link(pod.hostLink());
            if (inside.isPresent()) {
                if (old.filter(link -> isPair(link, inside.get())).isPresent()) {
                    deleteNow(old.get().index());
                    return;
                }
                // Its other end may be dying under another name.
                DeadLinks.delete(netlink);
                if (inPod.link(pod.ifName()).isPresent()) {
                    throw new IOException(
                            "the pod has an interface " + pod.ifName() + " already, made by somebody else");
                }
            }
            if (old.isPresent()) {
                DeadLinks.rename(netlink, old.get().index());
                buried.run();
            }
        }
    }

    private void deleteNow(int link) throws IOException {
        netlink.batch().deleteLink(link).tolerate(Errno.ENODEV).run();
    }

    static boolean isPair(Link hostEnd, Link podEnd) {
        return hostEnd.link() == podEnd.index() && podEnd.link() == hostEnd.index();
    }

    // The host end is no IPv6 router and listens to none. Before it is up: the kernel asks for routers then.
    private void quietIpv6(String hostLink) {
        String folder = "net/ipv6/conf/" + hostLink + "/";
        tryToSet(host, Map.of(folder + "accept_ra", "0", folder + "accept_redirects", "1", folder + "forwarding", "0"));
    }

    /**
     * Runtimes may switch IPv6 off in the pods they make. Before the interface is up: its link-local address would wait a
     * second or two for another owner to speak up, and there is none on a pair.
     */
    private void allowIpv6(String ifName, NetnsFd namespace) {
        String folder = "net/ipv6/conf/" + ifName + "/";
        tryToSet(
                HostNamespace.of(namespace),
                Map.of(
                        folder + "disable_ipv6",
                        "0",
                        "net/ipv6/conf/lo/disable_ipv6",
                        "0",
                        folder + "accept_dad",
                        "0",
                        folder + "dad_transmits",
                        "0"));
    }

    /** They are read-only in a container that is not privileged. What cannot do without them fails later, and says so. */
    private void tryToSet(HostNamespace namespace, Map<String, String> sysctls) {
        try {
            namespace.sysctls(sysctls);
        } catch (IOException e) {
            String where = namespace == host ? "of the host" : "of pods";
            if (saidReadOnly.add(where)) {
                LOG.warnf("cannot write IPv6 settings %s under /proc/sys: %s", where, e.getMessage());
            }
        }
    }

    /**
     * Inside the pod: {@code ip link set IFNAME up; ip address add nodad; ip route replace GATEWAY; ip route add default; ip
     * neighbour replace; ip rule add}.
     */
    private void setUpPod(PodPlan plan, NetnsFd namespace, int link) throws IOException {
        Addr address = Addr.on(link, KernelWords.prefix(plan.podAddress()));
        if (plan.pod().address().family() == IpFamily.IPV6) {
            allowIpv6(plan.pod().ifName(), namespace);
            address = address.noDad();
        }
        try (Netlink inPod = Netlink.in(namespace)) {
            Batch batch = inPod.batch().set(link, LinkChange.up()).add(address);
            for (StaticRoute route : plan.podRoutes()) {
                if (route.isDefault()) {
                    batch.add(KernelWords.route(route, link));
                } else {
                    batch.replace(KernelWords.route(route, link));
                }
            }
            batch.replace(KernelWords.neighbour(plan.podNeighbour(), link));
            plan.podRule().ifPresent(rule -> addAlone(batch, rule));
            batch.run();
        } catch (NetlinkException e) {
            throw noPair(hasDefaultRoute(e) ? "failed to add default route: file exists" : e.getMessage(), e);
        } catch (IOException e) {
            throw noPair(e.getMessage(), e);
        }
    }

    // Rules outlive links: an attempt that failed may have left one that leads this address to another interface.
    private static void addAlone(Batch batch, PolicyRule rule) {
        batch.delete(KernelWords.rule(new PolicyRule(rule.priority(), rule.selector(), 0)))
                .tolerate(Errno.ENOENT)
                .add(KernelWords.rule(rule));
    }

    // Then another plugin has connected the pod already: this one cannot be its second network.
    private static boolean hasDefaultRoute(NetlinkException e) {
        Failure first = e.failures().getFirst();
        return first.errno().equals(Errno.EEXIST) && first.request().startsWith("route add");
    }

    /**
     * {@code ip link set HOSTLINK up; ip neighbour replace; ip route replace ADDRESS; ip rule add} …; rules that an earlier
     * owner of the address left behind go first.
     */
    private void setUpHost(PodPlan plan, int link) throws IOException {
        try {
            IpAddress address = plan.pod().address();
            Batch batch = netlink.batch();
            deleteRules(batch, address);
            batch.set(link, LinkChange.up())
                    .replace(KernelWords.neighbour(plan.hostNeighbour(), link))
                    .replace(KernelWords.route(plan.hostRoute(), link));
            addRules(batch, plan.hostRules());
            if (maybeMoreRules(batch.run())) {
                deleteAllRules(address);
                addRules(netlink.batch(), plan.hostRules()).run();
            }
        } catch (IOException e) {
            throw new IOException(
                    "SetupPodNetwork: unable to setup IP based container routes and rules: " + e.getMessage(), e);
        }
    }

    private static Batch addRules(Batch batch, List<PolicyRule> rules) {
        rules.forEach(rule -> batch.add(KernelWords.rule(rule)).tolerate(Errno.EEXIST));
        return batch;
    }

    /**
     * The first four requests of the batch: the rules of each kind, whatever their table. There may be several, so each is
     * sent twice: when the second one finds none, they are all gone.
     */
    private static void deleteRules(Batch batch, IpAddress address) {
        for (PolicyRule rule : ofAnyTable(address)) {
            Rule words = KernelWords.rule(rule);
            batch.delete(words).tolerate(Errno.ENOENT).delete(words).tolerate(Errno.ENOENT);
        }
    }

    private static List<PolicyRule> ofAnyTable(IpAddress address) {
        return List.of(
                new PolicyRule(PolicyRule.TO_POD, new Selector.To(address.alone()), 0),
                new PolicyRule(PolicyRule.FROM_POD, new Selector.From(address), 0));
    }

    /** Whether a second request of {@link #deleteRules} found a rule: then there may be more. */
    private static boolean maybeMoreRules(Result result) {
        Set<Integer> foundNone = result.tolerated().stream().map(Failure::index).collect(Collectors.toSet());
        return !foundNone.contains(1) || !foundNone.contains(3);
    }

    private void deleteAllRules(IpAddress address) throws IOException {
        Result result;
        do {
            Batch batch = netlink.batch();
            deleteRules(batch, address);
            result = batch.run();
        } while (maybeMoreRules(result));
    }

    private void takeBack(PodPlan plan, int link, Exception failure) {
        try {
            deleteAllRules(plan.pod().address());
            deleteNow(link);
        } catch (IOException e) {
            leftOver(plan.pod(), e, failure);
        }
    }

    /**
     * {@code ip rule delete} until there is none, {@code ip route delete ADDRESS scope link}, {@code ip link set HOSTLINK
     * down group DEAD}.
     */
    void disconnect(Optional<IpAddress> address, Optional<String> hostLink) throws IOException {
        Batch batch = netlink.batch();
        if (address.isPresent()) {
            deleteRules(batch, address.get());
            batch.delete(KernelWords.route(StaticRoute.onLink(address.get(), PolicyRule.MAIN), 0))
                    .tolerate(Errno.ESRCH);
        }
        hostLink.ifPresent(link -> DeadLinks.bury(batch, link));
        Result result = batch.run();
        hostLink.ifPresent(_ -> buried.run());
        if (address.isPresent() && maybeMoreRules(result)) {
            deleteAllRules(address.get());
        }
    }

    private static IOException noPair(@Nullable String why, @Nullable Exception cause) {
        return new IOException("SetupPodNetwork: failed to setup veth pair: " + why, cause);
    }
}
