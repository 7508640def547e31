package io.vpccni.branch;

import java.time.Duration;
import java.time.Instant;

/** How many branches a trunk may have: what the table says, or less where EC2 has refused one as one too many. */
final class LearnedLimit {

    /** So long EC2's lesson is believed; then the table is, and EC2 may teach it again. */
    private static final Duration BELIEVED = Duration.ofMinutes(10);

    private final int ofType;
    private int limit;
    private Instant until = Instant.MIN;

    /** EC2 has refused a branch as one too many, and the next list shows how many there are. */
    private boolean met;

    LearnedLimit(int ofType) {
        this.ofType = ofType;
        this.limit = ofType;
    }

    void refused() {
        met = true;
    }

    boolean isMet() {
        return met;
    }

    /**
     * A list of the trunk's branches has come. Where there are more than the lesson allows, it was none.
     *
     * @param used branches in the list, or known of if those are more
     * @param complete whether everything is in it that is known; where somebody has taken branches away, the count says nothing
     */
    void counted(long used, boolean complete, Instant now) {
        if (met && complete) {
            limit = Math.clamp(used, 1, ofType);
            until = now.plus(BELIEVED);
        }
        limit = Math.clamp(used, limit, ofType);
        met = false;
    }

    void settle(Instant now) {
        if (!now.isBefore(until)) {
            limit = ofType;
        }
    }

    int now() {
        return limit;
    }

    /** When the lesson is forgotten. */
    Instant until() {
        return until;
    }
}
