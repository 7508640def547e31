package io.vpccni.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** {@code dev/containerd} on the nodes of a world. */
record ContainerdScript(TestWorld world) {

    /** What it printed, to both outputs. */
    record Ended(int code, String output) {}

    /** Skips tests where programs are not installed. */
    static void requirePrograms() {
        for (String program : List.of("containerd", "containerd-shim-runc-v2", "ctr", "runc", "busybox", "nsenter")) {
            assumeTrue(
                    Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                            .anyMatch(directory -> Files.isExecutable(Path.of(directory, program))),
                    () -> "needs " + program + ": apt-get install containerd runc busybox-static");
        }
    }

    Ended run(String node, String... words) throws Exception {
        return ended(start(node, words));
    }

    static Ended ended(Process process) throws Exception {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    Process start(String node, String... words) throws IOException {
        List<String> line = new ArrayList<>(List.of("--node", node));
        line.addAll(List.of(words));
        return command(node, line).start();
    }

    /** {@code ctr} with these words, where the node's containerd is. */
    ProcessBuilder ctr(String node, List<String> words) throws IOException {
        Path supervisor = world.node(node).folder().resolve("containerd/supervisor");
        List<String> line = new ArrayList<>(
                List.of("nsenter", "--target", Files.readString(supervisor).strip(), "--mount", "--net", "--", "ctr"));
        line.addAll(words);
        return new ProcessBuilder(line).redirectErrorStream(true);
    }

    /** The script with these words and nothing before them. */
    ProcessBuilder command(String node, List<String> words) {
        List<String> line = new ArrayList<>(
                List.of(Path.of("dev", "containerd").toAbsolutePath().toString()));
        line.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("VPCCNI_WORLD", world.worldFile().toString());
        builder.environment()
                .put(
                        "VPCCNI_NODE_NAMESPACE",
                        Objects.requireNonNull(world.node(node).networkNamespace())
                                .toString());
        return builder;
    }
}
