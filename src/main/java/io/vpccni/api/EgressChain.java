package io.vpccni.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * {@code egress-cni}, which stands behind {@code aws-cni} in the shipped chain and is switched off there for IPv4 clusters:
 * then it hands the result on as it came. Switched on it would give pods the other address family, which this daemon does not
 * do yet; it says so instead of leaving pods half connected.
 */
final class EgressChain {

    static final String PLUGIN = "egress-cni";

    private static final ObjectMapper JSON = new ObjectMapper();

    private EgressChain() {}

    /** What ADD prints: the previous result. */
    static ObjectNode add(byte[] config) {
        requireSwitchedOff(config);
        if (tree(config).path("prevResult") instanceof ObjectNode previous) {
            return previous;
        }
        throw new CniError(CniError.INVALID_CONFIG, "must be called as a chained plugin", "prevResult is missing");
    }

    static void requireSwitchedOff(byte[] config) {
        if (tree(config).path("enabled").asText("").equals("true")) {
            throw new CniError(
                    CniError.INVALID_CONFIG,
                    "egress-cni is switched on, but this daemon has no egress for the other address family yet",
                    "set ENABLE_V6_EGRESS=false, or \"enabled\": \"false\" in the conflist");
        }
    }

    private static JsonNode tree(byte[] config) {
        try {
            return JSON.readTree(config);
        } catch (IOException e) {
            throw new CniError(CniError.DECODING_FAILURE, "stdin is not JSON", String.valueOf(e.getMessage()));
        }
    }
}
