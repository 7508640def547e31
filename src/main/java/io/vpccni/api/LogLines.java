package io.vpccni.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.logging.Level;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;

/** Log records as the reference writes them: one JSON object a line. */
final class LogLines extends ExtFormatter {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    @Override
    public String format(ExtLogRecord record) {
        ObjectNode line = JsonNodeFactory.instance
                .objectNode()
                .put("level", level(record.getLevel()))
                .put("ts", TIME.format(record.getInstant()))
                .put("caller", caller(record))
                .put("msg", formatMessage(record));
        String request = record.getMdc("requestId");
        if (request != null) {
            line.put("requestId", request);
        }
        if (record.getThrown() != null) {
            StringWriter trace = new StringWriter();
            record.getThrown().printStackTrace(new PrintWriter(trace, true));
            line.put("error", trace.toString());
        }
        return line + "\n";
    }

    private static String level(Level level) {
        int value = level.intValue();
        if (value > Level.SEVERE.intValue()) {
            return "fatal";
        }
        if (value >= Level.SEVERE.intValue()) {
            return "error";
        }
        if (value >= Level.WARNING.intValue()) {
            return "warn";
        }
        return value >= Level.INFO.intValue() ? "info" : "debug";
    }

    /** Folder, file and line, such as {@code daemon/Node.java:120}. */
    private static String caller(ExtLogRecord record) {
        String file = record.getSourceFileName();
        if (file == null) {
            return record.getLoggerName();
        }
        String[] parts = String.valueOf(record.getSourceClassName()).split("\\.", -1);
        String folder = parts.length < 2 ? "" : parts[parts.length - 2] + "/";
        return folder + file + ":" + record.getSourceLineNumber();
    }
}
