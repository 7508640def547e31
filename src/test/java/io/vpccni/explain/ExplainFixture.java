package io.vpccni.explain;

import io.vpccni.pool.PodName;
import io.vpccni.pool.PoolFigures;
import io.vpccni.pool.Sandbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Timelines to try things on. */
final class ExplainFixture {

    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    static final PoolFigures EMPTY = new PoolFigures(0, 9, 0, 0, 0, 9, 1, 3, 27, 1);

    private ExplainFixture() {}

    static Timeline timeline(int number, Outcome outcome, PoolFigures atArrival, List<ApiCall> calls, Phase... phases) {
        return new Timeline(
                new RequestId(1, number),
                new Sandbox("aws-cni", "container-" + number, "eth0"),
                new PodName("shop", "cart-" + number % 3),
                NOON,
                List.of(phases),
                Optional.of(atArrival),
                Optional.empty(),
                calls,
                outcome);
    }

    static Timeline timeline(int number, Outcome outcome) {
        return timeline(number, outcome, EMPTY, List.of());
    }

    static ApiCall call(String outcome, boolean throttled) {
        return new ApiCall(
                1,
                "AssignPrivateIpAddresses",
                NOON,
                Optional.of(new ApiCall.End(Duration.ofMillis(300), outcome, "r-1", throttled)));
    }
}
