package io.vpccni.controller;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vpccni.branch.TrunkFigures;
import io.vpccni.ec2.CallObserver;
import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * What the controller does, in numbers: the reference's counters of EC2 calls under their names, and how its branches are doing
 * under ours. Branches are zero on a replica that does not lead.
 */
final class ControllerMetrics implements CallObserver {

    private static final String OK = "200";

    private static final Map<String, ToIntFunction<TrunkFigures>> STATES = Map.of(
            "making", TrunkFigures::making,
            "owned", TrunkFigures::owned,
            "cooling", TrunkFigures::cooling,
            "idle", TrunkFigures::idle,
            "leaving", TrunkFigures::leaving);

    private final MeterRegistry registry;
    private final Counter requests;
    private final Counter errors;

    ControllerMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.requests =
                Counter.builder("ec2_api_req_count").description("Calls to EC2").register(registry);
        this.errors = Counter.builder("ec2_api_err_count")
                .description("Calls to EC2 that brought an error")
                .register(registry);
    }

    /** Shows the trunks that {@code views} gives. */
    void watch(Supplier<Collection<TrunkView>> views) {
        STATES.forEach((state, count) -> Gauge.builder("vpccni_branch_interfaces", () -> sum(views.get(), count))
                .description("Branch interfaces by what they are used for")
                .tag("state", state)
                .register(registry));
        Gauge.builder("vpccni_branch_limit", () -> sum(views.get(), TrunkFigures::limit))
                .description("Branch interfaces that the trunks may have")
                .register(registry);
        Gauge.builder("vpccni_branch_waiting_pods", () -> sum(views.get(), TrunkFigures::waiting))
                .description("Pods without a branch interface")
                .register(registry);
        Gauge.builder(
                        "vpccni_branch_lost_interfaces",
                        () -> views.get().stream()
                                .mapToInt(view -> view.lost().size())
                                .sum())
                .description("Pods whose interface EC2 does not have any more")
                .register(registry);
    }

    private static int sum(Collection<TrunkView> views, ToIntFunction<TrunkFigures> count) {
        return views.stream().map(TrunkView::figures).mapToInt(count).sum();
    }

    @Override
    public End began(String action) {
        return (outcome, _, _) -> {
            requests.increment();
            if (!outcome.equals(OK)) {
                errors.increment();
            }
        };
    }
}
