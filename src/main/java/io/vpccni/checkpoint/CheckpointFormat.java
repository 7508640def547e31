package io.vpccni.checkpoint;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Checkpoint ↔ JSON text, {@code vpc-cni-ipam/1}: one object on one line. Timestamps are nanoseconds since 1970. */
final class CheckpointFormat {

    static final String VERSION = "vpc-cni-ipam/1";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Room for what a usual entry takes. */
    private static final int BYTES_AN_ENTRY = 300;

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

    /** Straight to bytes: it is written at each ADD and DEL, and a tree of it first took as long again. */
    static byte[] write(Checkpoint checkpoint) {
        ByteArrayOutputStream bytes =
                new ByteArrayOutputStream(BYTES_AN_ENTRY * (checkpoint.entries().size() + 1));
        try (JsonGenerator json = JSON.getFactory().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("version", VERSION);
            json.writeArrayFieldStart("allocations");
            for (Checkpoint.Entry entry : checkpoint.entries()) {
                write(entry, json);
            }
            json.writeEndArray();
            if (!checkpoint.cooling().isEmpty()) {
                json.writeObjectFieldStart("vpccniCoolingUntil");
                for (Map.Entry<IpAddress, Instant> rest : new TreeMap<>(checkpoint.cooling()).entrySet()) {
                    json.writeNumberField(rest.getKey().toString(), nanos(rest.getValue()));
                }
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static void write(Checkpoint.Entry entry, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("networkName", entry.sandbox().network());
        json.writeStringField("containerID", entry.sandbox().containerId());
        json.writeStringField("ifName", entry.sandbox().ifName());
        json.writeStringField(field(entry.address().family()), entry.address().toString());
        json.writeNumberField("allocationTimestamp", nanos(entry.since()));
        json.writeObjectFieldStart("metadata");
        if (entry.pod().isKnown()) {
            json.writeStringField("k8sPodNamespace", entry.pod().namespace());
            json.writeStringField("k8sPodName", entry.pod().name());
        }
        json.writeNumberField("interfacesCount", entry.interfaces());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static String field(IpFamily family) {
        return switch (family) {
            case IPV4 -> "ipv4";
            case IPV6 -> "ipv6";
        };
    }

    /**
     * Reads the file of one network card.
     *
     * @param card the card, which the file's name tells and its content does not
     */
    static Parsed read(byte[] content, int card) throws MalformedCheckpoint {
        JsonNode root = tree(content);
        String version = root.path("version").asText("");
        if (!VERSION.equals(version)) {
            throw new MalformedCheckpoint("its version is \"" + version + "\", not \"" + VERSION + "\"");
        }
        List<String> complaints = new ArrayList<>();
        List<Checkpoint.Entry> entries = new ArrayList<>();
        Set<IpAddress> seen = new HashSet<>();
        for (JsonNode node : root.path("allocations")) {
            try {
                Checkpoint.Entry entry = entry(node, card);
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

    private static Checkpoint.Entry entry(JsonNode node, int card) {
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
                address(node),
                card,
                Math.max(1, metadata.path("interfacesCount").asInt(1)),
                instant(node.path("allocationTimestamp").asLong()));
    }

    private static IpAddress address(JsonNode node) {
        for (IpFamily family : IpFamily.values()) {
            String text = node.path(field(family)).asText("");
            if (!text.isEmpty()) {
                return IpAddress.parse(text);
            }
        }
        throw new IllegalArgumentException("no address in " + node);
    }

    private static Map<IpAddress, Instant> cooling(JsonNode node, List<String> complaints) {
        Map<IpAddress, Instant> cooling = new TreeMap<>();
        node.properties().forEach(field -> {
            try {
                cooling.put(
                        IpAddress.parse(field.getKey()),
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
