package io.vpccni.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BoundedRunTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private static BoundedRun run(String script, Map<String, String> environment, Duration limit) throws IOException {
        return BoundedRun.of(
                List.of("/bin/sh", "-c", script), environment, "in".getBytes(StandardCharsets.UTF_8), limit);
    }

    @Test
    void itSaysHowTheProgramEndedAndWhatItPrintedWhere() throws IOException {
        assertThat(run("cat; echo oops >&2; exit 3", Map.of(), LONG)).isEqualTo(new BoundedRun(3, "in", "oops\n"));
    }

    @Test
    void theEnvironmentIsTheOneThatWasGiven() throws IOException {
        assertThat(run("echo $CNI_COMMAND$HOME", Map.of("CNI_COMMAND", "ADD"), LONG)
                        .output())
                .isEqualTo("ADD\n");
    }

    @Test
    void aProgramThatDoesNotEndIsKilledWithItsChildren() {
        assertThatThrownBy(() -> run("sleep 600 & sleep 600", Map.of(), Duration.ofMillis(200)))
                .isInstanceOf(IOException.class)
                .hasMessage("/bin/sh did not end within PT0.2S");
    }

    @Test
    void aProgramThatPrintsWithoutEndIsKilled() {
        assertThatThrownBy(() -> run("yes", Map.of(), LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("printed more than");
    }

    @Test
    void inputThatNobodyReadsIsNoError() throws IOException {
        byte[] input = new byte[1 << 20];
        assertThat(BoundedRun.of(List.of("/bin/true"), Map.of(), input, LONG).code())
                .isZero();
    }
}
