package io.vpccni.image;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another program, run to its end. */
final class Command {

    private static final long LIMIT_SECONDS = 300;

    private Command() {}

    static void run(List<String> words) throws IOException, InterruptedException, ImageException {
        Path output = Files.createTempFile("vpc-cni-image", ".log");
        try {
            Process process = new ProcessBuilder(words)
                    .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new ImageException(words.getFirst() + " did not end within " + LIMIT_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new ImageException(String.join(" ", words) + " ended with " + process.exitValue() + ": "
                        + Files.readString(output).strip());
            }
        } finally {
            Files.delete(output);
        }
    }
}
