package io.vpccni.testing;

import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** A clock that jumps from event to event. Events at the same time happen in the order they were planned. */
public final class VirtualTime {

    private record Planned(Instant at, long number, Runnable what) {}

    private final PriorityQueue<Planned> plans =
            new PriorityQueue<>(Comparator.comparing(Planned::at).thenComparing(Planned::number));
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long numbers;

    public Instant now() {
        return now;
    }

    public void at(Instant when, Runnable what) {
        plans.add(new Planned(when.isBefore(now) ? now : when, numbers++, what));
    }

    public void after(Duration delay, Runnable what) {
        at(now.plus(delay), what);
    }

    /** Ends {@code delay} from now as {@code outcome} does then, unless {@code alive} has become false. */
    public <T> Uni<T> later(Duration delay, BooleanSupplier alive, Supplier<Uni<T>> outcome) {
        return Uni.createFrom()
                .<Boolean>emitter(emitter -> after(delay, () -> {
                    if (alive.getAsBoolean()) {
                        emitter.complete(true);
                    }
                }))
                .chain(outcome::get);
    }

    /** Lets the next event happen. False when there is none, or none before {@code end}. */
    public boolean step(Instant end) {
        Planned next = plans.peek();
        if (next == null || next.at().isAfter(end)) {
            now = end.isAfter(now) ? end : now;
            return false;
        }
        plans.remove();
        now = next.at();
        next.what().run();
        return true;
    }
}
