package io.vpccni.client.install;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs another program to its end. */
final class Tool {

    private static final long LIMIT_SECONDS = 120;

    private Tool() {}

    /** Returns what the program printed, or fails with its last line. The environment is all that the program gets. */
    static String run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException, InstallException {
        Path output = Files.createTempFile("vpc-cni-install", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new InstallException(command.getFirst() + " did not end within " + LIMIT_SECONDS + " s");
            }
            String printed = Files.readString(output);
            if (process.exitValue() != 0) {
                throw new InstallException(
                        command.getFirst() + " ended with " + process.exitValue() + ": " + lastLine(printed));
            }
            return printed;
        } finally {
            Files.delete(output);
        }
    }

    private static String lastLine(String text) {
        return text.lines().reduce("no output", (_, last) -> last);
    }
}
