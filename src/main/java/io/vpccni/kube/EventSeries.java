package io.vpccni.kube;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.random.RandomGenerator;

/**
 * Which events to write when. Decides only; the caller tells the time and writes.
 *
 * <p>What happens again within {@link #MEMORY} counts as the same event. Its first occurrence is written after {@link #WINDOW},
 * so that a burst is one write with a count; later counts are written every {@link #REPEAT_GAP} at most. All writes together
 * take tokens from a bucket.
 */
final class EventSeries {

    static final Duration WINDOW = Duration.ofMillis(500);
    static final Duration REPEAT_GAP = Duration.ofSeconds(30);

    /** As the API server's own clients have it: what has been quiet for so long begins anew. */
    static final Duration MEMORY = Duration.ofMinutes(6);

    /** Different events that may wait. */
    static final int MOST = 512;

    static final int BURST = 50;
    private static final double TOKENS_A_SECOND = 1;

    /** What makes two events the same. The note may differ. */
    record Occurrence(EventSubject subject, EventType type, String reason, String action) {}

    /**
     * One write.
     *
     * @param isFirst to be created; else its count is to be changed
     */
    record Due(Occurrence what, String name, String note, Instant first, Instant last, int count, boolean isFirst) {}

    private static final class Entry {
        final String name;
        final String note;
        final Instant first;
        Instant last;
        Instant writeAt;
        int count;
        boolean written;

        Entry(String name, String note, Instant now) {
            this.name = name;
            this.note = note;
            this.first = now;
            this.last = now;
            this.writeAt = now.plus(WINDOW);
        }
    }

    private final RandomGenerator random;
    private final Map<Occurrence, Entry> entries = new HashMap<>();
    private final SequencedSet<Occurrence> waiting = new LinkedHashSet<>();
    private double tokens = BURST;
    private Instant countedAt;
    private long dropped;

    EventSeries(RandomGenerator random, Instant now) {
        this.random = random;
        this.countedAt = now;
    }

    void add(Occurrence what, String note, Instant now) {
        if (!waiting.contains(what) && waiting.size() >= MOST) {
            dropped++;
            return;
        }
        entries.entrySet()
                .removeIf(known -> !waiting.contains(known.getKey())
                        && known.getValue().last.plus(MEMORY).isBefore(now));
        Entry entry = entries.computeIfAbsent(what, _ -> new Entry(name(what.subject()), note, now));
        entry.count++;
        entry.last = now;
        waiting.add(what);
    }

    /** The next write that is due, if there is a token for it. */
    Optional<Due> take(Instant now) {
        refill(now);
        if (tokens < 1) {
            return Optional.empty();
        }
        for (Occurrence what : waiting) {
            Entry entry = entries.get(what);
            if (entry != null && !entry.writeAt.isAfter(now)) {
                waiting.remove(what);
                tokens -= 1;
                Due due = new Due(what, entry.name, entry.note, entry.first, entry.last, entry.count, !entry.written);
                entry.written = true;
                entry.writeAt = now.plus(REPEAT_GAP);
                return Optional.of(due);
            }
        }
        return Optional.empty();
    }

    /** When to ask for the next one; empty when nothing waits. */
    Optional<Duration> nextIn(Instant now) {
        refill(now);
        Duration forToken =
                Duration.ofMillis(tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) / TOKENS_A_SECOND * 1_000));
        return waiting.stream()
                .map(entries::get)
                .map(entry -> Duration.between(now, entry.writeAt))
                .min(Duration::compareTo)
                .map(wait -> wait.compareTo(forToken) > 0 ? wait : forToken)
                .map(wait -> wait.isPositive() ? wait : Duration.ofMillis(1));
    }

    /** The write failed and is to be tried again. */
    void putBack(Due due) {
        Entry entry = entries.get(due.what());
        if (entry != null && entry.name.equals(due.name())) {
            entry.written = !due.isFirst();
            entry.writeAt = due.last();
            waiting.add(due.what());
        }
    }

    /** The API server no longer has the event, or has another one with its name: what happened last begins a new one. */
    void beginAnew(Due due, Instant now) {
        entries.remove(due.what());
        waiting.remove(due.what());
        add(due.what(), due.note(), now);
    }

    long dropped() {
        return dropped;
    }

    private String name(EventSubject subject) {
        String base = subject.name();
        return (base.length() > 200 ? base.substring(0, 200) : base) + "." + Long.toHexString(random.nextLong());
    }

    private void refill(Instant now) {
        double seconds = Math.max(0, Duration.between(countedAt, now).toNanos() / 1e9);
        tokens = Math.min(BURST, tokens + seconds * TOKENS_A_SECOND);
        countedAt = now;
    }
}
