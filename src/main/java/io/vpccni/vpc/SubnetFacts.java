package io.vpccni.vpc;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A subnet as EC2 describes it, and what its tags allow (ipamd of v1.23.1, "subnet discovery").
 *
 * @param freeAddresses AvailableIpAddressCount
 */
public record SubnetFacts(SubnetId id, Ipv4Cidr cidr, int freeAddresses, Map<String, String> tags) {

    /** {@code 0}: never for pods; any other value: for pods; absent: only when it is the node's own subnet. */
    public static final String ROLE_TAG = "kubernetes.io/role/cni";

    /** Followed by a cluster's name: the subnet is for that cluster, and for others only if they are named too. */
    public static final String CLUSTER_TAG = "cni.networking.k8s.aws/cluster/";

    public SubnetFacts {
        tags = Map.copyOf(tags);
    }

    /** The subnets in which interfaces may be created, the emptiest first. */
    public static List<SubnetFacts> usable(List<SubnetFacts> ofZone, SubnetId primary, String cluster) {
        return ofZone.stream()
                .filter(subnet -> subnet.isUsable(primary, cluster))
                .sorted(Comparator.comparing(SubnetFacts::freeAddresses)
                        .reversed()
                        .thenComparing(subnet -> subnet.id().value()))
                .toList();
    }

    private boolean isUsable(SubnetId primary, String cluster) {
        return !isExcluded(cluster) && (!role().isEmpty() || id.equals(primary));
    }

    /** Whether no pod may get an address here, not even on an interface that exists. */
    public boolean isExcluded(String cluster) {
        return role().equals("0") || (!role().isEmpty() && isForOthers(cluster));
    }

    private boolean isForOthers(String cluster) {
        Set<String> clusters = new TreeSet<>();
        for (String key : tags.keySet()) {
            if (key.startsWith(CLUSTER_TAG)) {
                clusters.add(key.substring(CLUSTER_TAG.length()));
            }
        }
        return !cluster.isEmpty() && !clusters.isEmpty() && !clusters.contains(cluster);
    }

    private String role() {
        return tags.getOrDefault(ROLE_TAG, "");
    }
}
