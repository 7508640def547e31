package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Set;

/**
 * What a pod says that matters here.
 *
 * @param uid which pod of that name
 * @param needsAddress placed on this node, to be connected by us, and without an address so far
 */
record PodFacts(PodId id, String uid, boolean needsAddress) {

    private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");
    private static final String BRANCH_ENI = "vpc.amazonaws.com/pod-eni";

    static PodFacts of(Pod pod) {
        return new PodFacts(
                new PodId(pod.getMetadata().getNamespace(), pod.getMetadata().getName()),
                String.valueOf(pod.getMetadata().getUid()),
                pod.getMetadata().getDeletionTimestamp() == null
                        && !isOnHostNetwork(pod)
                        && !isFinished(pod)
                        && !hasAddress(pod)
                        && !isOnBranchEni(pod));
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

    /** Such a pod gets an interface of its own from the resource controller. The first container carries the limit. */
    private static boolean isOnBranchEni(Pod pod) {
        List<Container> containers =
                pod.getSpec() == null ? null : pod.getSpec().getContainers();
        if (containers == null || containers.isEmpty()) {
            return false;
        }
        Container first = containers.getFirst();
        return first.getResources() != null
                && first.getResources().getLimits() != null
                && first.getResources().getLimits().keySet().stream().anyMatch(name -> name.startsWith(BRANCH_ENI));
    }
}
