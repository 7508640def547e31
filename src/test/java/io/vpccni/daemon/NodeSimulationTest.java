package io.vpccni.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code -Dseed=N} replays one seed, {@code -Dseeds=N} runs more of them. */
class NodeSimulationTest {

    private static final int SEEDS = Integer.getInteger("seeds", 5_000);
    private static final int ACTIONS = 120;
    private static final org.jboss.logging.Logger LOG = org.jboss.logging.Logger.getLogger("io.vpccni.simulation");
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
        Long only = Long.getLong("seed");
        Instant begun = Instant.now();
        LongStream seeds = only == null ? LongStream.range(0, SEEDS) : LongStream.of(only);
        Optional<AssertionError> first = seeds.parallel()
                .mapToObj(NodeSimulationTest::breach)
                .flatMap(Optional::stream)
                .findAny();
        LOG.infof("%s seeds in %s", only == null ? SEEDS : 1, Duration.between(begun, Instant.now()));
        first.ifPresent(breach -> {
            throw breach;
        });
    }

    private static Optional<AssertionError> breach(long seed) {
        try {
            new NodeSimulation(seed).run(ACTIONS);
            return Optional.empty();
        } catch (AssertionError | RuntimeException e) {
            return Optional.of(new AssertionError(
                    "seed " + seed + " (replay it with -Dseed=" + seed + "): " + shortest(seed, e), e));
        }
    }

    /** The story of the shortest run of the seed that breaks a promise. */
    private static String shortest(long seed, Throwable breach) {
        for (int actions = 1; actions < ACTIONS; actions++) {
            try {
                new NodeSimulation(seed).run(actions);
            } catch (AssertionError | RuntimeException e) {
                return "after " + actions + " actions: " + e.getMessage();
            }
        }
        return String.valueOf(breach.getMessage());
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        assertThat(new NodeSimulation(42).run(ACTIONS)).isEqualTo(new NodeSimulation(42).run(ACTIONS));
    }
}
