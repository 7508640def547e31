package io.vpccni.kernel;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.EgressAddress;
import io.vpccni.dataplane.EgressPlan;
import io.vpccni.dataplane.EgressPod;
import io.vpccni.dataplane.SnatChain;
import io.vpccni.netlink.Netlink;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Egress on Linux, on a thread of its own: address, links, rules in this order, and back again. Address and rules are made by
 * other programs.
 */
final class LinuxEgressNetwork implements EgressNetwork, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(LinuxEgressNetwork.class);

    /** A step that takes something away. */
    @FunctionalInterface
    private interface Undo {
        void run() throws IOException;
    }

    private final KernelThread thread = new KernelThread("vpccni-egress");
    private final Firewall packetFilter;
    private final EgressWiring wiring;
    private final EgressFirewall firewall;
    private final EgressInspection inspection;

    /**
     * @param netlink about the host; stays the caller's
     * @param packetFilter the host's, which knows by what programs it is written
     * @param buried is called when there is a dead link
     */
    LinuxEgressNetwork(HostNamespace host, Netlink netlink, Firewall packetFilter, Runnable buried) {
        this.packetFilter = packetFilter;
        wiring = new EgressWiring(host, netlink, buried);
        firewall = new EgressFirewall(host, packetFilter::flavour);
        inspection = new EgressInspection(netlink, wiring, firewall);
    }

    @Override
    public Uni<EgressPlan> connect(EgressPod pod, IpamCall ipam) {
        return thread.run(() -> connectNow(pod.writtenBy(packetFilter.version()), ipam));
    }

    private EgressPlan connectNow(EgressPod pod, IpamCall ipam) throws IOException {
        EgressAddress given = DelegatedIpam.add(ipam);
        try {
            return connectWith(pod, given);
        } catch (IOException | RuntimeException e) {
            undo(e, "the address " + given, () -> DelegatedIpam.del(ipam));
            throw e;
        }
    }

    private EgressPlan connectWith(EgressPod pod, EgressAddress given) throws IOException {
        EgressPlan plan = new EgressPlan(pod, given);
        wiring.connect(plan);
        try {
            firewall.add(plan.snat());
        } catch (IOException | RuntimeException e) {
            // It may have been killed when it was done.
            undo(e, plan.snat().chain().name(), () -> firewall.remove(pod.chain(), Optional.of(given.address())));
            undo(e, plan.hostLink(), () -> wiring.disconnect(plan.hostLink(), Optional.of(given.address())));
            throw e;
        }
        return plan;
    }

    private static void undo(Exception failure, String what, Undo undo) {
        try {
            undo.run();
        } catch (IOException e) {
            failure.addSuppressed(e);
            LOG.errorf("%s of a pod that got no egress is left over: %s", what, e.getMessage());
        }
    }

    @Override
    public Uni<Void> disconnect(IpFamily family, IpamCall ipam) {
        return thread.change(
                () -> disconnectNow(family, ipam, IpamState.of(ipam).addressOf(ipam.container(), ipam.ifName())));
    }

    @Override
    public Uni<Void> disconnectOld(IpamCall ipam) {
        return thread.change(() -> {
            Optional<IpAddress> had = IpamState.of(ipam).addressOf(ipam.container(), ipam.ifName());
            if (had.isPresent()) {
                disconnectNow(had.get().family(), ipam, had);
            }
        });
    }

    /**
     * The address goes last: it says which rules are the container's, and the next pod that gets it must not meet them. Without
     * one there is nothing that {@code host-local} could give back.
     */
    private void disconnectNow(IpFamily family, IpamCall ipam, Optional<IpAddress> address) throws IOException {
        SnatChain chain =
                new SnatChain(address.map(IpAddress::family).orElse(family), ipam.network(), ipam.container());
        try {
            wiring.disconnect(EgressPlan.hostLink(chain), address);
        } catch (IOException e) {
            LOG.errorf("the link of container %s is left over: %s", ipam.container(), e.getMessage());
        }
        try {
            firewall.remove(chain, address);
        } catch (IOException e) {
            LOG.errorf("chain %s of container %s is left over: %s", chain.name(), ipam.container(), e.getMessage());
        }
        if (address.isPresent()) {
            DelegatedIpam.del(ipam);
        }
    }

    @Override
    public Uni<List<String>> check(EgressPod pod, IpamCall ipam) {
        return thread.run(() -> {
            DelegatedIpam.check(ipam);
            Optional<IpAddress> address = IpamState.of(ipam).addressOf(ipam.container(), ipam.ifName());
            if (address.isEmpty()) {
                return List.of("host-local knows of no address of container " + ipam.container());
            }
            EgressPlan plan = new EgressPlan(
                    pod.writtenBy(packetFilter.version()), DelegatedIpam.inItsRange(ipam, address.get()));
            return inspection.state(plan).differencesFrom(plan);
        });
    }

    @Override
    public Uni<Void> collect(IpFamily family, IpamCall ipam, Set<Attachment> valid) {
        return thread.change(() -> collectNow(family, ipam, valid));
    }

    /** Addresses first, with all that belongs to them; then chains whose address has gone without them. One failure stops no other. */
    private void collectNow(IpFamily family, IpamCall ipam, Set<Attachment> valid) throws IOException {
        List<Undo> steps = new ArrayList<>();
        for (IpamState.Owner owner : IpamState.of(ipam).owners()) {
            if (!valid.contains(new Attachment(owner.container(), owner.ifName()))) {
                steps.add(
                        () -> disconnectNow(owner.address().family(), ipam.about(owner), Optional.of(owner.address())));
            }
        }
        runAll(steps);
        steps.clear();
        for (SnatChain chain : firewall.chains(family, ipam.network())) {
            if (valid.stream().noneMatch(known -> known.container().equals(chain.container()))) {
                steps.add(() -> firewall.remove(chain, Optional.empty()));
            }
        }
        runAll(steps);
    }

    private static void runAll(List<Undo> steps) throws IOException {
        IOException failures = null;
        for (Undo step : steps) {
            try {
                step.run();
            } catch (IOException e) {
                if (failures == null) {
                    failures = e;
                } else {
                    failures.addSuppressed(e);
                }
            }
        }
        if (failures != null) {
            throw failures;
        }
    }

    @Override
    public Uni<List<String>> obstacles(IpamCall ipam) {
        return thread.run(() -> DelegatedIpam.find(ipam.folders()).isPresent()
                ? List.of()
                : List.of(DelegatedIpam.missing(ipam.folders()).getMessage()));
    }

    /** Finishes what has been asked for. Pods stay connected. */
    @Override
    public void close() {
        thread.close();
    }
}
