package io.vpccni.branch;

import java.time.Duration;
import java.time.Instant;

/**
 * Whether the trunk is on its instance. Somebody may detach or delete it while the node lives.
 *
 * <pre>
 *           not listed            not listed again
 *  There ────────────────▶ Missed ────────────────▶ Gone
 *    ▲ ▲        listed        │                       │
 *    │ └──────────────────────┘                       │
 *    └────────────────────────────────────────────────┘
 *                  listed, or made anew
 * </pre>
 */
sealed interface Presence {

    /** From a list without the trunk to the one that decides: one list may have left it out by mistake. */
    Duration SECOND_LOOK = Duration.ofSeconds(10);

    /** @param since when the trunk was attached, or found so; EC2 may show it a little later */
    record There(Instant since) implements Presence {}

    /** @param asked when EC2 was asked for the list that has no trunk */
    record Missed(Instant since, Instant asked) implements Presence {}

    /** @param step how making another one is going */
    record Gone(Step step) implements Presence {}

    /**
     * What EC2's list makes of it.
     *
     * @param listed whether the trunk is in it, on its instance
     */
    default Presence listed(boolean listed, Instant asked, Instant now) {
        return switch (this) {
            case Gone gone when gone.step().pending() -> gone;
            case There there when listed -> there;
            case Missed missed when listed -> new There(missed.since());
            case Gone _ when listed -> new There(now);
            case There there -> Sightings.isSettled(there.since(), asked) ? new Missed(there.since(), asked) : there;
            case Missed missed -> asked.isBefore(missed.asked().plus(SECOND_LOOK)) ? missed : new Gone(Step.from(now));
            case Gone gone -> gone;
        };
    }
}
