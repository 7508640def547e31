package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import java.nio.file.Path;

/**
 * A pod's place on the network.
 *
 * @param namespace file of the pod's network namespace
 * @param index 0 for the pod's first interface, which has the default route; others have a table of their own in the pod
 * @param ifName the interface inside the pod
 * @param hostLink the host end of the pair
 * @param routeTable table that traffic from the pod uses; 254 is main
 * @param mtu bytes
 */
public record PodAttachment(
        Path namespace, int index, String ifName, String hostLink, IpAddress address, int routeTable, int mtu) {

    /** The pod's only interface. */
    public PodAttachment(Path namespace, String ifName, String hostLink, IpAddress address, int routeTable, int mtu) {
        this(namespace, 0, ifName, hostLink, address, routeTable, mtu);
    }
}
