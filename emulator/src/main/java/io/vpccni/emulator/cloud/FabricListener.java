package io.vpccni.emulator.cloud;

import java.nio.file.Path;
import java.util.Optional;

/** A network that follows the model. Told of each change in order, on one thread, outside of all locks of the emulator. */
@FunctionalInterface
public interface FabricListener {
    /** May block. */
    void changed(WireChange change);

    /** The file of the network namespace that plays a node; empty where nothing does. */
    default Optional<Path> namespaceOf(String node) {
        return Optional.empty();
    }

    /** A host outside the VPC that nodes can reach; empty where there is none. */
    default Optional<String> outsideAddress() {
        return Optional.empty();
    }

    /** The IPv6 address of that host; empty where there is none. */
    default Optional<String> outsideIpv6Address() {
        return Optional.empty();
    }
}
