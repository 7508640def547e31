package io.vpccni.daemon;

import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * A pod is gone.
 *
 * @param links host ends of the pairs to take down; empty when the caller does that itself
 * @param lastKnown the addresses that the runtime remembers, to clean up after a pod that we do not know
 */
public record DelRequest(Sandbox sandbox, Optional<LinkNames> links, List<IpAddress> lastKnown) {

    public DelRequest {
        lastKnown = List.copyOf(lastKnown);
    }

    /** Of a caller that takes the pod down itself. */
    public DelRequest(Sandbox sandbox) {
        this(sandbox, Optional.empty(), List.of());
    }
}
