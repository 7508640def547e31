package io.vpccni.controller;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import io.vpccni.branch.TrunkFigures;
import io.vpccni.ec2.CallObserver;
import io.vpccni.kube.BranchAnnotation;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * What the controller does, in numbers: the reference's counters under their names, and how its branches are doing under ours.
 * Branches are zero on a replica that does not lead.
 *
 * <p>The reference's counters are gauges here, since the registry adds {@code _total} to the name of each counter.
 */
final class ControllerMetrics implements CallObserver {

    private static final String OK = "200";

    private static final Map<String, ToIntFunction<TrunkFigures>> STATES = Map.of(
            "making", TrunkFigures::making,
            "owned", TrunkFigures::owned,
            "cooling", TrunkFigures::cooling,
            "idle", TrunkFigures::idle,
            "leaving", TrunkFigures::leaving);

    /** The reference's counters of EC2's actions; those of their errors end in {@code _err_count}. */
    private static final Map<String, String> ACTIONS = Map.ofEntries(
            Map.entry("DescribeInstances", "ec2_describe_instances_api_req_count"),
            Map.entry("CreateNetworkInterface", "ec2_create_network_interface_api_req_count"),
            Map.entry("AttachNetworkInterface", "ec2_attach_network_interface_api_req_count"),
            Map.entry("DetachNetworkInterface", "ec2_detach_network_interface_api_req_count"),
            Map.entry("DeleteNetworkInterface", "ec2_delete_network_interface_api_req_count"),
            Map.entry("DescribeSubnets", "ec2_describe_subnets_api_req_count"),
            Map.entry("AssociateTrunkInterface", "ec2_associate_trunk_interface_api_req_count"),
            Map.entry("DisassociateTrunkInterface", "ec2_disassociate_trunk_interface_api_req_count"),
            Map.entry("ModifyNetworkInterfaceAttribute", "ec2_modify_network_interface_attribute_api_call_count"),
            Map.entry("DescribeNetworkInterfaces", "ec2_describe_network_interfaces_pages_api_call_count"));

    private static final Duration[] BOUNDS = {
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofSeconds(60),
        Duration.ofMinutes(2),
        Duration.ofMinutes(5)
    };

    private final MeterRegistry registry;
    private final Timer untilAnnotated;
    private final Map<Meter.Id, LongAdder> counters = new ConcurrentHashMap<>();

    ControllerMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.untilAnnotated = Timer.builder("vpccni.branch.annotation")
                .description("From a pod's scheduling until its annotation is written")
                .serviceLevelObjectives(BOUNDS)
                .register(registry);
        count("ec2_api_req_count", Tags.empty(), 0);
        count("ec2_api_err_count", Tags.empty(), 0);
        ACTIONS.values().forEach(calls -> {
            count(calls, Tags.empty(), 0);
            count(errorsOf(calls), Tags.empty(), 0);
        });
    }

    private static String errorsOf(String calls) {
        return calls.replaceFirst("_(req|call)_count$", "_err_count");
    }

    private void count(String name, Tags tags, int more) {
        Meter.Id id = new Meter.Id(name, tags, null, null, Meter.Type.GAUGE);
        counters.computeIfAbsent(id, _ -> {
                    LongAdder adder = new LongAdder();
                    Gauge.builder(name, adder, LongAdder::sum).tags(tags).register(registry);
                    return adder;
                })
                .add(more);
    }

    /** A pod has its annotation. */
    void annotated(Duration sinceScheduled) {
        untilAnnotated.record(sinceScheduled.isNegative() ? Duration.ZERO : sinceScheduled);
    }

    /** Counts what is asked of the API server, by the reference's name for it, such as {@code annotate_pod_request}. */
    <T> Uni<T> call(String name, String key, Uni<T> call) {
        Tags tags = Tags.of(key, BranchAnnotation.KEY);
        return call.onSubscription()
                .invoke(() -> count(name + "_call_count", tags, 1))
                .onFailure()
                .invoke(() -> count(name + "_err_count", tags, 1));
    }

    /** Measures an operation of the reference's branch provider, such as {@code init_trunk}. */
    <T> Uni<T> operation(String operation, Uni<T> work) {
        return Uni.createFrom().deferred(() -> {
            long begun = System.nanoTime();
            return work.invoke(() -> succeeded(operation, Duration.ofNanos(System.nanoTime() - begun)))
                    .onFailure()
                    .invoke(() -> failed(operation));
        });
    }

    void succeeded(String operation, Duration took) {
        DistributionSummary.builder("branch_provider_operation_latency")
                .tag("branch_provider_operation", operation)
                .tag("resource_count", "1")
                .register(registry)
                .record(took.toNanos() / 1e9);
    }

    void failed(String operation) {
        count("branch_provider_operations_err_count", Tags.of("branch_provider_operation", operation), 1);
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
        return action.equals(METADATA) ? (_, _, _) -> {} : (outcome, _, _) -> count(action, outcome.equals(OK));
    }

    private void count(String action, boolean answered) {
        int errors = answered ? 0 : 1;
        count("ec2_api_req_count", Tags.empty(), 1);
        count("ec2_api_err_count", Tags.empty(), errors);
        Optional.ofNullable(ACTIONS.get(action)).ifPresent(calls -> {
            count(calls, Tags.empty(), 1);
            count(errorsOf(calls), Tags.empty(), errors);
        });
    }
}
