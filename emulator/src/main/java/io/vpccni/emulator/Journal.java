package io.vpccni.emulator;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was asked of EC2, call by call. The last 10,000 entries are kept; the counters count all since the reset. */
public final class Journal {
    /** Outcome of a call that was carried out. */
    public static final String OK = "ok";

    private static final int KEPT = 10_000;

    /**
     * One call.
     *
     * @param sequence 1 for the first call of this emulator
     * @param outcome {@link #OK} or the code of the error
     * @param answered false when the reply was lost on purpose
     * @param took from the call's arrival to its reply
     */
    public record Entry(
            long sequence,
            Instant at,
            String action,
            String requestId,
            String outcome,
            boolean answered,
            Duration took) {}

    /** Calls of one action: all, those that failed, and those that failed for throttling. */
    public record Count(long calls, long failed, long throttled) {}

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Map<String, Count> counts = new TreeMap<>();
    private long sequence;

    void add(Instant at, String action, String requestId, String outcome, boolean answered, Duration took) {
        entries.addLast(new Entry(++sequence, at, action, requestId, outcome, answered, took));
        if (entries.size() > KEPT) {
            entries.removeFirst();
        }
        int failed = outcome.equals(OK) ? 0 : 1;
        int throttled = outcome.equals("RequestLimitExceeded") ? 1 : 0;
        counts.merge(
                action,
                new Count(1, failed, throttled),
                (old, one) -> new Count(old.calls + 1, old.failed + failed, old.throttled + throttled));
    }

    /** Entries with a higher sequence number. */
    public List<Entry> since(long after) {
        return entries.stream().filter(entry -> entry.sequence() > after).toList();
    }

    public List<Entry> entries() {
        return new ArrayList<>(entries);
    }

    /** By action, sorted. */
    public Map<String, Count> counts() {
        return new TreeMap<>(counts);
    }

    /** Calls of one action since the reset. */
    public long calls(String action) {
        Count count = counts.get(action);
        return count == null ? 0 : count.calls();
    }

    /** Calls of all actions since the reset. */
    public long calls() {
        return counts.values().stream().mapToLong(Count::calls).sum();
    }

    /** Forgets entries and counters; sequence numbers go on. */
    public void reset() {
        entries.clear();
        counts.clear();
    }
}
