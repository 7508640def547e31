package io.vpccni.kernel;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * The network of one node. Steps of pods run one after another in the order they were asked for, on the kernel's own
 * threads; the calls themselves never block.
 */
public interface NodeNetwork extends AutoCloseable {

    /** Brings the host into shape for pods. Repeating it changes nothing that is right already. */
    Uni<Void> setUpHost(HostPlan plan);

    /**
     * Waits for the interface's link, by MAC address, and gives it its address, routes and rules. Fails when the link does
     * not come.
     */
    Uni<Void> wire(Eni eni);

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

    /** What is missing or different in the kernel, one sentence each; empty when the pod is connected as it should be. */
    Uni<List<String>> check(PodAttachment pod);

    /** The live host links of pods. */
    Uni<LiveLinks> podLinks();

    /** How pods reach the address family that their cluster does not have. */
    EgressNetwork egress();

    @Override
    void close();
}
