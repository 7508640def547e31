package io.vpccni.branch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What pods with a set of security groups will miss, in sentences for people. Hints only: rules are not weighed in full. */
public final class GroupAdvice {

    private GroupAdvice() {}

    /**
     * @param found those of the groups that exist
     * @param ofNode security groups of the pods' node, from which kubelet probes
     */
    public static List<String> of(SecurityGroups groups, Collection<GroupFacts> found, SecurityGroups ofNode) {
        List<String> advice = new ArrayList<>();
        Set<String> known = found.stream().map(GroupFacts::id).collect(Collectors.toSet());
        List<String> unknown =
                groups.ids().stream().filter(id -> !known.contains(id)).toList();
        if (!unknown.isEmpty()) {
            advice.add("EC2 does not know " + String.join(", ", unknown));
            return advice;
        }
        if (found.stream().noneMatch(GroupFacts::asksNames)) {
            advice.add("no rule lets DNS out (UDP, port 53), so pods resolve no names");
        }
        if (found.stream()
                .noneMatch(group ->
                        group.openToAddresses() || ofNode.ids().stream().anyMatch(group.sources()::contains))) {
            advice.add("no rule lets the node in (" + ofNode + "), so kubelet's probes fail");
        }
        long ofCluster = found.stream().filter(GroupFacts::ofCluster).count();
        if (groups.ids().size() > 1 && ofCluster != 1) {
            advice.add(ofCluster
                    + " of the groups carry the cluster's tag kubernetes.io/cluster/<name>, and the load balancer"
                    + " controller wants exactly one");
        }
        return advice;
    }
}
