package io.vpccni.kernel;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.BranchAttachment;
import io.vpccni.dataplane.BranchLabel;
import io.vpccni.dataplane.BranchLink;
import io.vpccni.dataplane.EniPlan;
import io.vpccni.dataplane.FirewallBackend;
import io.vpccni.dataplane.HostLinks;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.dataplane.PodPlan;
import io.vpccni.dataplane.PodsOnHost;
import io.vpccni.dataplane.Repair;
import io.vpccni.dataplane.RoutingState;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.Netlink;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.MacAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The network of a node on Linux, by netlink.
 *
 * <pre>
 *   vpccni-pods        connect, disconnect, check, podLinks,   one after another: the kernel has one lock for all of it
 *                      those of branches, repairPods
 *   vpccni-interfaces  wire, unwire, setUpHost, repairHost     a link that does not come holds up no pod, nor another link
 *   vpccni-firewall    repairFirewall, setUpHost's end         processes that may wait for somebody else's lock
 *   vpccni-egress      egress()                            other programs take tens of ms, which no other pod has to wait for
 *   vpccni-dead-links  deletes what disconnect left
 *   netns-opener       the library's: the only thread that ever enters a pod's namespace
 * </pre>
 *
 * The first two, egress and the deleter have a socket of their own in the host's namespace each, for life.
 */
public final class LinuxNodeNetwork implements NodeNetwork {

    private static final Logger LOG = Logger.getLogger(LinuxNodeNetwork.class);

    /** EC2 shows an interface to the machine some seconds after it says that it is attached. */
    public static final Duration LINK_LIMIT = Duration.ofSeconds(60);

    private static final int DEFAULT_ENI_MTU = 9001;

    private final HostNamespace host;
    private final Netlink podSocket;
    private final Netlink interfaceSocket;
    private final Netlink egressSocket;
    private final KernelThread pods = new KernelThread("vpccni-pods");
    private final KernelThread interfaces = new KernelThread("vpccni-interfaces");
    private final DeadLinks deadLinks;
    private final PodWiring podWiring;
    private final BranchWiring branchWiring;
    private final PodInspection inspection;
    private final LinkArrival arrivals;
    private final EniWiring eniWiring;
    private final HostWiring hostWiring;
    private final KernelThread firewallThread = new KernelThread("vpccni-firewall");
    private final Firewall firewall;
    private final Disturbances disturbances;
    private final LinuxEgressNetwork egress;

    /** Read and written on the interfaces' thread, as the family is. */
    private int eniMtu = DEFAULT_ENI_MTU;

    private IpFamily family = IpFamily.IPV4;

    /** {@code hostNamespace}: VPCCNI_HOST_NETNS; empty is the process's own. */
    public LinuxNodeNetwork(Optional<Path> hostNamespace) throws IOException {
        this(hostNamespace, LINK_LIMIT);
    }

    /** {@code linkLimit}: how long to wait for the link of an interface. */
    public LinuxNodeNetwork(Optional<Path> hostNamespace, Duration linkLimit) throws IOException {
        this(hostNamespace, linkLimit, BranchLinkKind.VLAN);
    }

    /** {@code branchLinks}: {@code VLAN} where the network is EC2's. */
    public LinuxNodeNetwork(Optional<Path> hostNamespace, Duration linkLimit, BranchLinkKind branchLinks)
            throws IOException {
        host = HostNamespace.open(hostNamespace);
        podSocket = host.netlink();
        interfaceSocket = host.netlink();
        egressSocket = host.netlink();
        deadLinks = new DeadLinks(host);
        Ipv6Settings settings = new Ipv6Settings(host);
        podWiring = new PodWiring(host, podSocket, settings, deadLinks::wake);
        branchWiring = new BranchWiring(host, podSocket, settings, branchLinks, deadLinks::wake);
        inspection = new PodInspection(podSocket);
        arrivals = new LinkArrival(host, interfaceSocket, interfaces, linkLimit);
        eniWiring = new EniWiring(new Ipv6Settings(host), interfaceSocket);
        hostWiring = new HostWiring(host, interfaceSocket);
        firewall = new Firewall(host);
        egress = new LinuxEgressNetwork(host, egressSocket, firewall, deadLinks::wake);
        disturbances = new Disturbances(host, Set.of(podSocket, interfaceSocket, egressSocket));
        pods.execute(WarmUp::run);
    }

    @Override
    public Uni<Void> setUpHost(HostPlan plan) {
        return arrivals.await(plan.primaryMac())
                .chain(primary -> KernelThread.runHere(() -> {
                            eniMtu = plan.eniMtu();
                            family = plan.family();
                            disturbances.watch(primary);
                            return hostWiring.setUp(plan, primary);
                        })
                        .chain(wired -> firewall(primary, links -> firewall.setUp(plan, links))
                                .invoke(written -> Stream.concat(wired.stream(), written.stream())
                                        .forEach(change -> LOG.infof("set up on the host: %s", change.what())))))
                .replaceWithVoid();
    }

    @Override
    public Uni<List<Repair>> repairHost(HostPlan plan, Supplier<List<Eni>> enis) {
        return arrivals.await(plan.primaryMac())
                .chain(primary -> KernelThread.runHere(() -> {
                    List<EniPlan> plans = enis.get().stream()
                            .map(eni -> EniPlan.of(eni, plan.eniMtu(), plan.family()))
                            .toList();
                    List<Repair> repairs = new ArrayList<>(hostWiring.setUp(plan, primary));
                    eniWiring.repair(plans, plan.family()).stream()
                            .map(Repair::of)
                            .forEach(repairs::add);
                    return repairs;
                }));
    }

    @Override
    public Uni<List<Repair>> repairPods(IpFamily family, Supplier<PodsOnHost> onHost) {
        return pods.run(() -> {
            PodsOnHost wanted = onHost.get();
            Routing routing = new Routing(podSocket, family);
            RoutingState found = routing.read();
            List<Repair> repairs = new ArrayList<>(makeAgain(wanted.branches().missing(found)));
            if (!repairs.isEmpty()) {
                found = routing.read();
            }
            routing.repair(wanted, found).stream().map(Repair::of).forEach(repairs::add);
            return repairs;
        });
    }

    private List<Repair> makeAgain(List<BranchLink> missing) {
        List<Repair> repairs = new ArrayList<>();
        for (BranchLink branch : missing) {
            try {
                branchWiring.makeLink(branch);
                repairs.add(Repair.ofMissing(branch));
            } catch (IOException e) {
                LOG.warnf("cannot repair: %s", e.getMessage());
            }
        }
        return repairs;
    }

    @Override
    public Uni<List<Repair>> repairFirewall(HostPlan plan) {
        return arrivals.await(plan.primaryMac())
                .chain(primary -> firewall(primary, links -> firewall.repair(plan, links)));
    }

    private Uni<List<Repair>> firewall(Link primary, FirewallStep step) {
        return pods.run(inspection::podLinks)
                .chain(live -> firewallThread.run(() -> step.carryOut(new HostLinks(primary.name(), live.prefixes()))));
    }

    @FunctionalInterface
    private interface FirewallStep {
        List<Repair> carryOut(HostLinks links) throws IOException;
    }

    @Override
    public void whenDisturbed(Part part, Runnable listener) {
        switch (part) {
            case ROUTING -> disturbances.tell(listener);
            case FIREWALL -> firewall.tell(listener);
        }
    }

    @Override
    public boolean tells(Part part) {
        return switch (part) {
            case ROUTING -> true;
            case FIREWALL -> firewall.tells();
        };
    }

    @Override
    public FirewallBackend firewallBackend() {
        return firewall.backend();
    }

    @Override
    public Uni<Void> wire(Eni eni) {
        return arrivals.await(eni.mac())
                .chain(link -> KernelThread.changeHere(() -> {
                    eniWiring.wire(EniPlan.of(eni, eniMtu, family), link);
                    disturbances.watch(link);
                }));
    }

    @Override
    public Uni<Integer> linkIndex(MacAddress mac) {
        return arrivals.await(mac).map(Link::index);
    }

    @Override
    public Uni<Void> unwire(Eni eni) {
        return interfaces.change(() -> {
            eniWiring.unwire(eni.primaryAddress());
            if (eni.ipv6().isPresent()) {
                eniWiring.unwire(eni.ipv6().get());
            }
        });
    }

    @Override
    public Uni<Void> connect(List<PodAttachment> interfaces) {
        return pods.change(() -> podWiring.connect(interfaces));
    }

    @Override
    public Uni<Void> disconnect(Optional<IpAddress> address, Optional<String> hostLink) {
        return pods.change(() -> podWiring.disconnect(address, hostLink));
    }

    @Override
    public Uni<List<String>> check(PodAttachment pod) {
        return pods.run(() -> inspection.check(new PodPlan(pod)));
    }

    @Override
    public Uni<Void> connectBranch(BranchAttachment pod) {
        return pods.change(() -> branchWiring.connect(pod));
    }

    @Override
    public Uni<Void> disconnectBranch(int vlanId, Optional<IpAddress> address, Optional<String> hostLink) {
        return pods.change(() -> branchWiring.disconnect(vlanId, address, hostLink));
    }

    @Override
    public Uni<List<String>> checkBranch(BranchAttachment pod) {
        return pods.run(() -> inspection.check(pod));
    }

    @Override
    public Uni<Map<String, BranchLabel>> branchLabels() {
        return pods.run(inspection::branchLabels);
    }

    @Override
    public Uni<LiveLinks> podLinks() {
        return pods.run(inspection::podLinks);
    }

    @Override
    public EgressNetwork egress() {
        return egress;
    }

    /** Finishes what has been asked for, except for waiting. Pods stay connected. */
    @Override
    public void close() {
        disturbances.close();
        interfaces.execute(arrivals::close);
        interfaces.close();
        firewallThread.close();
        firewall.close();
        pods.close();
        egress.close();
        deadLinks.close();
        try {
            podSocket.close();
            interfaceSocket.close();
            egressSocket.close();
        } catch (IOException e) {
            LOG.debugf("closing a socket: %s", e.getMessage());
        }
        host.close();
    }
}
