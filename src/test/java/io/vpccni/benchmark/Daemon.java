package io.vpccni.benchmark;

import static java.util.Objects.requireNonNull;

import io.vpccni.image.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The packaged application as a process of its own, with the flags that it ships with. */
final class Daemon implements AutoCloseable {

    /** To look closer, as with {@code -XX:StartFlightRecording}. */
    private static final List<String> EXTRA_FLAGS = Stream.of(
                    System.getProperty("benchmark.flags", "").split(" "))
            .filter(flag -> !flag.isEmpty())
            .toList();

    private static final double KIB_PER_MIB = 1024;

    private final Process process;
    private final Path folder;
    private final long startedNanos;

    private Daemon(Process process, Path folder, long startedNanos) {
        this.process = process;
        this.folder = folder;
        this.startedNanos = startedNanos;
    }

    /** Returns when the process is there, not when it serves. {@code flags} come after the usual ones. */
    static Daemon start(Path jar, World world, Path folder, Map<String, String> settings, List<String> flags)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(Setting.java().toString()));
        command.addAll(Launch.flags());
        command.addAll(flags);
        command.addAll(EXTRA_FLAGS);
        command.addAll(List.of("-jar", jar.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        String path = System.getenv().getOrDefault("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().clear();
        builder.environment().put("PATH", path);
        builder.environment().put("QUARKUS_HTTP_PORT", "0");
        builder.environment().put("QUARKUS_MANAGEMENT_PORT", "0");
        builder.environment().put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        builder.environment().putAll(world.variables(folder));
        builder.environment().putAll(settings);
        builder.redirectErrorStream(true).redirectOutput(log(folder).toFile());
        long start = System.nanoTime();
        return new Daemon(builder.start(), folder, start);
    }

    private static Path log(Path folder) {
        return folder.resolve("daemon.log");
    }

    /** What it has said so far. */
    String log() throws IOException {
        return Files.readString(log(folder));
    }

    /** Since the process was started. */
    double ageMillis() {
        return (System.nanoTime() - startedNanos) / 1e6;
    }

    /** A caller, as soon as there is a socket. */
    Caller awaitSocket() throws IOException, InterruptedException {
        Path socket = folder.resolve("ipamd.sock");
        while (!Files.exists(socket)) {
            if (!process.isAlive() || ageMillis() > 60_000) {
                throw new IllegalStateException("the daemon does not listen:\n" + log());
            }
            Thread.sleep(1);
        }
        return new Caller(socket);
    }

    /** Files and sockets that it has open. */
    int descriptors() {
        return requireNonNull(Path.of("/proc/" + process.pid() + "/fd").toFile().list()).length;
    }

    /** MiB that are the process's own, and no file's. */
    double anonymousMib() throws IOException {
        return status("RssAnon") / KIB_PER_MIB;
    }

    /** MiB of memory in use, those that show files included. */
    double residentMib() throws IOException {
        return status("VmRSS") / KIB_PER_MIB;
    }

    private double status(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    /** CPU time since the start, in milliseconds, as exact as the kernel's ticks of 10 ms. */
    double cpuMillis() {
        return process.info().totalCpuDuration().orElseThrow().toNanos() / 1e6;
    }

    /** SIGTERM, as kubelet stops it; waits for the end, which writes a cache if one was asked for. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
