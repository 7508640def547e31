package io.vpccni.pool;

/**
 * One attachment of a pod to a network: the key under which an address is assigned, the same for every repeated ADD.
 *
 * @param network name of the CNI network, {@code aws-cni} in the shipped configuration
 * @param containerId the runtime's id of the sandbox
 * @param ifName the interface inside the pod, usually {@code eth0}
 */
public record Sandbox(String network, String containerId, String ifName) {

    /**
     * The key under which the reference keeps the address of a container that it took over from the runtime, in the time before
     * it had a state file: it knew neither network nor interface.
     */
    Sandbox takenOverFromRuntime() {
        return new Sandbox("_migrated-from-cri", containerId, "unknown");
    }

    @Override
    public String toString() {
        return network + "/" + containerId + "/" + ifName;
    }
}
