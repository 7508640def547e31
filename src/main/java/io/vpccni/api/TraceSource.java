package io.vpccni.api;

import io.opentelemetry.api.OpenTelemetry;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Makes {@link Traces} of what Quarkus was told to do with spans. */
class TraceSource {

    /** Switched off, OpenTelemetry is not even looked at. */
    @Produces
    @Singleton
    Traces traces(
            Instance<OpenTelemetry> openTelemetry,
            @ConfigProperty(name = "quarkus.otel.sdk.disabled", defaultValue = "true") boolean disabled) {
        return disabled
                ? Traces.OFF
                : new Traces(Optional.of(openTelemetry.get().getTracer("io.vpccni")));
    }
}
