package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Puts the plugin and its configuration on a node, as the init container does. What is there already stays. */
public final class NodePlugins {
    static final String PLUGIN = "aws-cni";

    private static final String INSTALLER = "io.vpccni.client.install.Install";
    private static final ObjectMapper JSON = new ObjectMapper();

    private NodePlugins() {}

    /**
     * Where it is not installed, runs the installer.
     *
     * @param clientClasses class path of the installer
     */
    public static void install(WorldFile.Node node, String clientClasses) throws IOException, InterruptedException {
        if (!Files.isExecutable(node.plugins().resolve(PLUGIN))) {
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            var command = List.of(
                    java,
                    "-cp",
                    clientClasses,
                    INSTALLER,
                    "--root",
                    node.folder().toString(),
                    "--socket",
                    node.socket().toString());
            var ended = PluginProcess.run(command, Map.of(), "");
            if (ended.exitCode() != 0) {
                throw new IOException("cannot install " + PLUGIN + " on " + node.name() + " from " + clientClasses
                        + ": " + ended.errorOutput().strip());
            }
        }
        if (!Files.exists(node.configuration())) {
            Files.createDirectories(node.configuration().getParent());
            Files.writeString(node.configuration(), configuration(node));
        }
    }

    // The values of the template that is shipped, of our plugin alone: for a node whose daemon publishes no list.
    private static String configuration(WorldFile.Node node) {
        var list = JSON.createObjectNode()
                .put("cniVersion", "0.4.0")
                .put("name", "aws-cni")
                .put("disableCheck", true);
        list.putArray("plugins")
                .addObject()
                .put("name", "aws-cni")
                .put("type", PLUGIN)
                .put("vethPrefix", "eni")
                .put("mtu", "9001")
                .put("podSGEnforcingMode", "strict")
                .put("pluginLogFile", node.folder().resolve("plugin.log").toString())
                .put("pluginLogLevel", "DEBUG")
                .putObject("capabilities")
                .put("io.kubernetes.cri.pod-annotations", true);
        return list.toPrettyString() + "\n";
    }
}
