package io.vpccni.kernel;

import io.vpccni.dataplane.PodAttachment;
import io.vpccni.dataplane.PodPlan;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.dataplane.StaticRoute;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Failure;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.NetlinkException;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pair that connects a pod with its host, made directly across the two namespaces as moving a link afterwards is slow; and
 * what is inside the pod.
 */
final class PairWiring {

    private final HostNamespace host;
    private final Netlink netlink;
    private final Ipv6Settings settings;
    private final Runnable buried;
    private final String step;

    /**
     * @param buried called when there is a dead link
     * @param step what failures are said to be of
     */
    PairWiring(HostNamespace host, Netlink netlink, Ipv6Settings settings, Runnable buried, String step) {
        this.host = host;
        this.netlink = netlink;
        this.settings = settings;
        this.buried = buried;
        this.step = step;
    }

    /** The namespace of a pod, which must not be the host's. */
    NetnsFd open(PodAttachment pod) throws IOException {
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

    /** {@code ip link add HOSTLINK type veth peer name IFNAME netns POD}. Whatever has the names goes first; both ends are down. */
    Link make(PodPlan plan, NetnsFd namespace) throws IOException {
        PodAttachment pod = plan.pod();
        VethPair pair = new VethPair(pod.hostLink(), plan.hostMac(), pod.ifName(), plan.podMac(), pod.mtu());
        try {
            Optional<Link> made = pair.make(netlink, namespace);
            if (made.isEmpty()) {
                freeNames(pod, namespace);
                made = pair.make(netlink, namespace);
            }
            Link link =
                    made.orElseThrow(() -> new IOException("the name " + pod.hostLink() + " was taken again at once"));
            settings.quiet(pod.hostLink());
            return link;
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
                    netlink.batch()
                            .deleteLink(old.get().index())
                            .tolerate(Errno.ENODEV)
                            .run();
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

    static boolean isPair(Link hostEnd, Link podEnd) {
        return hostEnd.link() == podEnd.index() && podEnd.link() == hostEnd.index();
    }

    /**
     * Inside the pod: {@code ip link set IFNAME up; ip address add nodad; ip route replace GATEWAY; ip route add default; ip
     * neighbour replace; ip rule add}.
     */
    void setUpPod(PodPlan plan, NetnsFd namespace, int link) throws IOException {
        Addr address = Addr.on(link, KernelWords.prefix(plan.podAddress()));
        if (plan.pod().address().family() == IpFamily.IPV6) {
            settings.allow(plan.pod().ifName(), namespace);
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

    private IOException noPair(@Nullable String why, @Nullable Exception cause) {
        return new IOException(step + ": failed to setup veth pair: " + why, cause);
    }
}
