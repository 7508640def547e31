package io.vpccni.daemon;

import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A pod wants to be on the network.
 *
 * @param patience how long the caller is ready to wait for an address
 * @param connection what to connect; empty when the caller does that itself, as the reference's plugin does
 */
public record AddRequest(Sandbox sandbox, PodName pod, Duration patience, Optional<Connection> connection) {

    /**
     * @param namespace file of the pod's network namespace
     * @param hostLink name for the host end of the pair
     * @param mtu bytes
     */
    public record Connection(Path namespace, String hostLink, int mtu) {}

    /** The same request when some of the caller's patience is used up. */
    AddRequest after(Duration waited) {
        Duration left = patience.minus(waited);
        return new AddRequest(sandbox, pod, left.isNegative() ? Duration.ZERO : left, connection);
    }
}
