package io.vpccni.controller;

import io.vpccni.branch.InstanceFacts.ConnectionTracking;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.branch.TrunkFacts;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** What is known of nodes beside their trunks, for whoever carries something out. From any thread. */
final class NodeBook {

    /**
     * A node with a trunk.
     *
     * @param groups what a pod gets that asks for a branch and that no policy selects
     * @param tags of the interfaces that are made for it
     * @param tracking of connections, as on the node's first interface
     */
    record Entry(
            String node,
            String instanceId,
            TrunkFacts trunk,
            SecurityGroups groups,
            Map<String, String> tags,
            Optional<ConnectionTracking> tracking) {

        Entry with(TrunkFacts other) {
            return new Entry(node, instanceId, other, groups, tags, tracking);
        }
    }

    private final Map<String, Entry> byNode = new ConcurrentHashMap<>();

    void put(Entry entry) {
        byNode.put(entry.node(), entry);
    }

    /** Forgets the node, unless its name belongs to another instance by now. */
    void remove(String node, String instanceId) {
        byNode.computeIfPresent(node, (_, entry) -> entry.instanceId().equals(instanceId) ? null : entry);
    }

    Optional<Entry> of(String node) {
        return Optional.ofNullable(byNode.get(node));
    }
}
