package io.vpccni.client.init;

import io.vpccni.client.json.JsonString;
import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Lines as the reference's entry points write them: {@code time="…" level=info msg="…"}. */
final class InitLog {

    private final PrintStream stream;

    InitLog(PrintStream stream) {
        this.stream = stream;
    }

    void info(String message) {
        write("info", message, "");
    }

    void error(String message) {
        write("error", message, "");
    }

    /** @param reason goes into a field of its own, so that the message can be searched for */
    void error(String message, String reason) {
        write("error", message, reason);
    }

    private void write(String level, String message, String reason) {
        StringBuilder line = new StringBuilder("time=\"")
                .append(Instant.now().truncatedTo(ChronoUnit.SECONDS))
                .append("\" level=")
                .append(level)
                .append(" msg=");
        JsonString.append(line, message);
        if (!reason.isEmpty()) {
            JsonString.append(line.append(" error="), reason);
        }
        stream.println(line);
    }
}
