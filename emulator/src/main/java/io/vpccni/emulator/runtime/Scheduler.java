package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds a node for a pod by the branch interfaces that nodes offer; nothing else is counted. */
final class Scheduler {
    static final String BRANCHES = "vpc.amazonaws.com/pod-eni";

    private Scheduler() {}

    /** Where a pod goes. */
    sealed interface Placement {
        record On(String node) implements Placement {}

        /** {@code why} is in the words of the real scheduler. */
        record Pending(String why) implements Placement {}
    }

    /**
     * The node with the most branches left, the first by name among equals.
     *
     * @param nodes and {@code pods}: all Nodes and Pods of the cluster
     * @param only the one node that is wanted
     */
    static Placement place(JsonNode pod, List<JsonNode> nodes, List<JsonNode> pods, Optional<String> only) {
        long wanted = branches(pod);
        String best = "";
        long most = -1;
        Map<String, Integer> reasons = new LinkedHashMap<>();
        for (JsonNode node : nodes) {
            String name = name(node);
            long left = left(node, pods);
            if (only.isPresent() && !only.get().equals(name)) {
                reasons.merge("node(s) didn't match Pod's node affinity/selector", 1, Integer::sum);
            } else if (wanted > 0 && left < wanted) {
                reasons.merge("Insufficient " + BRANCHES, 1, Integer::sum);
            } else if (left > most) {
                best = name;
                most = left;
            }
        }
        return best.isEmpty()
                ? new Placement.Pending("0/" + nodes.size() + " nodes are available: "
                        + reasons.entrySet().stream()
                                .map(reason -> reason.getValue() + " " + reason.getKey())
                                .collect(Collectors.joining(", "))
                        + ".")
                : new Placement.On(best);
    }

    private static long left(JsonNode node, List<JsonNode> pods) {
        long used = pods.stream()
                .filter(pod -> pod.at("/spec/nodeName").asText().equals(name(node)))
                .filter(pod -> !List.of("Succeeded", "Failed")
                        .contains(pod.at("/status/phase").asText()))
                .mapToLong(Scheduler::branches)
                .sum();
        return node.path("status").path("allocatable").path(BRANCHES).asLong() - used;
    }

    /** How many branch interfaces the pod asks for. */
    static long branches(JsonNode pod) {
        List<JsonNode> containers = new ArrayList<>();
        pod.path("spec").path("containers").forEach(containers::add);
        return containers.stream()
                .mapToLong(container -> container
                        .path("resources")
                        .path("requests")
                        .path(BRANCHES)
                        .asLong())
                .sum();
    }

    private static String name(JsonNode object) {
        return object.path("metadata").path("name").asText();
    }
}
