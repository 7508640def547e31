package io.vpccni.api;

import io.vpccni.daemon.Node;
import io.vpccni.pool.PoolView;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready means: a pod that comes now gets an address. gRPC health only says that the daemon answers, as the reference's does. */
@Readiness
@ApplicationScoped
class NodeReadiness implements HealthCheck {

    private final NodeLife life;

    NodeReadiness(NodeLife life) {
        this.life = life;
    }

    @Override
    public HealthCheckResponse call() {
        return life.served().map(NodeReadiness::of).orElseGet(() -> HealthCheckResponse.up("addresses"));
    }

    private static HealthCheckResponse of(Node node) {
        boolean serves = node.view().map(view -> view.canServe()).orElse(false);
        return HealthCheckResponse.named("addresses")
                .status(serves)
                .withData("waitsFor", node.isReady() ? "" : node.startTrouble())
                .withData(
                        "podsWait",
                        node.view().map(view -> view.waiters().size()).orElse(0))
                .withData(
                        "why",
                        node.view()
                                .flatMap(PoolView::diagnosis)
                                .map(found -> found.reason().explain(found.detail()))
                                .orElse(""))
                .build();
    }
}
