package io.vpccni.kernel;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.EgressPlan;
import io.vpccni.dataplane.EgressPod;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Pods' way out in the address family that their cluster does not have. Steps run one after another in the order they were
 * asked for; the calls themselves never block. Addresses come from {@code host-local}; whether it is there is asked each time.
 */
public interface EgressNetwork {

    /** One container's interface, as GC names those to keep. */
    record Attachment(String container, String ifName) {}

    /** Connects the pod, and says how. After a failure nothing is left of it. */
    Uni<EgressPlan> connect(EgressPod pod, IpamCall ipam);

    /**
     * Takes away the links, rules and the address of a container, with or without its namespace. What is gone already is no error:
     * it fails only when {@code host-local} does not take back an address.
     */
    Uni<Void> disconnect(IpFamily family, IpamCall ipam);

    /** As {@link #disconnect}, but does nothing unless the container has an address: for where egress is switched off. */
    Uni<Void> disconnectOld(IpamCall ipam);

    /** What is missing or different in the kernel, one sentence each; empty when the pod is connected as it should be. */
    Uni<List<String>> check(EgressPod pod, IpamCall ipam);

    /** Disconnects all containers of the network but those of {@code valid}. Looks at chains and addresses of one family. */
    Uni<Void> collect(IpFamily family, IpamCall ipam, Set<Attachment> valid);

    /** Why no pod can be connected; empty when that is possible. */
    Uni<List<String>> obstacles(IpamCall ipam);

    /** Touches nothing: for machines without Linux or root. */
    EgressNetwork DRY = new EgressNetwork() {
        @Override
        public Uni<EgressPlan> connect(EgressPod pod, IpamCall ipam) {
            return Uni.createFrom().failure(() -> new IOException("the data plane runs dry, without egress"));
        }

        @Override
        public Uni<Void> disconnect(IpFamily family, IpamCall ipam) {
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<Void> disconnectOld(IpamCall ipam) {
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<List<String>> check(EgressPod pod, IpamCall ipam) {
            return Uni.createFrom().item(List.of());
        }

        @Override
        public Uni<Void> collect(IpFamily family, IpamCall ipam, Set<Attachment> valid) {
            return Uni.createFrom().voidItem();
        }

        @Override
        public Uni<List<String>> obstacles(IpamCall ipam) {
            return Uni.createFrom().item(List.of("the data plane runs dry, without egress"));
        }
    };
}
