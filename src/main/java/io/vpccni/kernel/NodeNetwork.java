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

/**
 * The network of one node. Steps of pods run one after another in the order they were asked for, on the kernel's own
 * threads; the calls themselves never block.
 */
public interface NodeNetwork extends AutoCloseable {

    /** Brings the host into shape for pods. Repeating it changes nothing that is right already. */
    Uni<Void> setUpHost(HostPlan plan);

    /**
     * Compares the sysctls, primary link and rules of the host and the links of its interfaces with what they have to be, and
     * repairs them. Says what that was; an interface whose link is not there is passed over.
     *
     * @param enis asked when it is this step's turn, so that what was decided before is known
     */
    Uni<List<Repair>> repairHost(HostPlan plan, Supplier<List<Eni>> enis);

    /** The same for the host's side of pods; what is inside a pod is the pod's. */
    Uni<List<Repair>> repairPods(IpFamily family, Supplier<PodsOnHost> pods);

    /** The same for the host's packet filter. */
    Uni<List<Repair>> repairFirewall(HostPlan plan);

    /** Has {@code listener} told when somebody else changed something of that part that may be ours. It must return at once. */
    void whenDisturbed(Part part, Runnable listener);

    /** Whether others' changes of that part are told at all; what is not has to be looked at often. */
    boolean tells(Part part);

    /** What others change by different means. */
    enum Part {
        ROUTING,
        FIREWALL
    }

    /** Who keeps the rules of iptables. */
    FirewallBackend firewallBackend();

    /**
     * Waits for the interface's link, by MAC address, and gives it its address, routes and rules. Fails when the link does
     * not come.
     */
    Uni<Void> wire(Eni eni);

    /** The index of an interface's link, by MAC address, as soon as it is there. Fails when it does not come. */
    Uni<Integer> linkIndex(MacAddress mac);

    /** Removes what {@link #wire} left outside the link itself, after the interface is gone. */
    Uni<Void> unwire(Eni eni);

    /**
     * Connects a pod, by one interface on each of its network cards. Half-made or old connections of the same names are
     * replaced; after a failure nothing is left of any of them. It is one step: what is asked for later finds all or none.
     */
    Uni<Void> connect(List<PodAttachment> interfaces);

    /**
     * Disconnects a pod: the rules and the route of {@code address} in whichever table they are, and the link. Answers when
     * no packet can pass any more; the link itself may vanish a little later. What is gone already is no error.
     */
    Uni<Void> disconnect(Optional<IpAddress> address, Optional<String> hostLink);

    /**
     * As {@link #connect}, for a pod that has a branch interface: what an earlier pod of the same VLAN left behind is replaced as
     * well, also on another trunk, and its host link says whose it is. Fails when the trunk's link is not there.
     */
    Uni<Void> connectBranch(BranchAttachment pod);

    /**
     * As {@link #disconnect}, for a pod that had the branch interface with this VLAN id, in whichever mode: its link and all rules
     * that lead there. The caller knows that the id is not another pod's by now; a host link that leads to another address stays.
     */
    Uni<Void> disconnectBranch(int vlanId, Optional<IpAddress> address, Optional<String> hostLink);

    /** What is missing or different in the kernel, one sentence each; empty when the pod is connected as it should be. */
    Uni<List<String>> check(PodAttachment pod);

    /** As {@link #check}. */
    Uni<List<String>> checkBranch(BranchAttachment pod);

    /** Pods with branch interfaces that live here, by their host links, as far as {@link #connectBranch} has connected them. */
    Uni<Map<String, BranchLabel>> branchLabels();

    /** The live host links of pods. */
    Uni<LiveLinks> podLinks();

    /** How pods reach the address family that their cluster does not have. */
    EgressNetwork egress();

    @Override
    void close();
}
