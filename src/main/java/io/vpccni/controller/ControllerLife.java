package io.vpccni.controller;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vpccni.config.ControllerSettings;
import io.vpccni.config.ControllerSettingsReader;
import io.vpccni.config.Environment;
import io.vpccni.config.JsonObject;
import io.vpccni.config.Role;
import io.vpccni.ec2.AwsClients;
import io.vpccni.kube.ApiServer.Access;
import io.vpccni.kube.ApiServers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Starts and stops the controller with the application, where that is its role. */
@ApplicationScoped
public class ControllerLife {

    private static final Logger LOG = Logger.getLogger(ControllerLife.class);

    private final Config config;
    private final ApiServers apiServers;
    private final Instance<KubernetesClient> client;
    private final Vertx vertx;
    private final MeterRegistry registry;
    private @Nullable AwsClients aws;
    private @Nullable ControllerRole role;
    private volatile boolean stopping;

    ControllerLife(
            Config config,
            ApiServers apiServers,
            Instance<KubernetesClient> client,
            Vertx vertx,
            MeterRegistry registry) {
        this.registry = registry;
        this.config = config;
        this.apiServers = apiServers;
        this.client = client;
        this.vertx = vertx;
    }

    /** The controller; empty where the application is something else. */
    Optional<ControllerRole> role() {
        return Optional.ofNullable(role);
    }

    void start(@Observes StartupEvent event) {
        if (!Role.of(config.getOptionalValue(Role.variable(), String.class)).contains(Role.CONTROLLER)) {
            return;
        }
        ControllerSettings read = settings();
        ControllerMetrics metrics = new ControllerMetrics(registry);
        AwsClients clients = new AwsClients(read.cloud(), RandomGenerator.getDefault(), metrics);
        aws = clients;
        String region = read.region()
                .orElseGet(() -> clients.imds()
                        .identity()
                        .await()
                        .atMost(Duration.ofSeconds(30))
                        .region());
        ControllerRole made = new ControllerRole(
                read,
                apiServers.open(new Access(read.endpoint(), "amazon-vpc-resource-controller-k8s")),
                clients.trunks(region, InstantSource.system(), read.rate(), read.burst()),
                metrics,
                InstantSource.system());
        role = made;
        metrics.watch(() -> made.views().values());
        made.start(client.get(), vertx, this::lost);
    }

    /** Whoever stops ceases to lead too; that is no reason to end in a hurry. */
    private void lost() {
        if (stopping) {
            return;
        }
        LOG.warn("another replica leads: ending, to start anew");
        Quarkus.asyncExit(1);
    }

    private ControllerSettings settings() {
        Environment environment = new Environment(name -> config.getOptionalValue(name, String.class));
        ControllerSettings read = new ControllerSettingsReader(environment, JsonObject::texts).read();
        environment.settle(LOG);
        return read;
    }

    void stop(@Observes ShutdownEvent event) {
        stopping = true;
        if (role != null) {
            role.close();
        }
        if (aws != null) {
            aws.close();
        }
    }
}
