package io.vpccni.controller;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.vertx.core.Vertx;
import io.vpccni.branch.Policy;
import io.vpccni.config.ControllerSettings;
import io.vpccni.kube.Policies;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Admission as a whole: the server, its certificate, and the API server that has to know both. Every replica has it. */
final class Webhooks implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Webhooks.class);

    /** How soon a certificate that another replica has made, or a configuration that somebody removed, is seen. */
    private static final Duration PERIOD = Duration.ofSeconds(30);

    private final ControllerSettings settings;
    private final KubernetesClient client;
    private final Policies policies;
    private final CertificateKeeper certificates;
    private final WebhookServer server;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("webhooks").factory());
    private Certificate used;

    /** Listens from now on, and has the API server ask. */
    Webhooks(
            Vertx vertx, ControllerSettings settings, KubernetesClient client, Policies policies, InstantSource clock) {
        this.settings = settings;
        this.client = client;
        this.policies = policies;
        this.certificates = new CertificateKeeper(client, settings.namespace(), names(settings), clock);
        this.used = certificates.current();
        this.server = new WebhookServer(
                vertx,
                new AdmissionReviews(policies),
                settings.webhooks().host(),
                settings.webhooks().port(),
                used);
        timer.scheduleWithFixedDelay(this::refresh, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static List<String> names(ControllerSettings settings) {
        String service = settings.webhooks().service() + "." + settings.namespace() + ".svc";
        return settings.webhooks()
                .url()
                .map(url -> List.of(URI.create(url).getHost(), service))
                .orElseGet(() -> List.of(service, service + ".cluster.local"));
    }

    /** The port that is listened on. */
    int port() {
        return server.port();
    }

    /** Policies are different: so may be the namespaces whose pods must not pass unseen. */
    void policiesChanged() {
        timer.execute(this::refresh);
    }

    private void refresh() {
        try {
            Certificate now = certificates.current();
            if (!now.equals(used)) {
                server.use(now);
                used = now;
            }
            Set<String> closed = settings.failClosed()
                    ? policies.all().stream().map(Policy::namespace).collect(Collectors.toSet())
                    : Set.of();
            WebhookConfigurations wanted =
                    new WebhookConfigurations(settings.webhooks(), settings.namespace(), now.authority(), closed);
            put(wanted.mutating());
            put(wanted.validating());
        } catch (RuntimeException e) {
            LOG.warnf("webhooks are not registered as they should be, it is tried again: %s", e.getMessage());
        }
    }

    private void put(MutatingWebhookConfiguration wanted) {
        var named = client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(wanted.getMetadata().getName());
        Optional<MutatingWebhookConfiguration> found = Optional.ofNullable(named.get());
        if (found.isEmpty()) {
            client.resource(wanted).create();
        } else if (!wanted.getWebhooks().equals(found.get().getWebhooks())) {
            named.edit(_ -> wanted);
        }
    }

    private void put(ValidatingWebhookConfiguration wanted) {
        var named = client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(wanted.getMetadata().getName());
        Optional<ValidatingWebhookConfiguration> found = Optional.ofNullable(named.get());
        if (found.isEmpty()) {
            client.resource(wanted).create();
        } else if (!wanted.getWebhooks().equals(found.get().getWebhooks())) {
            named.edit(_ -> wanted);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        server.close();
    }
}
