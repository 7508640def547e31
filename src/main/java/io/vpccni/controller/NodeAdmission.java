package io.vpccni.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.controller.PodAdmission.Verdict;
import java.util.List;

/** What daemons may change of Nodes: they run on every node, and a Node's labels decide where pods go. */
final class NodeAdmission {

    static final String DAEMON = "system:serviceaccount:kube-system:aws-node";

    private static final List<String> THEIR_LABELS = List.of(SgpNode.TRUNK_LABEL, "vpc.amazonaws.com/eniConfig");

    private NodeAdmission() {}

    static Verdict validate(JsonNode before, JsonNode node, String user) {
        if (!user.equals(DAEMON) || reduced(before).equals(reduced(node))) {
            return Verdict.PASS;
        }
        return Verdict.deny(DAEMON + " may change nothing of a Node but the labels " + THEIR_LABELS);
    }

    /** Without what a daemon may change, and without what the API server changes itself. */
    private static JsonNode reduced(JsonNode node) {
        JsonNode copy = node.deepCopy();
        if (copy.path("metadata") instanceof ObjectNode metadata) {
            metadata.remove(List.of("managedFields", "selfLink", "resourceVersion", "generation"));
            if (metadata.path("labels") instanceof ObjectNode labels) {
                labels.remove(THEIR_LABELS);
                if (labels.isEmpty()) {
                    metadata.remove("labels");
                }
            }
        }
        return copy;
    }
}
