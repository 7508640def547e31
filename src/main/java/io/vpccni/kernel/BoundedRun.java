package io.vpccni.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One run of another program, which is killed when it takes too long or says too much.
 *
 * @param code how it ended
 * @param output what it printed
 * @param complaint what it printed to standard error
 */
record BoundedRun(int code, String output, String complaint) {

    /** A full nat table of a node with many services has some megabytes. */
    private static final int MOST_BYTES = 32 << 20;

    /** The program is not there, or must not be run. */
    static final class NotStarted extends IOException {
        private static final long serialVersionUID = 1;

        NotStarted(String program, IOException cause) {
            super(program + " cannot be run: " + cause.getMessage(), cause);
        }
    }

    /** All that it printed, for people. */
    String said() {
        return (complaint + output).strip();
    }

    /**
     * Runs it to its end.
     *
     * @param environment its whole environment; empty to hand on our own
     * @throws NotStarted when it cannot be started
     * @throws IOException when it had to be killed
     */
    static BoundedRun of(List<String> command, Map<String, String> environment, byte[] input, Duration limit)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        if (!environment.isEmpty()) {
            builder.environment().clear();
            builder.environment().putAll(environment);
        }
        Process process = start(builder);
        CompletableFuture<byte[]> complaint = new CompletableFuture<>();
        Thread.ofPlatform().name("vpccni-complaints").daemon().start(() -> read(process.getErrorStream(), complaint));
        AtomicBoolean late = new AtomicBoolean();
        Thread watch =
                Thread.ofPlatform().name("vpccni-run-limit").daemon().start(() -> killLate(process, limit, late));
        try {
            write(process, input);
            byte[] output = process.getInputStream().readNBytes(MOST_BYTES);
            if (output.length == MOST_BYTES) {
                throw new IOException(command.getFirst() + " printed more than " + MOST_BYTES + " bytes");
            }
            int code = process.waitFor();
            if (late.get()) {
                throw new IOException(command.getFirst() + " did not end within " + limit);
            }
            return new BoundedRun(code, text(output), text(complaint.join()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command.getFirst() + " ran", e);
        } finally {
            watch.interrupt();
            kill(process);
        }
    }

    private static Process start(ProcessBuilder builder) throws NotStarted {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new NotStarted(builder.command().getFirst(), e);
        }
    }

    private static void write(Process process, byte[] input) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input);
        } catch (IOException e) {
            // It ended without reading all; its exit code says why.
        }
    }

    private static void read(InputStream stream, CompletableFuture<byte[]> into) {
        try (stream) {
            into.complete(stream.readNBytes(MOST_BYTES));
        } catch (IOException e) {
            into.complete(new byte[0]);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void killLate(Process process, Duration limit, AtomicBoolean late) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                late.set(true);
                kill(process);
            }
        } catch (InterruptedException e) {
            // It has ended in time.
        }
    }

    // Its children too: they hold the pipes open that we read.
    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
