package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.kube.EniConfig.Fault;
import io.vpccni.kube.EniConfig.Unusable;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The cluster's ENIConfigs, by name. They are watched from the first question on, so later ones cost no call. */
public final class EniConfigs implements AutoCloseable {

    /** The custom resource; cluster-scoped. */
    static final ResourceDefinitionContext DEFINITION = new ResourceDefinitionContext.Builder()
            .withGroup("crd.k8s.amazonaws.com")
            .withVersion("v1alpha1")
            .withKind("ENIConfig")
            .withPlural("eniconfigs")
            .withNamespaced(false)
            .build();

    /** How long the first question may wait for the API server. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ApiServer server;
    private final CompletableFuture<Boolean> listed = new CompletableFuture<>();
    private volatile Map<String, GenericKubernetesResource> known = Map.of();
    private @Nullable Cancellable watching;

    public EniConfigs(ApiServer server) {
        this.server = server;
    }

    /** The ENIConfig of that name, as it is now. Fails with {@link Unusable}. */
    public Uni<EniConfig> get(String name) {
        watch();
        return Uni.createFrom()
                .completionStage(() -> listed.copy())
                .ifNoItem()
                .after(PATIENCE)
                .failWith(() -> new Unusable(
                        Fault.UNREADABLE,
                        "ENIConfig " + name + " cannot be read: "
                                + (server.troubles().isEmpty() ? "no answer yet" : server.troubles())))
                .map(_ -> find(name));
    }

    private EniConfig find(String name) {
        GenericKubernetesResource found = known.get(name);
        if (found == null) {
            throw new Unusable(
                    Fault.MISSING,
                    "eniconfig: eniconfig is not available: there is no ENIConfig " + name
                            + "; create it, or name another one on the node");
        }
        return EniConfig.of(found);
    }

    private synchronized void watch() {
        if (watching == null) {
            watching = server.<GenericKubernetesResource>watch("the ENIConfigs", EniConfigs::all)
                    .subscribe()
                    .with(this::takeIn, listed::completeExceptionally);
        }
    }

    private static FilterWatchListDeletable<
                    GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            all(KubernetesClient client) {
        return client.genericKubernetesResources(DEFINITION);
    }

    private void takeIn(Seen<GenericKubernetesResource> seen) {
        Map<String, GenericKubernetesResource> next = new HashMap<>(known);
        switch (seen) {
            case Seen.All<GenericKubernetesResource> all -> {
                next.clear();
                all.objects().forEach(object -> next.put(object.getMetadata().getName(), object));
            }
            case Seen.Changed<GenericKubernetesResource> changed ->
                next.put(changed.object().getMetadata().getName(), changed.object());
            case Seen.Gone<GenericKubernetesResource> gone ->
                next.remove(gone.object().getMetadata().getName());
        }
        known = Map.copyOf(next);
        listed.complete(true);
    }

    @Override
    public synchronized void close() {
        if (watching != null) {
            watching.cancel();
        }
    }
}
