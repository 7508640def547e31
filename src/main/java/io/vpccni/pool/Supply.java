package io.vpccni.pool;

import io.vpccni.vpc.CloudFailure;
import java.time.Instant;

/**
 * What a subnet was able to give lately. EC2 grants a request whole or not at all, so a refused one is halved until it fits or
 * not even one slot is left; then the subnet rests.
 */
final class Supply {

    private static final int UNLIMITED = Integer.MAX_VALUE;

    private int limit = UNLIMITED;
    private Instant pausedUntil = Instant.EPOCH;

    boolean isPaused(Instant now) {
        return pausedUntil.isAfter(now);
    }

    Instant pausedUntil() {
        return pausedUntil;
    }

    /** The largest request that makes sense now, in slots. */
    int limit() {
        return limit;
    }

    /** The subnet had no {@code count} slots of the kind that was asked for. Returns whether it had not even one. */
    boolean refused(int count) {
        boolean empty = count <= 1;
        limit = empty ? UNLIMITED : count / 2;
        return empty;
    }

    void pause(CloudFailure failure, Instant now) {
        pausedUntil = now.plus(failure.retryAfter());
    }
}
