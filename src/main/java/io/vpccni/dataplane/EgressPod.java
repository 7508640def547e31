package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import java.nio.file.Path;

/**
 * A pod that is to reach targets of the address family that its cluster does not have.
 *
 * @param network the name of the CNI network
 * @param container the runtime's id of the sandbox
 * @param ifName the pod's own interface, which has the cluster's family
 * @param namespace file of the pod's network namespace
 * @param node the node's address in the other family, which targets see
 * @param randomPorts as {@link EgressSnat} takes it
 * @param mtu bytes
 */
public record EgressPod(
        String network, String container, String ifName, Path namespace, IpAddress node, String randomPorts, int mtu) {

    /** The same for programs of that version. */
    public EgressPod writtenBy(IptablesVersion version) {
        return new EgressPod(network, container, ifName, namespace, node, version.randomPorts(randomPorts), mtu);
    }

    public SnatChain chain() {
        return new SnatChain(node.family(), network, container);
    }
}
