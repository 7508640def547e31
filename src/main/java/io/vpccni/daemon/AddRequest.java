package io.vpccni.daemon;

import io.vpccni.pool.Nics;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A pod wants to be on the network.
 *
 * @param nics whether it wants one address or one on each network card
 * @param patience how long the caller is ready to wait for an address
 * @param connection what to connect; empty when the caller does that itself, as the reference's plugin does
 * @param uid which pod of that name; empty when the runtime did not say
 */
public record AddRequest(
        Sandbox sandbox, PodName pod, Nics nics, Duration patience, Optional<Connection> connection, String uid) {

    /**
     * @param namespace file of the pod's network namespace
     * @param links names for the host ends of the pairs
     * @param mtu bytes
     * @param enforcingMode the word of the network configuration for the mode of a pod with a branch interface; empty where it
     *     says nothing, and the node's setting counts
     */
    public record Connection(Path namespace, LinkNames links, int mtu, Optional<String> enforcingMode) {

        /** In the node's mode. */
        public Connection(Path namespace, LinkNames links, int mtu) {
            this(namespace, links, mtu, Optional.empty());
        }
    }

    /** Of any pod of that name. */
    public AddRequest(Sandbox sandbox, PodName pod, Nics nics, Duration patience, Optional<Connection> connection) {
        this(sandbox, pod, nics, patience, connection, "");
    }

    /** The usual wish: one address. */
    public AddRequest(Sandbox sandbox, PodName pod, Duration patience, Optional<Connection> connection) {
        this(sandbox, pod, Nics.ONE, patience, connection);
    }

    /** The host link that the pod will have; empty when its caller connects it. */
    Optional<String> firstLink() {
        return connection.map(how -> how.links().first());
    }

    /** The same request when some of the caller's patience is used up. */
    AddRequest after(Duration waited) {
        Duration left = patience.minus(waited);
        return withPatience(left.isNegative() ? Duration.ZERO : left);
    }

    private AddRequest withPatience(Duration other) {
        return new AddRequest(sandbox, pod, nics, other, connection, uid);
    }
}
