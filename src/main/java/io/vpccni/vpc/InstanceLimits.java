package io.vpccni.vpc;

/**
 * What an instance type can carry, per DescribeInstanceTypes.
 *
 * @param enis interfaces on the default network card
 * @param addressesPerEni IPv4 addresses of one interface, its primary address included
 * @param prefixDelegation whether interfaces can carry prefixes: on Nitro and bare metal they can
 */
public record InstanceLimits(int enis, int addressesPerEni, boolean prefixDelegation) {

    /** What EKS sets as max-pods on nodes with delegated prefixes and fewer than 30 vCPUs. */
    private static final int MAX_PODS_WITH_PREFIXES = 110;

    public InstanceLimits {
        if (enis < 1 || addressesPerEni < 1) {
            throw new IllegalArgumentException(
                    "an instance has at least one interface and one address, not " + enis + " and " + addressesPerEni);
        }
    }

    /** Addresses of one interface that pods can have. */
    public int slotsPerEni() {
        return addressesPerEni - 1;
    }

    /** Pods that fit, as EKS computes it: one per slot, and two on the host network (aws-node and kube-proxy). */
    public int maxPods() {
        return enis * slotsPerEni() + 2;
    }

    /** The same with a prefix in each slot, up to what EKS recommends. */
    public int maxPodsWithPrefixes() {
        return Math.min(enis * slotsPerEni() * SlotKind.PREFIX.addresses() + 2, MAX_PODS_WITH_PREFIXES);
    }
}
