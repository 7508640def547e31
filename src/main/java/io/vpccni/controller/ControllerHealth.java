package io.vpccni.controller;

import io.quarkus.vertx.http.ManagementInterface;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Whether the controller works. Ready means: this replica can admit pods. {@code /healthz}, as the reference has it, is for
 * liveness: 200 while the loop takes its turns, else 500 and the name of the check; 404 where the application is something else.
 */
@Readiness
@ApplicationScoped
class ControllerHealth implements HealthCheck {

    /** The reference's checks have to answer within this time. */
    private static final Duration PATIENCE = Duration.ofSeconds(28);

    private static final int OK = 200;
    private static final int BROKEN = 500;
    private static final int NOTHING_HERE = 404;

    /** The reference's name of the check. */
    private static final String PROVIDER = "health-branch-provider";

    private final ControllerLife life;

    ControllerHealth(ControllerLife life) {
        this.life = life;
    }

    @Override
    public HealthCheckResponse call() {
        boolean admits = life.role().map(ControllerRole::isAdmitting).orElse(true);
        return HealthCheckResponse.named("admission").status(admits).build();
    }

    void register(@Observes ManagementInterface management) {
        management.router().get("/healthz").handler(context -> {
            Optional<Boolean> alive = life.role().map(role -> isAlive(role.lastTurn(), Instant.now()));
            context.response()
                    .setStatusCode(alive.map(good -> good ? OK : BROKEN).orElse(NOTHING_HERE))
                    .end(alive.map(good -> good ? "ok" : PROVIDER + " failed").orElse(""));
        });
    }

    /** @param lastTurn of the loop, where this replica leads */
    static boolean isAlive(Optional<Instant> lastTurn, Instant now) {
        return lastTurn.map(last -> last.plus(PATIENCE).isAfter(now)).orElse(true);
    }
}
