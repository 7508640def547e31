package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network configuration list ({@code *.conflist}): the chain of plugins.
 *
 * @param text as read, for the cache
 */
public record NetworkList(String name, String cniVersion, boolean disableCheck, List<ObjectNode> plugins, String text) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public NetworkList {
        plugins = List.copyOf(plugins);
    }

    /** @throws IOException when it cannot be read or is no list; the message names the file */
    public static NetworkList read(Path path) throws IOException {
        try {
            return parse(Files.readString(path));
        } catch (IllegalArgumentException e) {
            throw new IOException(path + ": " + e.getMessage(), e);
        }
    }

    /** @throws IllegalArgumentException says what is missing */
    public static NetworkList parse(String text) {
        JsonNode root;
        try {
            root = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
        var plugins = new ArrayList<ObjectNode>();
        for (JsonNode plugin : root.path("plugins")) {
            if (!(plugin instanceof ObjectNode object) || !object.path("type").isTextual()) {
                throw new IllegalArgumentException("a plugin without a type");
            }
            plugins.add(object);
        }
        if (plugins.isEmpty() || !root.path("name").isTextual()) {
            throw new IllegalArgumentException("a list needs a name and plugins");
        }
        return new NetworkList(
                root.path("name").textValue(),
                root.path("cniVersion").asText("0.1.0"),
                root.path("disableCheck").asBoolean(false),
                plugins,
                text);
    }

    /** What one plugin gets on its standard input: its part of the list, and what only the runtime knows. */
    ObjectNode inputOf(ObjectNode plugin, Sandbox sandbox, @Nullable JsonNode previousResult) {
        ObjectNode input = plugin.deepCopy();
        input.put("name", name).put("cniVersion", cniVersion);
        if (previousResult != null) {
            input.set("prevResult", previousResult);
        }
        ObjectNode runtimeConfig = JSON.createObjectNode();
        sandbox.capabilities().forEach((capability, value) -> {
            if (plugin.path("capabilities").path(capability).asBoolean(false)) {
                runtimeConfig.set(capability, value);
            }
        });
        if (!runtimeConfig.isEmpty()) {
            input.set("runtimeConfig", runtimeConfig);
        }
        return input;
    }
}
