package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a pod says that matters here.
 *
 * @param uid which pod of that name
 * @param staticUid what its node calls a static pod, whose object in the API server is a mirror of it; empty for others
 * @param needsAddress placed on this node, to be connected by us, and without an address so far
 * @param asksForBranch whether it is to have a branch interface instead
 * @param branch the annotation that says which, unread
 */
public record PodFacts(
        PodId id,
        String uid,
        Optional<String> staticUid,
        boolean needsAddress,
        boolean asksForBranch,
        Optional<String> branch) {

    private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");
    private static final String MIRROR = "kubernetes.io/config.mirror";

    static PodFacts of(Pod pod) {
        boolean asksForBranch = SgpPod.asksForBranch(pod);
        Map<String, String> annotations =
                Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.of());
        return new PodFacts(
                new PodId(pod.getMetadata().getNamespace(), pod.getMetadata().getName()),
                String.valueOf(pod.getMetadata().getUid()),
                Optional.ofNullable(annotations.get(MIRROR)),
                pod.getMetadata().getDeletionTimestamp() == null
                        && !isOnHostNetwork(pod)
                        && !isFinished(pod)
                        && !hasAddress(pod)
                        && !asksForBranch,
                asksForBranch,
                Optional.ofNullable(annotations.get(BranchAnnotation.KEY)));
    }

    /** Whether the runtime means this pod; one that does not say which means any of the name. */
    public boolean is(String runtimeUid) {
        return runtimeUid.isEmpty() || uid.equals(runtimeUid) || staticUid.equals(Optional.of(runtimeUid));
    }

    private static boolean isOnHostNetwork(Pod pod) {
        return pod.getSpec() != null && Boolean.TRUE.equals(pod.getSpec().getHostNetwork());
    }

    private static boolean isFinished(Pod pod) {
        PodStatus status = pod.getStatus();
        return status != null && status.getPhase() != null && FINISHED.contains(status.getPhase());
    }

    private static boolean hasAddress(Pod pod) {
        PodStatus status = pod.getStatus();
        return status != null
                && ((status.getPodIP() != null && !status.getPodIP().isEmpty())
                        || (status.getPodIPs() != null && !status.getPodIPs().isEmpty()));
    }
}
