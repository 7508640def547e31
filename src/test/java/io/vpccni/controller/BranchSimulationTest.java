package io.vpccni.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code -Dseed=N} replays one seed, {@code -Dseeds=N} runs more of them. */
class BranchSimulationTest {

    private static final int SEEDS = Integer.getInteger("seeds", 3_000);
    private static final int ACTIONS = 120;
    private static final Logger LOG = Logger.getLogger("io.vpccni.simulation");

    @BeforeAll
    static void warmUp() {
        new BranchSimulation(0).run(1);
    }

    @Test
    void everyPromiseHoldsAfterEveryEventAndEverythingSettles() {
        Long only = Long.getLong("seed");
        Instant begun = Instant.now();
        LongStream seeds = only == null ? LongStream.range(0, SEEDS) : LongStream.of(only);
        Optional<AssertionError> first = seeds.parallel()
                .mapToObj(BranchSimulationTest::breach)
                .flatMap(Optional::stream)
                .findAny();
        LOG.infof("%s seeds in %s", only == null ? SEEDS : 1, Duration.between(begun, Instant.now()));
        first.ifPresent(breach -> {
            throw breach;
        });
    }

    private static Optional<AssertionError> breach(long seed) {
        try {
            new BranchSimulation(seed).run(ACTIONS);
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
                new BranchSimulation(seed).run(actions);
            } catch (AssertionError | RuntimeException e) {
                return "after " + actions + " actions: " + e.getMessage();
            }
        }
        return String.valueOf(breach.getMessage());
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        assertThat(new BranchSimulation(42).run(ACTIONS)).isEqualTo(new BranchSimulation(42).run(ACTIONS));
    }
}
