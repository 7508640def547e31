package io.vpccni.dataplane;

import io.vpccni.vpc.Ipv4Address;
import java.nio.file.Path;

/**
 * A pod's place on the network.
 *
 * @param namespace file of the pod's network namespace
 * @param ifName the interface inside the pod
 * @param hostLink the host end of the pair
 * @param routeTable table that traffic from the pod uses; 254 is main
 * @param mtu bytes
 */
public record PodAttachment(
        Path namespace, String ifName, String hostLink, Ipv4Address address, int routeTable, int mtu) {}
