package io.vpccni.client.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The classes of a whole call, parsed and linked ahead of time (JEP 483, 514).
 *
 * <p>The JVM accepts a cache only together with the runtime that wrote it (its version and the size of lib/modules) and the same
 * jar under the same name (its size), and with the same kind of garbage collector. The folder that holds all three may have
 * been moved or copied. If something does not match, the programs still run, only slower.
 */
final class AotCache {

    /** A plugin call as a container runtime makes it. */
    private static final Map<String, String> ENVIRONMENT = Map.of(
            "CNI_COMMAND", "ADD",
            "CNI_CONTAINERID", "training",
            "CNI_NETNS", "/var/run/netns/training",
            "CNI_IFNAME", "eth0",
            "CNI_ARGS", "K8S_POD_NAMESPACE=training;K8S_POD_NAME=training",
            "CNI_PATH", "/opt/cni/bin");

    private AotCache() {}

    /** Runs the programs in the runtime at {@code home}, with a server that answers, and writes what the JVM learned. */
    static void train(Path home, Path cache) throws IOException, InterruptedException, InstallException {
        // Not below home: the path of a socket has at most 107 bytes.
        Path folder = Files.createTempDirectory("vpc-cni");
        Path socket = folder.resolve("s");
        try (TrainingServer _ = TrainingServer.start(socket)) {
            List<String> command = new ArrayList<>();
            command.add(home + "/bin/java");
            command.add("-XX:AOTCacheOutput=" + cache);
            command.addAll(Launcher.TRAINING_FLAGS);
            command.addAll(List.of("-Dvpccni.socket=" + socket, "-cp", home + "/client.jar"));
            command.addAll(List.of(Training.class.getName(), "-addr=unix://" + socket));
            String output = Tool.run(command, ENVIRONMENT);
            if (!output.startsWith("{}{}") || !output.contains("status: SERVING")) {
                throw new InstallException("the programs failed in training: " + output.strip());
            }
        } finally {
            Files.deleteIfExists(folder);
        }
        if (!Files.exists(cache)) {
            throw new InstallException("the JVM wrote no AOT cache");
        }
    }
}
