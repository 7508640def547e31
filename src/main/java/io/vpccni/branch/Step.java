package io.vpccni.branch;

import java.time.Duration;
import java.time.Instant;

/**
 * How something that takes a call is going. A failure doubles the wait, from {@link #FIRST_WAIT} to {@link #LONGEST_WAIT}; there
 * is no last try.
 *
 * @param pending sent, and not answered
 * @param failures in a row
 * @param notBefore when it may be sent
 */
record Step(boolean pending, int failures, Instant notBefore) {

    static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    static Step from(Instant time) {
        return new Step(false, 0, time);
    }

    boolean isDue(Instant now) {
        return !pending && !now.isBefore(notBefore);
    }

    Step sent() {
        return new Step(true, failures, notBefore);
    }

    /** @param atLeast what the other side asks for, with its jitter */
    Step failed(Instant now, Duration atLeast) {
        Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(failures, 6));
        Duration bounded = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
        return new Step(false, failures + 1, now.plus(bounded.compareTo(atLeast) > 0 ? bounded : atLeast));
    }
}
