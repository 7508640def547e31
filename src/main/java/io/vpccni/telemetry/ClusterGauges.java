package io.vpccni.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vpccni.telemetry.ClusterMetrics.Audience;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Shows Prometheus sums under the names that they have on the nodes; no number before the first look. */
final class ClusterGauges implements Audience {

    private final Map<Figure, Double> shown = new ConcurrentHashMap<>();

    ClusterGauges(MeterRegistry registry) {
        for (Figure figure : Figure.values()) {
            if (figure.kind() == Figure.Kind.SHOWN_SUM) {
                Gauge.builder(figure.metric(), () -> shown.getOrDefault(figure, Double.NaN))
                        .description("The sum of all nodes")
                        .register(registry);
            }
        }
    }

    @Override
    public Uni<Void> hear(Map<Figure, Double> figures) {
        shown.keySet().retainAll(figures.keySet());
        shown.putAll(figures);
        return Uni.createFrom().voidItem();
    }
}
