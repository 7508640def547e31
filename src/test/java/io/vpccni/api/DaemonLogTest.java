package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.handlers.SizeRotatingFileHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The log as machines read it. */
class DaemonLogTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    void aLineHasTheReferencesKeys() throws Exception {
        ExtLogRecord record = record(org.jboss.logmanager.Level.WARN, "two \"lines\"\nof text");
        record.setMdc(Map.of("requestId", "abc-7"));

        String line = new LogLines().format(record);

        assertThat(line).endsWith("\n");
        assertThat(line.strip()).doesNotContain("\n");
        assertThat(JSON.readTree(line))
                .isEqualTo(JSON.readTree("{\"level\":\"warn\",\"ts\":\"2026-08-20T22:01:02.345Z\","
                        + "\"caller\":\"daemon/Node.java:120\",\"msg\":\"two \\\"lines\\\"\\nof text\","
                        + "\"requestId\":\"abc-7\"}"));
    }

    @Test
    void aTimeWithoutMillisecondsKeepsItsThreeDigits() throws Exception {
        ExtLogRecord record = record(Level.INFO, "x");
        record.setInstant(Instant.parse("2026-08-20T22:01:02Z"));

        assertThat(JSON.readTree(new LogLines().format(record)).get("ts").asText())
                .isEqualTo("2026-08-20T22:01:02.000Z");
    }

    @Test
    void aFailureIsPartOfItsLine() throws Exception {
        ExtLogRecord record = record(Level.SEVERE, "it failed");
        record.setThrown(new IllegalStateException("why"));

        JsonNode line = JSON.readTree(new LogLines().format(record));

        assertThat(line.get("level").asText()).isEqualTo("error");
        assertThat(line.get("error").asText()).startsWith("java.lang.IllegalStateException: why\n\tat ");
    }

    @ParameterizedTest
    @CsvSource({"debug, debug", "info, info", "warn, warn", "error, error", "fatal, fatal"})
    void levelsKeepTheReferencesWords(String word, String shown) throws Exception {
        JsonNode line = JSON.readTree(new LogLines().format(record(DaemonLog.level(word), "x")));

        assertThat(line.get("level").asText()).isEqualTo(shown);
    }

    @Test
    void linesGoToTheFileInAFolderThatIsMade() throws Exception {
        Path file = folder.resolve("new/ipamd.log");

        Handler handler = DaemonLog.openFile(file, true).orElseThrow();
        handler.publish(record(Level.INFO, "hello"));
        handler.close();

        assertThat(handler).isInstanceOf(SizeRotatingFileHandler.class);
        assertThat(Files.readAllLines(file))
                .singleElement()
                .satisfies(line ->
                        assertThat(JSON.readTree(line).get("msg").asText()).isEqualTo("hello"));
    }

    @Test
    void atItsLargestTheFileBecomesAnOldOneOfWhichThereAreFew() throws Exception {
        Path file = folder.resolve("ipamd.log");
        String mebibyte = "x".repeat(1 << 20);
        Handler handler = DaemonLog.openFile(file, true).orElseThrow();
        try {
            for (int old = 1; old <= 6; old++) {
                // A hundred of them and what stands around them are more than the file may have.
                for (int line = 0; line < 100; line++) {
                    handler.publish(record(Level.INFO, mebibyte));
                }
                truncateOldOnes(file);
            }
            handler.publish(record(Level.INFO, "the last"));
        } finally {
            handler.close();
        }

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "ipamd.log", "ipamd.log.1", "ipamd.log.2", "ipamd.log.3", "ipamd.log.4", "ipamd.log.5");
        }
        assertThat(Files.size(file)).isLessThanOrEqualTo(DaemonLog.LARGEST_FILE);
    }

    /** The test needs no six hundred megabytes. */
    private static void truncateOldOnes(Path file) throws IOException {
        for (int old = 1; old <= DaemonLog.OLD_FILES; old++) {
            Path one = file.resolveSibling(file.getFileName() + "." + old);
            if (Files.exists(one)) {
                Files.write(one, new byte[0]);
            }
        }
    }

    @Test
    void theUsualFolderIsNotMadeAndAFileThatCannotBeWrittenStopsNobody() throws Exception {
        Path occupied = Files.createFile(folder.resolve("file"));

        assertThat(DaemonLog.openFile(folder.resolve("none/ipamd.log"), false)).isEmpty();
        assertThat(folder.resolve("none")).doesNotExist();
        assertThat(DaemonLog.openFile(occupied.resolve("ipamd.log"), true)).isEmpty();
    }

    private static ExtLogRecord record(Level level, String message) {
        ExtLogRecord record = new ExtLogRecord(level, message, "io.vpccni.daemon.Node");
        record.setInstant(Instant.parse("2026-08-20T22:01:02.345Z"));
        record.setSourceClassName("io.vpccni.daemon.Node");
        record.setSourceFileName("Node.java");
        record.setSourceLineNumber(120);
        return record;
    }
}
