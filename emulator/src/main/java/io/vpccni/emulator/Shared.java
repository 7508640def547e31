package io.vpccni.emulator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;

/** The one lock around {@link InProcess}, and the timer that ends transitions when nobody calls. */
final class Shared implements AutoCloseable {
    private final InProcess core;
    private final InstantSource clock;
    private final WireFeed feed = new WireFeed();
    private final ReentrantLock lock = new ReentrantLock();
    private Instant latest = Instant.MIN;

    /** When the timer rings next for the model; far away while nothing is to come. */
    private Instant wake = Instant.MAX;

    Shared(InProcess core, InstantSource clock) {
        this.core = core;
        this.clock = clock;
    }

    /** Runs a decision under the lock; changes of the wire go to the feed in the order of the decisions. */
    <T> T decide(BiFunction<InProcess, Instant, T> decision) {
        lock.lock();
        try {
            Instant now = now();
            feed.publish(core.advance(now));
            T result = decision.apply(core, now);
            feed.publish(core.advance(now));
            core.nextTransition().ifPresent(next -> wakeAt(next, now));
            return result;
        } finally {
            lock.unlock();
        }
    }

    /** The clock, but never back: the model does not go back in time. */
    private Instant now() {
        Instant read = clock.instant();
        latest = read.isAfter(latest) ? read : latest;
        return latest;
    }

    private void wakeAt(Instant next, Instant now) {
        if (!next.isBefore(wake)) {
            return;
        }
        wake = next;
        long nanos = Math.max(Duration.between(now, next).toNanos(), TimeUnit.MILLISECONDS.toNanos(1));
        try {
            var unused = feed.thread().schedule(() -> ring(next), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Closing: nobody listens any more.
        }
    }

    /** Ends what is due, and sets the timer for what comes after it. */
    private void ring(Instant due) {
        lock.lock();
        try {
            if (due.equals(wake)) {
                wake = Instant.MAX;
            }
            decide((core, now) -> now);
        } finally {
            lock.unlock();
        }
    }

    WireFeed feed() {
        return feed;
    }

    Instant time() {
        return clock.instant();
    }

    @Override
    public void close() {
        feed.close();
    }
}
