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
import io.vpccni.kube.Policies;
import io.vpccni.vpc.CloudFailure;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What people see with kubectl describe. Reasons are the reference's, so that searches and alerts still hit. */
final class BranchNews {

    private static final String ACTION = "BranchENI";

    /** EC2's codes for groups that do not exist, are no groups, or are too many. */
    private static final Pattern OF_GROUPS =
            Pattern.compile("InvalidGroup.*|InvalidSecurityGroup.*|SecurityGroupsPerInterfaceLimitExceeded");

    private final Events events;
    private final Policies policies;

    BranchNews(Events events, Policies policies) {
        this.events = events;
        this.policies = policies;
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
                + words(failure);
        create.owner().ifPresent(pod -> blamePolicies(pod, create.groups(), failure));
        create.owner()
                .ifPresentOrElse(
                        pod -> tell(pod, EventType.WARNING, "BranchAllocationFailed", note),
                        () -> ofNode(trunk.node(), EventType.WARNING, "BranchAllocationFailed", note));
    }

    void groupsFailed(TrunkAction.SetGroups set, CloudFailure failure) {
        tell(
                set.owner(),
                EventType.WARNING,
                "BranchGroupsFailed",
                "The interface " + set.eni() + " could not be given the security groups [" + set.groups() + "]: "
                        + words(failure));
        blamePolicies(set.owner(), set.groups(), failure);
    }

    private static String words(CloudFailure failure) {
        return failure.code() + ": " + failure.message();
    }

    /** Where EC2 refused the groups themselves, said on the policies that name those of which it speaks. */
    private void blamePolicies(BranchPod pod, SecurityGroups refused, CloudFailure failure) {
        if (!OF_GROUPS.matcher(failure.code()).matches()) {
            return;
        }
        List<String> spokenOf =
                refused.ids().stream().filter(failure.message()::contains).toList();
        List<String> bad = spokenOf.isEmpty() ? refused.ids() : spokenOf;
        policies.naming(pod.namespace(), groups -> groups.ids().stream().anyMatch(bad::contains))
                .forEach(policy -> events.record(
                        policy,
                        EventType.WARNING,
                        "SecurityGroupsRefused",
                        ACTION,
                        "EC2 refuses security groups of this policy, so that pods do not get them: " + words(failure)));
    }

    /** What pods with these groups will miss, said on the policies that the groups come from. */
    void advise(String namespace, SecurityGroups groups, String advice) {
        policies.naming(namespace, own -> !own.isEmpty() && groups.ids().containsAll(own.ids()))
                .forEach(policy -> events.record(
                        policy,
                        EventType.WARNING,
                        "SecurityGroupsAdvice",
                        ACTION,
                        "Of the security groups [" + groups + "] " + advice));
    }

    void interfaceLost(BranchPod pod) {
        tell(
                pod,
                EventType.WARNING,
                "BranchENILost",
                "EC2 does not have the pod's branch interface any more, so that it has no network. Delete the pod: the"
                        + " one that replaces it gets another interface");
    }

    void trunkFound(TrunkFacts trunk) {
        ofNode(trunk.node(), EventType.NORMAL, "NodeTrunkInitiated", "The node has the trunk interface " + trunk.eni());
    }

    void trunkLost(TrunkFacts trunk) {
        ofNode(
                trunk.node(),
                EventType.WARNING,
                "NodeTrunkLost",
                "Somebody detached or deleted the trunk interface " + trunk.eni() + ": the node gets another one. Pods"
                        + " that had branches of it have to be deleted");
    }

    void ofNode(String node, EventType type, String reason, String note) {
        events.record(new EventSubject.OfNode(node), type, reason, "Trunk", note);
    }

    private void tell(BranchPod pod, EventType type, String reason, String note) {
        events.record(
                new EventSubject.OfPod(new PodId(pod.namespace(), pod.name()), Optional.of(pod.uid())),
                type,
                reason,
                ACTION,
                note);
    }
}
