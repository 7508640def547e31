package io.vpccni.kernel;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.BranchAttachment;
import io.vpccni.dataplane.BranchLabel;
import io.vpccni.dataplane.FirewallBackend;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.dataplane.PodsOnHost;
import io.vpccni.dataplane.Repair;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.MacAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Touches nothing and says so once: for machines without Linux or root, where addresses can still be handed out. */
public class DryNodeNetwork implements NodeNetwork {

    private static final Logger LOG = Logger.getLogger(DryNodeNetwork.class);

    public DryNodeNetwork() {
        LOG.warn("the data plane runs dry: pods get addresses, but no links, routes or rules are made");
    }

    @Override
    public Uni<Void> setUpHost(HostPlan plan) {
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<List<Repair>> repairHost(HostPlan plan, Supplier<List<Eni>> enis) {
        return Uni.createFrom().item(List.of());
    }

    @Override
    public Uni<List<Repair>> repairPods(IpFamily family, Supplier<PodsOnHost> pods) {
        return Uni.createFrom().item(List.of());
    }

    @Override
    public Uni<List<Repair>> repairFirewall(HostPlan plan) {
        return Uni.createFrom().item(List.of());
    }

    @Override
    public void whenDisturbed(Part part, Runnable listener) {}

    @Override
    public boolean tells(Part part) {
        return true;
    }

    @Override
    public FirewallBackend firewallBackend() {
        return FirewallBackend.LEGACY;
    }

    @Override
    public Uni<Void> wire(Eni eni) {
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Integer> linkIndex(MacAddress mac) {
        return Uni.createFrom().item(0);
    }

    @Override
    public Uni<Void> unwire(Eni eni) {
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Void> connect(List<PodAttachment> interfaces) {
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Void> disconnect(Optional<IpAddress> address, Optional<String> hostLink) {
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<List<String>> check(PodAttachment pod) {
        return Uni.createFrom().item(List.of());
    }

    @Override
    public Uni<Void> connectBranch(BranchAttachment pod) {
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<Void> disconnectBranch(int vlanId, Optional<IpAddress> address, Optional<String> hostLink) {
        return Uni.createFrom().voidItem();
    }

    @Override
    public Uni<List<String>> checkBranch(BranchAttachment pod) {
        return Uni.createFrom().item(List.of());
    }

    @Override
    public Uni<Map<String, BranchLabel>> branchLabels() {
        return Uni.createFrom().item(Map.of());
    }

    @Override
    public Uni<LiveLinks> podLinks() {
        return Uni.createFrom().item(LiveLinks.NONE);
    }

    @Override
    public EgressNetwork egress() {
        return EgressNetwork.DRY;
    }

    @Override
    public void close() {}
}
