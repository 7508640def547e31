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
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Calls a chain of CNI plugins as libcni does: in order for ADD and CHECK, each with the result of the one before;
 * backwards for DEL, each with the result of the ADD. The first failure ends the chain.
 *
 * <p>After a failed {@link #add} the caller shall {@link #delete}, as containerd does.
 */
public final class CniRuntime {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final NetworkList network;
    private final List<Path> pluginFolders;
    private final ResultCache cache;
    private final List<String> launcher;

    private CniRuntime(NetworkList network, List<Path> pluginFolders, ResultCache cache, List<String> launcher) {
        this.network = network;
        this.pluginFolders = List.copyOf(pluginFolders);
        this.cache = cache;
        this.launcher = launcher;
    }

    /**
     * Runs plugins in this process's own namespaces.
     *
     * @param pluginFolders looked through in order
     * @param cacheFolder where results are kept between ADD and DEL
     */
    public static CniRuntime of(NetworkList network, List<Path> pluginFolders, Path cacheFolder) {
        return new CniRuntime(network, pluginFolders, new ResultCache(cacheFolder), List.of());
    }

    /**
     * As {@link #of}, with every plugin in that network namespace: {@code nsenter --net=FILE PLUGIN}. The file system is
     * that of this process.
     */
    public CniRuntime inNode(Path networkNamespace) {
        return new CniRuntime(network, pluginFolders, cache, List.of("nsenter", "--net=" + networkNamespace));
    }

    /** Wires the sandbox; the result is kept for {@link #check} and {@link #delete}. */
    public Outcome add(Sandbox sandbox) throws IOException, InterruptedException {
        ObjectNode result = null;
        for (ObjectNode plugin : network.plugins()) {
            switch (call("ADD", plugin, sandbox, result)) {
                case Outcome.Done(ObjectNode next) when next != null -> result = next;
                case Outcome.Done _ ->
                    throw new IllegalStateException("an ADD without a result must be a failure by now");
                case Outcome.Skipped skipped -> {
                    return skipped;
                }
                case Outcome.Failed failed -> {
                    return failed;
                }
            }
        }
        if (result != null) {
            cache.put(network, sandbox, result);
        }
        return new Outcome.Done(result);
    }

    /** Asks whether all is still as ADD left it. */
    public Outcome check(Sandbox sandbox) throws IOException, InterruptedException {
        if (network.disableCheck()) {
            return new Outcome.Skipped("the configuration says disableCheck: a runtime does not call CHECK");
        }
        Optional<ObjectNode> result = cache.get(network, sandbox);
        if (result.isEmpty()) {
            return new Outcome.Skipped("there is no result of an ADD to check against");
        }
        return callAll("CHECK", network.plugins(), sandbox, result.get());
    }

    /** Takes the sandbox's network away; may be repeated, and works without a kept result. */
    public Outcome delete(Sandbox sandbox) throws IOException, InterruptedException {
        ObjectNode result = cache.get(network, sandbox).orElse(null);
        Outcome outcome = callAll("DEL", network.plugins().reversed(), sandbox, result);
        if (outcome instanceof Outcome.Done) {
            cache.remove(network, sandbox);
        }
        return outcome;
    }

    private Outcome callAll(String command, List<ObjectNode> plugins, Sandbox sandbox, @Nullable ObjectNode result)
            throws IOException, InterruptedException {
        for (ObjectNode plugin : plugins) {
            Outcome outcome = call(command, plugin, sandbox, result);
            if (outcome instanceof Outcome.Failed) {
                return outcome;
            }
        }
        return new Outcome.Done(null);
    }

    private Outcome call(String command, ObjectNode plugin, Sandbox sandbox, @Nullable ObjectNode previousResult)
            throws IOException, InterruptedException {
        String type = plugin.path("type").asText();
        Optional<Path> program = find(type);
        if (program.isEmpty()) {
            return new Outcome.Failed(type, command, 0, "there is no such plugin in " + pluginPath(), "");
        }
        var line = new ArrayList<>(launcher);
        line.add(program.get().toString());
        String input = network.inputOf(plugin, sandbox, previousResult).toString();
        PluginProcess ended;
        try {
            ended = PluginProcess.run(line, environment(command, sandbox), input);
        } catch (IOException e) {
            return new Outcome.Failed(type, command, 0, String.valueOf(e.getMessage()), "");
        }
        if (ended.exitCode() != 0) {
            return failure(type, command, ended);
        }
        return command.equals("ADD") ? result(type, ended) : new Outcome.Done(null);
    }

    private Optional<Path> find(String type) {
        return pluginFolders.stream()
                .map(folder -> folder.resolve(type))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private String pluginPath() {
        return pluginFolders.stream().map(Path::toString).collect(Collectors.joining(":"));
    }

    private Map<String, String> environment(String command, Sandbox sandbox) {
        return Map.of(
                "CNI_COMMAND", command,
                "CNI_CONTAINERID", sandbox.containerId(),
                "CNI_NETNS", sandbox.networkNamespace().toString(),
                "CNI_IFNAME", sandbox.interfaceName(),
                "CNI_ARGS", sandbox.argumentText(),
                "CNI_PATH", pluginPath());
    }

    // A plugin may leave the version out: then it is that of the configuration.
    private Outcome result(String type, PluginProcess ended) {
        try {
            if (JSON.readTree(ended.output()) instanceof ObjectNode result) {
                if (!result.path("cniVersion").isTextual()) {
                    result.put("cniVersion", network.cniVersion());
                }
                return new Outcome.Done(result);
            }
        } catch (JsonProcessingException e) {
            // Said below, as for any other text.
        }
        return new Outcome.Failed(type, "ADD", 0, "its output is not a result: '" + ended.output() + "'", "");
    }

    private static Outcome failure(String type, String command, PluginProcess ended) {
        try {
            JsonNode error = JSON.readTree(ended.output());
            if (error.path("code").isInt()) {
                return new Outcome.Failed(
                        type,
                        command,
                        error.path("code").intValue(),
                        error.path("msg").asText(),
                        error.path("details").asText());
            }
        } catch (JsonProcessingException e) {
            // Shown as it is.
        }
        String shown = ended.output().isBlank() ? ended.errorOutput() : ended.output();
        return new Outcome.Failed(
                type, command, 0, "exit code " + ended.exitCode() + " and no error object", shown.strip());
    }
}
