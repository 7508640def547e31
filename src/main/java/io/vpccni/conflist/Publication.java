package io.vpccni.conflist;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether the node's network configuration is to be there: from the moment the node can serve, and then for good, unless it is
 * to be withdrawn when the node could serve nobody for long.
 *
 * <p>One that an earlier daemon left is treated alike: pods that come before the node can serve wait in their ADD.
 *
 * @param unableSince since when the node serves nobody; empty while it does
 */
public record Publication(Optional<Instant> unableSince) {

    /** What is to be done with the file. */
    public enum Step {
        PUBLISH,
        KEEP,
        WITHDRAW
    }

    /** A daemon that has just started and knows nothing. */
    public static final Publication BEGINNING = new Publication(Optional.empty());

    /** How things are after a look. */
    public Publication after(boolean isAble, Instant now) {
        return new Publication(isAble ? Optional.empty() : Optional.of(unableSince.orElse(now)));
    }

    /**
     * @param withdrawAfter empty for never
     */
    public Step step(Optional<Duration> withdrawAfter, Instant now) {
        if (unableSince.isEmpty()) {
            return Step.PUBLISH;
        }
        boolean isTooLong = withdrawAfter
                .filter(limit -> !unableSince.get().plus(limit).isAfter(now))
                .isPresent();
        return isTooLong ? Step.WITHDRAW : Step.KEEP;
    }
}
