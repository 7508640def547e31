package io.vpccni.api;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.PoolView;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.function.ToIntFunction;

/** The pool as Prometheus gauges. Names are the reference's, so that dashboards and its metrics helper go on working. */
@ApplicationScoped
class NodeMetrics {

    private static final int AFTER_THE_NODE = 5000;

    private final NodeLife life;
    private final MeterRegistry registry;

    NodeMetrics(NodeLife life, MeterRegistry registry) {
        this.life = life;
        this.registry = registry;
    }

    void register(@Observes @Priority(AFTER_THE_NODE) StartupEvent event) {
        gauge("awscni_eni_allocated", view -> view.enis().size());
        gauge("awscni_total_ip_addresses", PoolView::total);
        gauge("awscni_assigned_ip_addresses", view -> view.count(AddressState.Assigned.class));
        gauge("vpccni_cooling_ip_addresses", view -> view.count(AddressState.Cooling.class));
        gauge("vpccni_held_ip_addresses", view -> view.count(AddressState.Held.class));
        gauge("vpccni_waiting_pods", view -> view.waiters().size());
    }

    private void gauge(String name, ToIntFunction<PoolView> figure) {
        Gauge.builder(
                        name,
                        life,
                        owner -> owner.node()
                                .view()
                                .map(figure::applyAsInt)
                                .map(Integer::doubleValue)
                                .orElse(Double.NaN))
                .register(registry);
    }
}
