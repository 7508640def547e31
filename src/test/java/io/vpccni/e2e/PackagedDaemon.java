package io.vpccni.e2e;

import io.vpccni.image.Launch;
import io.vpccni.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The application as it is packaged, in a process of its own: what runs as PID 1 of the container. */
final class PackagedDaemon implements AutoCloseable {

    private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");

    private final Process process;

    /** Starts it and waits until {@code socket} is there; its log goes to {@code log}. */
    PackagedDaemon(Map<String, String> variables, Path socket, Path log) throws Exception {
        Map<String, String> all = new HashMap<>(variables);
        all.put("QUARKUS_HTTP_PORT", "0");
        all.put("QUARKUS_MANAGEMENT_PORT", "0");
        all.put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        all.put("AWS_VPC_K8S_CNI_LOG_FILE", "stdout");
        List<String> words = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        words.addAll(Launch.flags());
        words.addAll(List.of("-jar", JAR.toString()));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(all);
        this.process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            Eventually.get(
                    "the socket of " + log, () -> Files.exists(socket) || !process.isAlive(), Boolean.TRUE::equals);
            if (!process.isAlive()) {
                throw new IOException("the daemon does not start:\n" + Files.readString(log));
            }
        } catch (Exception | AssertionError e) {
            close();
            throw e;
        }
    }

    /** {@code kill -TERM}, as kubelet ends a container. */
    void terminate() {
        process.destroy();
    }

    /** The exit code; fails when the process does not end within that time. */
    int awaitEnd(long seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new AssertionError("the daemon does not end within " + seconds + " s");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
