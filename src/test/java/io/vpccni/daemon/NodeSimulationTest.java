package io.vpccni.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.testing.Seeds;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NodeSimulationTest {

    private static final int ACTIONS = 120;
    private static final Logger DAEMON = Logger.getLogger("io.vpccni.daemon");

    @BeforeAll
    static void silenceWhatFailsOnPurpose() {
        DAEMON.setLevel(Level.OFF);
        new NodeSimulation(0)
                .run(1); // the reactive library sets itself up at its first use, and not for two threads at once
    }

    @AfterAll
    static void speakAgain() {
        DAEMON.setLevel(null);
    }

    @Test
    void everyPromiseHoldsAfterEveryEventAndEverythingSettles() {
        Seeds.hold(5_000, ACTIONS, (seed, actions) -> new NodeSimulation(seed).run(actions));
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        assertThat(new NodeSimulation(42).run(ACTIONS)).isEqualTo(new NodeSimulation(42).run(ACTIONS));
    }
}
