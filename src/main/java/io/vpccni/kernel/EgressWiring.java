package io.vpccni.kernel;

import io.vpccni.dataplane.EgressPlan;
import io.vpccni.dataplane.LinkAddress;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.dataplane.StaticRoute;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.LinkChange.AddressGeneration;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.Scope;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The links, addresses and routes of pods that reach the other address family, on the egress thread. */
final class EgressWiring {

    private static final Logger LOG = Logger.getLogger(EgressWiring.class);

    private final HostNamespace host;
    private final Netlink netlink;
    private final Runnable buried;

    /** {@code buried} is called when there is a dead link. */
    EgressWiring(HostNamespace host, Netlink netlink, Runnable buried) {
        this.host = host;
        this.netlink = netlink;
        this.buried = buried;
    }

    /** Leaves nothing behind when it fails. */
    void connect(EgressPlan plan) throws IOException {
        if (plan.family() == IpFamily.IPV4) {
            host.forward(HostNamespace.FORWARDING);
        }
        try (NetnsFd namespace = NetnsFd.open(plan.pod().namespace())) {
            if (host.isHost(namespace)) {
                throw new IOException(plan.pod().namespace()
                        + " is the node's own network namespace: the pod uses the host's network");
            }
            Link link = makePair(plan, namespace);
            try {
                tryToSet(host, plan.hostSysctls());
                tryToSet(HostNamespace.of(namespace), plan.podSysctls());
                setUpHost(plan, link.index());
                setUpPod(plan, namespace, link.link());
            } catch (IOException | RuntimeException e) {
                takeBack(plan.hostLink(), link.index(), e);
                throw e;
            }
        }
    }

    /** {@code ip link add HOSTLINK type veth peer name IFNAME netns POD}. What an earlier attempt left goes first. */
    private Link makePair(EgressPlan plan, NetnsFd namespace) throws IOException {
        VethPair pair = new VethPair(
                plan.hostLink(),
                plan.hostMac(),
                plan.ifName(),
                plan.podMac(),
                plan.pod().mtu());
        Optional<Link> made = pair.make(netlink, namespace);
        if (made.isEmpty()) {
            netlink.batch().deleteLink(plan.hostLink()).tolerate(Errno.ENODEV).run();
            try (Netlink inPod = Netlink.in(namespace)) {
                inPod.batch().deleteLink(plan.ifName()).tolerate(Errno.ENODEV).run();
            }
            made = pair.make(netlink, namespace);
        }
        return made.orElseThrow(() -> new IOException(
                "the names " + plan.hostLink() + " and " + plan.ifName() + " were taken again at once"));
    }

    /** They are read-only in a container that is not privileged. What cannot do without them fails later, and says so. */
    private static void tryToSet(HostNamespace namespace, Map<String, String> sysctls) {
        try {
            namespace.sysctls(sysctls);
        } catch (IOException e) {
            LOG.debugf("cannot write settings under /proc/sys of %s: %s", namespace, e.getMessage());
        }
    }

    /**
     * {@code ip link set HOSTLINK addrgenmode none up; ip address add GATEWAY nodad; ip neighbour replace; ip route replace
     * ADDRESS}. A route that an earlier owner of the address left is replaced with that.
     */
    private void setUpHost(EgressPlan plan, int link) throws IOException {
        Batch batch = netlink.batch();
        if (plan.family() == IpFamily.IPV6) {
            batch.set(link, LinkChange.ipv6AddressGeneration(AddressGeneration.NONE));
        }
        batch.set(link, LinkChange.up())
                .add(address(plan.hostAddress(), link).scope(Scope.LINK))
                .replace(KernelWords.neighbour(plan.hostNeighbour(), link))
                .replace(KernelWords.route(plan.hostRoute(), link))
                .run();
    }

    /**
     * Inside the pod: {@code ip link set IFNAME up; ip address add ADDRESS nodad; ip route delete RANGE; ip neighbour replace; ip
     * route add} …; the default route of IPv6 replaces one that is there, as the reference's does.
     */
    private static void setUpPod(EgressPlan plan, NetnsFd namespace, int link) throws IOException {
        try (Netlink inPod = Netlink.in(namespace)) {
            Batch batch = inPod.batch();
            plan.podLinkLocal()
                    .ifPresent(_ -> batch.set(link, LinkChange.ipv6AddressGeneration(AddressGeneration.NONE)));
            batch.set(link, LinkChange.up());
            plan.podLinkLocal().ifPresent(own -> batch.add(address(own, link).scope(Scope.LINK)));
            batch.add(
                    address(new LinkAddress(plan.given().address(), plan.given().length()), link));
            plan.unwantedPodRoute().ifPresent(route -> batch.delete(KernelWords.route(route, link)));
            batch.replace(KernelWords.neighbour(plan.podNeighbour(), link));
            for (StaticRoute route : plan.podRoutes()) {
                Route words = KernelWords.route(route, link);
                if (!route.isDefault()) {
                    batch.add(words.source(KernelWords.inet(plan.given().address())));
                } else if (plan.family() == IpFamily.IPV6) {
                    batch.replace(words);
                } else {
                    batch.add(words);
                }
            }
            batch.run();
        }
    }

    private static Addr address(LinkAddress address, int link) {
        Addr words = Addr.on(link, new Prefix(KernelWords.inet(address.address()), address.length()));
        return address.address().family() == IpFamily.IPV6 ? words.noDad() : words;
    }

    private void takeBack(String name, int link, Exception failure) {
        try {
            netlink.batch().deleteLink(link).tolerate(Errno.ENODEV).run();
        } catch (IOException e) {
            failure.addSuppressed(e);
            LOG.errorf("%s of a pod that could not be connected is left over: %s", name, e.getMessage());
        }
    }

    /**
     * {@code ip link set HOSTLINK down group DEAD; ip route delete ADDRESS}. The reference's links have names by chance: theirs
     * is the one that the route leads to.
     */
    void disconnect(String hostLink, Optional<IpAddress> address) throws IOException {
        Batch batch = netlink.batch();
        DeadLinks.bury(batch, hostLink);
        if (address.isPresent()) {
            Optional<Link> named =
                    linkTo(address.get()).filter(link -> !link.name().equals(hostLink));
            named.ifPresent(link -> DeadLinks.bury(batch, link.name()));
            batch.delete(KernelWords.route(StaticRoute.onLink(address.get(), PolicyRule.MAIN), 0))
                    .tolerate(Errno.ESRCH);
        }
        batch.run();
        buried.run();
    }

    /** The pair's end that the host's route to a pod leads to. */
    Optional<Link> linkTo(IpAddress pod) throws IOException {
        Prefix alone = KernelWords.host(pod);
        Optional<Integer> index =
                netlink.routes(RouteFilter.of(KernelWords.family(pod.family())).table(PolicyRule.MAIN)).stream()
                        .filter(route -> route.destination().equals(alone) && route.gateway() == null)
                        .map(Route::index)
                        .findFirst();
        return index.isEmpty()
                ? Optional.empty()
                : netlink.links(LinkFilter.kind("veth")).stream()
                        .filter(link -> link.index() == index.get())
                        .findFirst();
    }
}
