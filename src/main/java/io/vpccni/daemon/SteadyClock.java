package io.vpccni.daemon;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The wall clock as it was at the start, carried on by the machine's own counter. Whoever sets the clock meanwhile moves no
 * deadline and ends no address' rest.
 */
final class SteadyClock implements InstantSource {

    private final Instant begun;
    private final long begunNanos;
    private final LongSupplier nanos;

    SteadyClock() {
        this(InstantSource.system(), System::nanoTime);
    }

    /**
     * @param nanos counts nanoseconds from any beginning, and never back
     */
    SteadyClock(InstantSource wall, LongSupplier nanos) {
        this.begun = wall.instant();
        this.begunNanos = nanos.getAsLong();
        this.nanos = nanos;
    }

    @Override
    public Instant instant() {
        return begun.plusNanos(nanos.getAsLong() - begunNanos);
    }
}
