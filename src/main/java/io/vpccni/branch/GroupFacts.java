package io.vpccni.branch;

import java.util.Set;

/**
 * A security group, as far as people forget things in it.
 *
 * @param ofCluster whether it carries the cluster's tag
 * @param asksNames whether a rule lets UDP to port 53 out
 * @param sources groups whose members a rule lets in
 * @param openToAddresses whether a rule lets a range of addresses in
 */
public record GroupFacts(
        String id, boolean ofCluster, boolean asksNames, Set<String> sources, boolean openToAddresses) {
    public GroupFacts {
        sources = Set.copyOf(sources);
    }
}
