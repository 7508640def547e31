package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.kube.Latest;
import io.vpccni.vpc.MacAddress;
import java.util.Optional;

/**
 * Which interface is the node's trunk, by MAC address. EC2 knows best, and is rarely asked; the controller of ours says it in the
 * CNINode at once.
 */
final class TrunkSight {

    private final Latest<Optional<MacAddress>> trunk = new Latest<>(Optional.empty());
    private Optional<MacAddress> byController = Optional.empty();
    private Optional<MacAddress> byEc2 = Optional.empty();

    synchronized void controllerSays(Optional<MacAddress> mac) {
        byController = mac;
        decide();
    }

    synchronized void ec2Says(Optional<MacAddress> mac) {
        if (!mac.equals(byEc2)) {
            byEc2 = mac;
            decide();
        }
    }

    private void decide() {
        trunk.set(byEc2.or(() -> byController));
    }

    Optional<MacAddress> now() {
        return trunk.get();
    }

    /** As soon as there is one. */
    Uni<MacAddress> awaited() {
        return trunk.first(mac -> mac);
    }
}
