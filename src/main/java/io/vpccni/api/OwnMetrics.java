package io.vpccni.api;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.vpccni.daemon.Node;
import io.vpccni.daemon.NodeObserver;
import io.vpccni.dataplane.Repair;
import io.vpccni.explain.ApiCall;
import io.vpccni.explain.Outcome;
import io.vpccni.explain.Phase;
import io.vpccni.explain.Timeline;
import io.vpccni.pool.PoolFigures;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.PrefixFigures;
import io.vpccni.pool.Reason;
import io.vpccni.vpc.SubnetSupply;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/** What the reference does not measure: why pods wait, how long, and what it costs at EC2. */
final class OwnMetrics implements NodeObserver {

    private static final Duration[] BOUNDS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofSeconds(60)
    };

    private final Node node;
    private final MeterRegistry registry;
    private final Map<Phase.Step, Timer> phases = new EnumMap<>(Phase.Step.class);
    private final Timer total;
    private final Map<Reason, Counter> refusals = new EnumMap<>(Reason.class);
    private final LongAdder calls = new LongAdder();
    private final LongAdder granted = new LongAdder();
    private final MultiGauge tokens;
    private final MultiGauge subnetsFree;
    private final MultiGauge subnetsLast;

    OwnMetrics(Node node, MeterRegistry registry) {
        this.node = node;
        this.registry = registry;
        for (Phase.Step step : Phase.Step.values()) {
            phases.put(step, timer(ExplainJson.name(step)));
        }
        this.total = timer("total");
        for (Reason reason : Reason.values()) {
            refusals.put(
                    reason,
                    Counter.builder("vpccni.add.refusals")
                            .description("ADDs that were told that there is no address")
                            .tag("reason", reason.name())
                            .register(registry));
        }
        this.tokens = MultiGauge.builder("vpccni.ec2.budget.tokens")
                .description("Calls of an EC2 action that could be made at once")
                .register(registry);
        this.subnetsFree = MultiGauge.builder("vpccni.subnet.free.addresses")
                .description("Addresses of a subnet that nobody has, when EC2 was asked last")
                .register(registry);
        this.subnetsLast = MultiGauge.builder("vpccni.subnet.exhaustion.seconds")
                .description("Time until a subnet has no free address if it goes on as in the last hour")
                .register(registry);
        gauge("vpccni_cooling_ip_addresses", "Addresses at rest after their pod", PoolFigures::cooling);
        gauge("vpccni_held_ip_addresses", "Addresses in use by nobody knows whom", PoolFigures::held);
        gauge("vpccni_free_ip_addresses", "Addresses that can serve now", PoolFigures::free);
        gauge("vpccni_waiting_pods", "ADDs without an address", PoolFigures::waiters);
        prefixGauge("vpccni_free_prefixes", "Prefixes of which every address is free", PrefixFigures::free);
        prefixGauge(
                "vpccni_prefix_fragmentation",
                "Share of the addresses in prefixes that are free beside pods, so that their prefix cannot be given back",
                PrefixFigures::fragmentation);
        Gauge.builder("vpccni.ec2.calls.per.address", this, OwnMetrics::callsPerAddress)
                .description("EC2 calls since the start for each address that a pod was given")
                .register(registry);
    }

    private Timer timer(String phase) {
        return Timer.builder("vpccni.add.phase")
                .description("How long ADDs took, by part")
                .tag("phase", phase)
                .serviceLevelObjectives(BOUNDS)
                .register(registry);
    }

    private void gauge(String name, String description, ToIntFunction<PoolFigures> figure) {
        Gauge.builder(
                        name,
                        node,
                        owner -> owner.view()
                                .map(PoolView::figures)
                                .map(figures -> (double) figure.applyAsInt(figures))
                                .orElse(Double.NaN))
                .description(description)
                .register(registry);
    }

    private void prefixGauge(String name, String description, ToDoubleFunction<PrefixFigures> figure) {
        Gauge.builder(
                        name,
                        node,
                        owner -> owner.view()
                                .map(PoolView::prefixFigures)
                                .map(figures -> figure.applyAsDouble(figures))
                                .orElse(Double.NaN))
                .description(description)
                .register(registry);
    }

    private double callsPerAddress() {
        long addresses = granted.sum();
        return addresses == 0 ? 0 : (double) calls.sum() / addresses;
    }

    /** Brings those up to date that nobody tells of. */
    void refresh() {
        tokens.register(
                node.budgetTokens().entrySet().stream()
                        .map(left -> MultiGauge.Row.of(Tags.of("api", left.getKey()), left.getValue()))
                        .toList(),
                true);
        List<SubnetSupply> subnets = node.subnets();
        subnetsFree.register(
                subnets.stream()
                        .map(supply -> MultiGauge.Row.of(subnet(supply), supply.free()))
                        .toList(),
                true);
        subnetsLast.register(
                subnets.stream()
                        .flatMap(supply -> supply.timeLeft().stream()
                                .map(left -> MultiGauge.Row.of(subnet(supply), left.toSeconds())))
                        .toList(),
                true);
    }

    private static Tags subnet(SubnetSupply supply) {
        return Tags.of("subnet", supply.subnet().value());
    }

    @Override
    public void addEnded(Timeline add) {
        for (Phase phase : add.phases()) {
            Timer timer = phases.get(phase.step());
            if (timer != null) {
                timer.record(phase.took());
            }
        }
        total.record(add.total());
        switch (add.outcome()) {
            case Outcome.Granted _ -> granted.increment();
            case Outcome.Refused refused -> {
                Counter counter = refusals.get(refused.reason());
                if (counter != null) {
                    counter.increment();
                }
            }
            case Outcome.HungUp _, Outcome.Waiting _, Outcome.Connecting _ -> {}
        }
    }

    @Override
    public void differed(Side from) {
        registry.counter("vpccni.differences", "from", from.name().toLowerCase(Locale.ROOT))
                .increment();
    }

    @Override
    public void repaired(List<Repair> repairs) {
        repairs.forEach(repair -> registry.counter(
                        "vpccni.host.repairs", "kind", repair.kind().name().toLowerCase(Locale.ROOT))
                .increment());
    }

    @Override
    public void callEnded(ApiCall call) {
        if (!call.isToEc2()) {
            return;
        }
        ApiCall.End end = call.end().orElseThrow();
        calls.increment();
        registry.counter("vpccni.ec2.calls", "api", call.api(), "outcome", end.outcome())
                .increment();
        if (end.throttled()) {
            registry.counter("vpccni.ec2.throttles", "api", call.api()).increment();
        }
    }
}
