package io.vpccni.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.Ipv4Address;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Checkpoint ↔ JSON text, {@code vpc-cni-ipam/1}: one object on one line. Timestamps are nanoseconds since 1970. */
final class CheckpointFormat {

    static final String VERSION = "vpc-cni-ipam/1";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private CheckpointFormat() {}

    /** The file's content cannot be trusted as a whole. */
    static final class MalformedCheckpoint extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedCheckpoint(String message, Throwable cause) {
            super(message, cause);
        }

        MalformedCheckpoint(String message) {
            super(message);
        }
    }

    /** What was read, and what had to be left out because it contradicts itself. */
    record Parsed(Checkpoint checkpoint, List<String> complaints) {}

    static byte[] write(Checkpoint checkpoint) {
        ObjectNode root = NODES.objectNode().put("version", VERSION);
        ArrayNode allocations = root.putArray("allocations");
        for (Checkpoint.Entry entry : checkpoint.entries()) {
            ObjectNode node = allocations
                    .addObject()
                    .put("networkName", entry.sandbox().network())
                    .put("containerID", entry.sandbox().containerId())
                    .put("ifName", entry.sandbox().ifName())
                    .put("ipv4", entry.address().toString())
                    .put("allocationTimestamp", nanos(entry.since()));
            ObjectNode metadata = node.putObject("metadata");
            if (entry.pod().isKnown()) {
                metadata.put("k8sPodNamespace", entry.pod().namespace())
                        .put("k8sPodName", entry.pod().name());
            }
            metadata.put("interfacesCount", 1);
        }
        if (!checkpoint.cooling().isEmpty()) {
            ObjectNode cooling = root.putObject("vpccniCoolingUntil");
            new TreeMap<>(checkpoint.cooling())
                    .forEach((address, until) -> cooling.put(address.toString(), nanos(until)));
        }
        try {
            byte[] line = JSON.writeValueAsBytes(root);
            byte[] file = Arrays.copyOf(line, line.length + 1);
            file[line.length] = '\n';
            return file;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers is always JSON", e);
        }
    }

    static Parsed read(byte[] content) throws MalformedCheckpoint {
        JsonNode root = tree(content);
        String version = root.path("version").asText("");
        if (!VERSION.equals(version)) {
            throw new MalformedCheckpoint("its version is \"" + version + "\", not \"" + VERSION + "\"");
        }
        List<String> complaints = new ArrayList<>();
        List<Checkpoint.Entry> entries = new ArrayList<>();
        Set<Ipv4Address> seen = new HashSet<>();
        for (JsonNode node : root.path("allocations")) {
            try {
                Checkpoint.Entry entry = entry(node);
                if (seen.add(entry.address())) {
                    entries.add(entry);
                } else {
                    complaints.add(entry.address() + " is listed twice; leaving out the one of " + entry.sandbox());
                }
            } catch (IllegalArgumentException e) {
                complaints.add("an entry cannot be read, leaving it out: " + e.getMessage());
            }
        }
        return new Parsed(new Checkpoint(entries, cooling(root.path("vpccniCoolingUntil"), complaints)), complaints);
    }

    private static JsonNode tree(byte[] content) throws MalformedCheckpoint {
        try {
            JsonNode root = JSON.readTree(content);
            if (root == null || !root.isObject()) {
                throw new MalformedCheckpoint("it is " + (content.length == 0 ? "empty" : "not a JSON object"));
            }
            return root;
        } catch (IOException e) {
            throw new MalformedCheckpoint("it is not JSON: " + e.getMessage(), e);
        }
    }

    private static Checkpoint.Entry entry(JsonNode node) {
        Sandbox sandbox = new Sandbox(
                node.path("networkName").asText(""),
                node.path("containerID").asText(""),
                node.path("ifName").asText(""));
        if (sandbox.containerId().isEmpty()) {
            throw new IllegalArgumentException("no containerID in " + node);
        }
        JsonNode metadata = node.path("metadata");
        return new Checkpoint.Entry(
                sandbox,
                new PodName(
                        metadata.path("k8sPodNamespace").asText(""),
                        metadata.path("k8sPodName").asText("")),
                Ipv4Address.parse(node.path("ipv4").asText("")),
                instant(node.path("allocationTimestamp").asLong()));
    }

    private static Map<Ipv4Address, Instant> cooling(JsonNode node, List<String> complaints) {
        Map<Ipv4Address, Instant> cooling = new TreeMap<>();
        node.properties().forEach(field -> {
            try {
                cooling.put(
                        Ipv4Address.parse(field.getKey()),
                        instant(field.getValue().asLong()));
            } catch (IllegalArgumentException e) {
                complaints.add("a cool-down cannot be read, leaving it out: " + e.getMessage());
            }
        });
        return cooling;
    }

    private static long nanos(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
    }
}
