package io.vpccni.emulator.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** One run of a program: standard input in, exit code, output and error output out. */
record PluginProcess(int exitCode, String output, String errorOutput) {
    /** A kubelet gives a sandbox two to four minutes. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** @throws IOException when it cannot be started, or does not end in two minutes */
    static PluginProcess run(List<String> command, Map<String, String> environment, String input)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        var process = builder.start();
        // Both at once: a full pipe would stop the program.
        var output = reading(process.getInputStream());
        var errorOutput = reading(process.getErrorStream());
        try (var stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // A program may end without reading its input.
        }
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command.getLast() + " did not end in " + PATIENCE.toSeconds() + " s");
        }
        return new PluginProcess(process.exitValue(), get(output), get(errorOutput));
    }

    private static FutureTask<String> reading(InputStream stream) {
        var task = new FutureTask<>(() -> new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        Thread.ofVirtual().start(task);
        return task;
    }

    private static String get(FutureTask<String> task) throws IOException, InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
    }
}
