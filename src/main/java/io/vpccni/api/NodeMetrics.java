package io.vpccni.api;

import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.RoutingContext;
import io.vpccni.daemon.Node;
import io.vpccni.daemon.NodeObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /metrics}: what Quarkus measures, what only we measure, and the reference's metrics under their exact names. */
@ApplicationScoped
class NodeMetrics {

    private static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    /** Before the page that Quarkus serves under the same path, which has not all of it. */
    private static final int FIRST = -1_000;

    private record Watched(Node node, ReferenceMetrics reference, OwnMetrics own) {}

    private final PrometheusMeterRegistry registry;
    private volatile @Nullable Watched watched;

    NodeMetrics(PrometheusMeterRegistry registry) {
        this.registry = registry;
    }

    /** Measures {@code node} once what it returns observes it. */
    List<NodeObserver> watch(Node node) {
        Watched pair = new Watched(node, new ReferenceMetrics(node), new OwnMetrics(node, registry));
        watched = pair;
        return List.of(pair.reference(), pair.own());
    }

    void register(@Observes ManagementInterface management) {
        management.router().route("/metrics").order(FIRST).handler(this::answer);
    }

    private void answer(RoutingContext context) {
        Watched pair = watched;
        if (pair != null && !pair.node().settings().reports().metrics()) {
            context.response().setStatusCode(404).end("metrics are switched off by DISABLE_METRICS\n");
            return;
        }
        context.response().putHeader("Content-Type", TEXT_FORMAT).end(text(pair));
    }

    private String text(@Nullable Watched pair) {
        if (pair == null) {
            return registry.scrape();
        }
        pair.own().refresh();
        return registry.scrape() + pair.reference().text();
    }
}
