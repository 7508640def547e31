package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.vpccni.branch.BranchPod;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A pod that asks for a branch interface, reduced to what matters for it.
 *
 * @param node empty while it is not placed
 * @param account its ServiceAccount
 * @param annotation the branch interface that it has, unread
 * @param over whether it has ended and needs nothing any more
 * @param leaving whether it is being deleted
 */
public record SgpPod(
        BranchPod pod,
        Optional<String> node,
        Map<String, String> labels,
        String account,
        Optional<String> annotation,
        boolean over,
        boolean leaving) {

    private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

    public SgpPod {
        labels = Map.copyOf(labels);
    }

    static SgpPod of(Pod pod) {
        ObjectMeta meta = pod.getMetadata();
        return new SgpPod(
                new BranchPod(meta.getNamespace(), meta.getName(), String.valueOf(meta.getUid())),
                Optional.ofNullable(pod.getSpec()).map(spec -> spec.getNodeName()),
                orEmpty(meta.getLabels()),
                Optional.ofNullable(pod.getSpec())
                        .map(spec -> spec.getServiceAccountName())
                        .orElse("default"),
                Optional.ofNullable(orEmpty(meta.getAnnotations()).get(BranchAnnotation.KEY)),
                pod.getStatus() != null
                        && FINISHED.contains(String.valueOf(pod.getStatus().getPhase())),
                meta.getDeletionTimestamp() != null);
    }

    private static Map<String, String> orEmpty(Map<String, String> map) {
        return Objects.requireNonNullElse(map, Map.of());
    }

    /** Whether any of the pod's containers asks for a branch interface: whoever changes pods may put another one first. */
    public static boolean asksForBranch(Pod pod) {
        List<Container> containers = pod.getSpec() == null
                ? List.of()
                : Objects.requireNonNullElse(pod.getSpec().getContainers(), List.of());
        return containers.stream().anyMatch(SgpPod::asksForBranch);
    }

    private static boolean asksForBranch(Container container) {
        return container.getResources() != null
                && (names(container.getResources().getLimits())
                        || names(container.getResources().getRequests()));
    }

    private static boolean names(Map<String, ?> quantities) {
        return quantities != null
                && quantities.keySet().stream().anyMatch(name -> name.startsWith(BranchAnnotation.KEY));
    }
}
