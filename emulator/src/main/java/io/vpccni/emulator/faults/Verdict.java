package io.vpccni.emulator.faults;

import java.time.Duration;

/** What becomes of one call. {@code delay} is the time until its end, whatever the end is. */
public sealed interface Verdict {
    Duration delay();

    /** The cloud decides. {@code answered} is false when the caller never hears of it. */
    record Proceed(Duration delay, boolean answered) implements Verdict {}

    /** The call does not reach the cloud. */
    record Refuse(Duration delay, String code, String message, int httpStatus) implements Verdict {}
}
