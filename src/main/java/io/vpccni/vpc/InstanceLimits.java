package io.vpccni.vpc;

/**
 * What an instance type can carry, per DescribeInstanceTypes.
 *
 * @param enis interfaces on the default network card
 * @param addressesPerEni IPv4 addresses of one interface, its primary address included
 */
public record InstanceLimits(int enis, int addressesPerEni) {

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
}
