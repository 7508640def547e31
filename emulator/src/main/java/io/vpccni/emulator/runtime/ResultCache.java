package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/**
 * The results of ADD, for DEL and CHECK: in {@code results/NETWORK-CONTAINER-LINK} of a folder, in the format that
 * libcni keeps in {@code /var/lib/cni}.
 */
record ResultCache(Path folder) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What an ADD was called with; the namespace is not known any more. */
    record Kept(NetworkList network, Sandbox sandbox) {}

    void put(NetworkList network, Sandbox sandbox, ObjectNode result) throws IOException {
        var entry = JSON.createObjectNode()
                .put("kind", "cniCacheV1")
                .put("containerId", sandbox.containerId())
                .put("config", Base64.getEncoder().encodeToString(network.text().getBytes(StandardCharsets.UTF_8)))
                .put("ifName", sandbox.interfaceName())
                .put("networkName", network.name());
        var arguments = entry.putArray("cniArgs");
        sandbox.arguments()
                .forEach((name, value) -> arguments.addArray().add(name).add(value));
        sandbox.capabilities().forEach(entry.withObject("/capabilityArgs")::set);
        entry.set("result", result);
        Files.createDirectories(folder.resolve("results"));
        Files.writeString(file(network, sandbox), entry.toString());
    }

    Optional<ObjectNode> get(NetworkList network, Sandbox sandbox) throws IOException {
        try {
            var entry = JSON.readTree(Files.readString(file(network, sandbox)));
            return entry.path("result") instanceof ObjectNode result ? Optional.of(result) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * Everything that was added and not deleted.
     *
     * @throws IOException when one cannot be read; the message names the file
     */
    List<Kept> all() throws IOException {
        Path results = folder.resolve("results");
        if (!Files.isDirectory(results)) {
            return List.of();
        }
        var all = new ArrayList<Kept>();
        try (var files = Files.newDirectoryStream(results)) {
            for (Path file : files) {
                all.add(kept(file));
            }
        }
        return all;
    }

    private static Kept kept(Path file) throws IOException {
        var entry = JSON.readTree(Files.readString(file));
        var arguments = new LinkedHashMap<String, String>();
        entry.path("cniArgs")
                .forEach(pair ->
                        arguments.put(pair.path(0).asText(), pair.path(1).asText()));
        var capabilities = new LinkedHashMap<String, JsonNode>();
        entry.path("capabilityArgs").properties().forEach(each -> capabilities.put(each.getKey(), each.getValue()));
        try {
            String text =
                    new String(Base64.getDecoder().decode(entry.path("config").asText()), StandardCharsets.UTF_8);
            return new Kept(
                    NetworkList.parse(text),
                    new Sandbox(
                            entry.path("containerId").asText(),
                            Path.of(""),
                            entry.path("ifName").asText(),
                            arguments,
                            capabilities));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    void remove(NetworkList network, Sandbox sandbox) throws IOException {
        Files.deleteIfExists(file(network, sandbox));
    }

    private Path file(NetworkList network, Sandbox sandbox) {
        return folder.resolve("results")
                .resolve(network.name() + "-" + sandbox.containerId() + "-" + sandbox.interfaceName());
    }
}
