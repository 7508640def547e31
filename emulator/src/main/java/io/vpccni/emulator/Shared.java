package io.vpccni.emulator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The one lock around {@link InProcess}, and the timer that ends transitions when nobody calls. */
final class Shared implements AutoCloseable {
    private final InProcess core;
    private final InstantSource clock;
    private final WireFeed feed = new WireFeed();
    private final ReentrantLock lock = new ReentrantLock();
    private Instant latest = Instant.MIN;

    /** What a timer has been set for; null: none. */
    private @Nullable Instant wake;

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
            wakeForNext(now);
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

    /** One timer for the earliest transition is enough: its end sets the next one. */
    private void wakeForNext(Instant now) {
        Instant next = core.nextTransition().orElse(null);
        if (next == null || (wake != null && !next.isBefore(wake))) {
            return;
        }
        wake = next;
        long nanos = Math.max(Duration.between(now, next).toNanos(), TimeUnit.MILLISECONDS.toNanos(1));
        try {
            var unused = feed.thread().schedule(this::tick, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Closing: nobody listens any more.
        }
    }

    private void tick() {
        lock.lock();
        try {
            Instant now = now();
            feed.publish(core.advance(now));
            wake = null;
            wakeForNext(now);
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
