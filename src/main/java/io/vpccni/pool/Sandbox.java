package io.vpccni.pool;

/**
 * One attachment of a pod to a network: the key under which an address is assigned, the same for every repeated ADD.
 *
 * @param network name of the CNI network, {@code aws-cni} in the shipped configuration
 * @param containerId the runtime's id of the sandbox
 * @param ifName the interface inside the pod, usually {@code eth0}
 */
public record Sandbox(String network, String containerId, String ifName) {

    @Override
    public String toString() {
        return network + "/" + containerId + "/" + ifName;
    }
}
