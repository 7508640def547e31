package io.vpccni.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A daemon in a process of its own, which can be killed. */
final class DaemonProcess implements AutoCloseable {

    private final Process process;

    /** Starts it and waits until it can hand out addresses; its log goes to {@code log}. */
    DaemonProcess(Map<String, String> variables, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        builder.environment().putAll(variables);
        this.process = builder.redirectError(log.toFile()).start();
        int sign = process.getInputStream().read();
        if (sign != Main.READY) {
            close();
            throw new IOException("the daemon does not start, see " + log);
        }
    }

    /** {@code kill -9}; returns when it is dead. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    /** What runs in that process, until it is killed. */
    static final class Main {

        static final char READY = '!';

        private Main() {}

        public static void main(String[] arguments) throws InterruptedException {
            System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
            try {
                TestWorld.Daemon.start(System.getenv());
                System.out.print(READY);
                System.out.flush();
                Thread.currentThread().join();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
