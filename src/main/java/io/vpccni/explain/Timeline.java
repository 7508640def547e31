package io.vpccni.explain;

import io.vpccni.explain.Phase.Step;
import io.vpccni.pool.PodName;
import io.vpccni.pool.PoolFigures;
import io.vpccni.pool.Sandbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One ADD, from its call to its answer or, while it has none, to now.
 *
 * @param asked when it was called
 * @param phases what it went through, in order
 * @param atArrival the pool when the loop took it; empty when the daemon had not started
 * @param atEnd the pool when it was answered, or now
 * @param calls what EC2 was asked meanwhile; empty for an ADD that did not have to wait
 */
public record Timeline(
        RequestId request,
        Sandbox sandbox,
        PodName pod,
        Instant asked,
        List<Phase> phases,
        Optional<PoolFigures> atArrival,
        Optional<PoolFigures> atEnd,
        List<ApiCall> calls,
        Outcome outcome) {

    public Timeline {
        phases = List.copyOf(phases);
        calls = List.copyOf(calls);
    }

    /** How long a part took; zero for one that it did not go through. */
    public Duration took(Step step) {
        return phases.stream()
                .filter(phase -> phase.step() == step)
                .map(Phase::took)
                .findFirst()
                .orElse(Duration.ZERO);
    }

    /** From the call to the answer. */
    public Duration total() {
        return phases.stream()
                .map(phase -> phase.start().plus(phase.took()))
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** What would help; empty when nothing is wrong. */
    public String advice() {
        return Advice.on(this);
    }
}
