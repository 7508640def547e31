package io.vpccni.vpc;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the count of a subnet's free addresses has gone lately. When it will reach 0 is the straight line through the oldest
 * and the newest count:
 *
 * <pre>
 * time left = free now × (newest time − oldest time) ÷ (free then − free now)
 *
 * 1000 → 900 in 10 min      90 min
 *  100 → 0                  0
 *  100 → 100, 100 → 120     it does not end
 *  less than 3 counts       nobody knows yet
 * </pre>
 */
public record FreeTrend(List<Count> counts) {

    /** One answer of EC2. */
    public record Count(Instant at, int free) {}

    /** Nothing has been counted yet. */
    public static final FreeTrend EMPTY = new FreeTrend(List.of());

    /** Older counts say nothing about now. */
    static final Duration WINDOW = Duration.ofHours(1);

    /** Two counts alone may be the coming and going of one interface. */
    private static final int FEWEST = 3;

    public FreeTrend {
        counts = List.copyOf(counts);
    }

    /** With one more count, and without those that are too old by then. One that is not newer replaces the newest. */
    public FreeTrend with(Instant at, int free) {
        List<Count> next = new ArrayList<>(counts.stream()
                .filter(count -> count.at().isBefore(at) && !count.at().isBefore(at.minus(WINDOW)))
                .toList());
        next.add(new Count(at, free));
        return new FreeTrend(next);
    }

    /** How long after the newest count nothing will be free; empty when it does not look like that. */
    public Optional<Duration> timeLeft() {
        if (counts.size() < FEWEST) {
            return Optional.empty();
        }
        Count oldest = counts.getFirst();
        Count newest = counts.getLast();
        int used = oldest.free() - newest.free();
        return used <= 0
                ? Optional.empty()
                : Optional.of(Duration.between(oldest.at(), newest.at())
                        .multipliedBy(newest.free())
                        .dividedBy(used));
    }
}
