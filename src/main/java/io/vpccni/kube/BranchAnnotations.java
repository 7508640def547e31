package io.vpccni.kube;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.smallrye.mutiny.Uni;
import io.vpccni.branch.BranchEni;
import io.vpccni.branch.BranchPod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells pods which branch interface they have. */
public final class BranchAnnotations {

    private static final int CONFLICT = 409;

    private final ApiServer server;

    public BranchAnnotations(ApiServer server) {
        this.server = server;
    }

    /** How a pod was told. */
    public sealed interface Told {
        /**
         * The pod carries the annotation.
         *
         * @param scheduled when the scheduler placed it, in whole seconds; empty where the pod does not say
         */
        record Yes(Optional<Instant> scheduled) implements Told {}

        /** There is no such pod any more; nobody has read the annotation. */
        record PodGone() implements Told {}
    }

    /**
     * Writes the annotation into this pod and no other of its name. A failure that leaves it open whether the server has taken it
     * is cleared up by reading the pod; when that fails too, so does this.
     */
    public Uni<Told> write(BranchPod pod, BranchEni eni) {
        String value = BranchAnnotation.write(eni);
        return server.call(client -> patch(client, pod, value))
                .<Told>map(patched -> new Told.Yes(scheduled(Optional.ofNullable(patched))))
                .onFailure()
                .recoverWithUni(failure -> server.call(client -> read(client, pod, value, failure)));
    }

    private static @Nullable Pod patch(KubernetesClient client, BranchPod pod, String value) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.putObject("metadata")
                // The server refuses the patch when the pod of that name is another one by now.
                .put("uid", pod.uid())
                .putObject("annotations")
                .put(BranchAnnotation.KEY, value);
        return named(client, pod).patch(PatchContext.of(PatchType.JSON_MERGE), root.toString());
    }

    private static Told read(KubernetesClient client, BranchPod pod, String value, Throwable failure) {
        Optional<Pod> found = Optional.ofNullable(named(client, pod).get())
                .filter(live -> pod.uid().equals(live.getMetadata().getUid()));
        if (found.isEmpty()) {
            return new Told.PodGone();
        }
        Map<String, String> annotations =
                Objects.requireNonNullElse(found.get().getMetadata().getAnnotations(), Map.of());
        if (value.equals(annotations.get(BranchAnnotation.KEY))) {
            return new Told.Yes(scheduled(found));
        }
        throw new IllegalStateException(
                "pod " + pod + " could not be annotated"
                        + (ApiServer.status(failure) == CONFLICT ? " (somebody changed it meanwhile)" : "")
                        + ": " + ApiServer.words(failure),
                failure);
    }

    private static Optional<Instant> scheduled(Optional<Pod> pod) {
        return pod.map(Pod::getStatus)
                .flatMap(status -> Objects.requireNonNullElse(status.getConditions(), List.<PodCondition>of()).stream()
                        .filter(condition ->
                                "PodScheduled".equals(condition.getType()) && "True".equals(condition.getStatus()))
                        .findFirst())
                .map(PodCondition::getLastTransitionTime)
                .map(Instant::parse);
    }

    private static PodResource named(KubernetesClient client, BranchPod pod) {
        return client.pods().inNamespace(pod.namespace()).withName(pod.name());
    }
}
