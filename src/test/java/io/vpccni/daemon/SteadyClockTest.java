package io.vpccni.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SteadyClockTest {

    @Test
    void settingTheWallClockMovesNothing() {
        Instant begun = Instant.parse("2026-01-01T00:00:00Z");
        AtomicReference<Instant> wall = new AtomicReference<>(begun);
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
        SteadyClock clock = new SteadyClock(wall::get, nanos::get);

        wall.set(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(clock.instant()).isEqualTo(begun);

        nanos.addAndGet(2_000_000_000L);
        assertThat(clock.instant()).as("the counter may overflow").isEqualTo(begun.plusSeconds(2));
    }
}
