package io.vpccni.controller;

import io.vpccni.branch.BranchEni;
import io.vpccni.branch.BranchPod;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.branch.TrunkAction;
import io.vpccni.branch.TrunkFacts;
import io.vpccni.kube.BranchAnnotation;
import io.vpccni.kube.EventSubject;
import io.vpccni.kube.EventType;
import io.vpccni.kube.Events;
import io.vpccni.kube.PodId;
import io.vpccni.vpc.CloudFailure;

/** What people see with kubectl describe. Reasons are the reference's, so that searches and alerts still hit. */
final class BranchNews {

    private static final String ACTION = "BranchENI";

    private final Events events;

    BranchNews(Events events) {
        this.events = events;
    }

    void requested(BranchPod pod, SecurityGroups groups) {
        tell(
                pod,
                EventType.NORMAL,
                "SecurityGroupRequested",
                "Pod will get the following Security Groups [" + groups + "]");
    }

    /** A pod asks for a branch, and no policy says which groups. */
    void withNodesGroups(BranchPod pod, SecurityGroups groups) {
        tell(
                pod,
                EventType.WARNING,
                "SecurityGroupRequested",
                "No SecurityGroupPolicy selects the pod: it gets the security groups of its node [" + groups
                        + "]. Create the policy first, then the pod");
    }

    void refused(BranchPod pod) {
        tell(
                pod,
                EventType.WARNING,
                "SecurityGroupRequested",
                "No SecurityGroupPolicy selects the pod, and VPCCNI_FAIL_CLOSED keeps it from running with the security"
                        + " groups of its node. Create the policy; the pod then gets its interface");
    }

    void allocated(BranchPod pod, BranchEni eni) {
        tell(pod, EventType.NORMAL, "ResourceAllocated", "Allocated " + BranchAnnotation.write(eni) + " to the pod");
    }

    void annotationFailed(BranchPod pod, Throwable failure) {
        tell(pod, EventType.WARNING, "BranchENIAnnotationFailed", String.valueOf(failure.getMessage()));
    }

    void creationFailed(TrunkFacts trunk, TrunkAction.Create create, CloudFailure failure) {
        String note = "A branch interface with the security groups [" + create.groups() + "] could not be created: "
                + failure.code() + ": " + failure.message();
        create.owner()
                .ifPresentOrElse(
                        pod -> tell(pod, EventType.WARNING, "BranchAllocationFailed", note),
                        () -> ofNode(trunk.node(), EventType.WARNING, "BranchAllocationFailed", note));
    }

    void ofNode(String node, EventType type, String reason, String note) {
        events.record(new EventSubject.OfNode(node), type, reason, "Trunk", note);
    }

    private void tell(BranchPod pod, EventType type, String reason, String note) {
        events.record(new EventSubject.OfPod(new PodId(pod.namespace(), pod.name())), type, reason, ACTION, note);
    }
}
