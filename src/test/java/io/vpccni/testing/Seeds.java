package io.vpccni.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.LongStream;
import org.jboss.logging.Logger;

/** Runs a simulation over many seeds: {@code -Dseed=N} replays one, {@code -Dseeds=N} runs so many. */
public final class Seeds {

    private static final Logger LOG = Logger.getLogger("io.vpccni.simulation");

    /** Begins anew with each seed; throws when a promise is broken. */
    public interface Simulation {
        void run(long seed, int actions);
    }

    private Seeds() {}

    /**
     * Fails with the story of the shortest run of a seed that breaks a promise.
     *
     * @param usual seeds when nobody says how many
     * @param actions of a whole run
     */
    public static void hold(int usual, int actions, Simulation simulation) {
        int seeds = Integer.getInteger("seeds", usual);
        Long only = Long.getLong("seed");
        Instant begun = Instant.now();
        LongStream which = only == null ? LongStream.range(0, seeds) : LongStream.of(only);
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        Optional<AssertionError> first = which.parallel()
                .mapToObj(seed -> {
                    // Mutiny finds its services by it, and the pool's threads have the one of the JVM.
                    Thread.currentThread().setContextClassLoader(loader);
                    return breach(seed, actions, simulation);
                })
                .flatMap(Optional::stream)
                .findAny();
        LOG.infof("%s seeds in %s", only == null ? seeds : 1, Duration.between(begun, Instant.now()));
        first.ifPresent(breach -> {
            throw breach;
        });
    }

    private static Optional<AssertionError> breach(long seed, int actions, Simulation simulation) {
        try {
            simulation.run(seed, actions);
            return Optional.empty();
        } catch (AssertionError | RuntimeException e) {
            return Optional.of(new AssertionError(
                    "seed " + seed + " (replay it with -Dseed=" + seed + "): " + shortest(seed, actions, simulation, e),
                    e));
        }
    }

    private static String shortest(long seed, int actions, Simulation simulation, Throwable breach) {
        for (int fewer = 1; fewer < actions; fewer++) {
            try {
                simulation.run(seed, fewer);
            } catch (AssertionError | RuntimeException e) {
                return "after " + fewer + " actions: " + e.getMessage();
            }
        }
        return String.valueOf(breach.getMessage());
    }
}
