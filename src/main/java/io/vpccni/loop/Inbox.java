package io.vpccni.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Events from any thread, for the one thread that takes them: everything that has arrived is one turn. */
public final class Inbox<E> {

    /** Longest sleep: an upper bound for noticing what no event tells. */
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(5);

    private final LinkedBlockingQueue<E> events = new LinkedBlockingQueue<>();
    private final E nothing;

    /** @param nothing the event of a turn that only time has brought */
    public Inbox(E nothing) {
        this.nothing = nothing;
    }

    public void add(E event) {
        events.add(event);
    }

    /** Sleeps until an event is there, or {@code wake} has come; returns at least one event. */
    public List<E> take(Instant now, Optional<Instant> wake) throws InterruptedException {
        Duration sleep = wake.map(end -> Duration.between(now, end))
                .filter(wait -> wait.compareTo(LONGEST_SLEEP) < 0)
                .orElse(LONGEST_SLEEP);
        E first = events.poll(sleep.toNanos(), TimeUnit.NANOSECONDS);
        List<E> batch = new ArrayList<>();
        batch.add(first == null ? nothing : first);
        events.drainTo(batch);
        return batch;
    }

    /** What has arrived by now, without waiting. */
    public List<E> rest() {
        List<E> rest = new ArrayList<>();
        events.drainTo(rest);
        return rest;
    }
}
