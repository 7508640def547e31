package io.vpccni.vpc;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an instance type can carry, per DescribeInstanceTypes.
 *
 * @param enisPerCard interfaces by network card; card 0 is always there
 * @param addressesPerEni IPv4 addresses of one interface, its primary address included; as many IPv6 ones
 * @param prefixDelegation whether interfaces can carry prefixes: on Nitro and bare metal they can
 */
public record InstanceLimits(SortedMap<Integer, Integer> enisPerCard, int addressesPerEni, boolean prefixDelegation) {

    /** What EKS sets as max-pods on nodes with delegated prefixes and fewer than 30 vCPUs. */
    private static final int MAX_PODS_WITH_PREFIXES = 110;

    public InstanceLimits {
        enisPerCard = Collections.unmodifiableSortedMap(new TreeMap<>(enisPerCard));
        if (enisPerCard.getOrDefault(0, 0) < 1 || addressesPerEni < 1) {
            throw new IllegalArgumentException("an instance has at least one interface on card 0 and one address, not "
                    + enisPerCard + " and " + addressesPerEni);
        }
    }

    /** A type with one network card. */
    public InstanceLimits(int enis, int addressesPerEni, boolean prefixDelegation) {
        this(new TreeMap<>(Map.of(0, enis)), addressesPerEni, prefixDelegation);
    }

    /** Interfaces on card 0. */
    public int enis() {
        return enisPerCard.getOrDefault(0, 0);
    }

    /** Addresses of one interface that pods can have. */
    public int slotsPerEni() {
        return addressesPerEni - 1;
    }

    /** Pods that fit, as EKS computes it: one per slot, and two on the host network (aws-node and kube-proxy). */
    public int maxPods() {
        return enis() * slotsPerEni() + 2;
    }

    /** The same with a prefix in each slot, up to what EKS recommends. */
    public int maxPodsWithPrefixes() {
        return Math.min(enis() * slotsPerEni() * SlotKind.PREFIX.addresses() + 2, MAX_PODS_WITH_PREFIXES);
    }
}
