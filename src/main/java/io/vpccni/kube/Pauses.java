package io.vpccni.kube;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between tries: each twice as long as the last, up to a longest one, and never the same on two nodes. */
final class Pauses {

    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private Duration next;

    Pauses(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
        this.next = first;
    }

    /** Between a half and the whole of what is due. */
    synchronized Duration next() {
        Duration due = next;
        next = due.multipliedBy(2).compareTo(longest) < 0 ? due.multipliedBy(2) : longest;
        return Duration.ofNanos((long) (due.toNanos() * (0.5 + random.nextDouble() / 2)));
    }

    /** A try succeeded: the next pause is the first one again. */
    synchronized void reset() {
        next = first;
    }
}
