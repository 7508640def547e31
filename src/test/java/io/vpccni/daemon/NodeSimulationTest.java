package io.vpccni.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code -Dseed=N} replays one seed, {@code -Dseeds=N} runs more of them. */
class NodeSimulationTest {

    private static final int SEEDS = Integer.getInteger("seeds", 1_000);
    private static final int ACTIONS = 120;
    private static final Logger DAEMON = Logger.getLogger("io.vpccni.daemon");

    @BeforeAll
    static void silenceWhatFailsOnPurpose() {
        DAEMON.setLevel(Level.OFF);
    }

    @AfterAll
    static void speakAgain() {
        DAEMON.setLevel(null);
    }

    @Test
    void everyPromiseHoldsAfterEveryEventAndEverythingSettles() {
        Long only = Long.getLong("seed");
        for (long seed = only == null ? 0 : only; seed < (only == null ? SEEDS : only + 1); seed++) {
            try {
                new NodeSimulation(seed).run(ACTIONS);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + " (replay it with -Dseed=" + seed + "): " + e.getMessage(), e);
            }
        }
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        assertThat(new NodeSimulation(42).run(ACTIONS)).isEqualTo(new NodeSimulation(42).run(ACTIONS));
    }
}
