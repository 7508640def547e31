package io.vpccni.kernel;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.EniPlan;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.dataplane.PodPlan;
import io.vpccni.netlink.Netlink;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The network of a node on Linux, by netlink.
 *
 * <pre>
 *   vpccni-pods        connect, disconnect, check, podLinks    one after another: the kernel has one lock for all of it
 *   vpccni-interfaces  wire, unwire, setUpHost                 a link that does not come holds up no pod, nor another link
 *   vpccni-egress      egress()                            other programs take tens of ms, which no other pod has to wait for
 *   vpccni-dead-links  deletes what disconnect left
 *   netns-opener       the library's: the only thread that ever enters a pod's namespace
 * </pre>
 *
 * Each of the first four has a socket of its own in the host's namespace, for life.
 */
public final class LinuxNodeNetwork implements NodeNetwork {

    private static final Logger LOG = Logger.getLogger(LinuxNodeNetwork.class);

    /** EC2 shows an interface to the machine some seconds after it says that it is attached. */
    public static final Duration LINK_LIMIT = Duration.ofSeconds(60);

    private static final int DEFAULT_ENI_MTU = 9001;

    private final HostNamespace host;
    private final Netlink podSocket;
    private final Netlink interfaceSocket;
    private final KernelThread pods = new KernelThread("vpccni-pods");
    private final KernelThread interfaces = new KernelThread("vpccni-interfaces");
    private final DeadLinks deadLinks;
    private final PodWiring podWiring;
    private final PodInspection inspection;
    private final LinkArrival arrivals;
    private final EniWiring eniWiring;
    private final HostWiring hostWiring;
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
        host = HostNamespace.open(hostNamespace);
        podSocket = host.netlink();
        interfaceSocket = host.netlink();
        deadLinks = new DeadLinks(host);
        podWiring = new PodWiring(host, podSocket, deadLinks::wake);
        inspection = new PodInspection(podSocket);
        arrivals = new LinkArrival(host, interfaceSocket, interfaces, linkLimit);
        eniWiring = new EniWiring(host, interfaceSocket);
        hostWiring = new HostWiring(host, interfaceSocket);
        egress = new LinuxEgressNetwork(host, deadLinks::wake);
        pods.execute(WarmUp::run);
    }

    @Override
    public Uni<Void> setUpHost(HostPlan plan) {
        return arrivals.await(plan.primaryMac())
                .chain(primary -> KernelThread.changeHere(() -> {
                    eniMtu = plan.eniMtu();
                    family = plan.family();
                    hostWiring.setUp(plan, primary);
                }));
    }

    @Override
    public Uni<Void> wire(Eni eni) {
        return arrivals.await(eni.mac())
                .chain(link -> KernelThread.changeHere(() -> eniWiring.wire(EniPlan.of(eni, eniMtu, family), link)));
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
        interfaces.execute(arrivals::close);
        interfaces.close();
        pods.close();
        egress.close();
        deadLinks.close();
        try {
            podSocket.close();
            interfaceSocket.close();
        } catch (IOException e) {
            LOG.debugf("closing a socket: %s", e.getMessage());
        }
        host.close();
    }
}
