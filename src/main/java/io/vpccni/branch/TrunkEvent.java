package io.vpccni.branch;

import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.EniId;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Something that happened outside and that a trunk has to know. */
public sealed interface TrunkEvent {

    /**
     * A pod is on the node and has to have a branch interface with these security groups. Told again with others, the interface
     * that it has gets those.
     */
    record PodPlaced(BranchPod pod, SecurityGroups groups) implements TrunkEvent {}

    /** The pod has ended, or is not there any more. */
    record PodGone(BranchPod pod) implements TrunkEvent {}

    /** The pods of the node, all of them: of those that are not here nothing more will be heard. */
    record PodsListed(Set<BranchPod> pods) implements TrunkEvent {
        public PodsListed {
            pods = Set.copyOf(pods);
        }
    }

    /** EC2 has made the interface; it is not associated yet. */
    record Created(String token, BranchEni eni) implements TrunkEvent {}

    record CreateFailed(String token, CloudFailure failure) implements TrunkEvent {}

    record Associated(EniId eni, String association) implements TrunkEvent {}

    record AssociateFailed(EniId eni, CloudFailure failure) implements TrunkEvent {}

    record GroupsSet(EniId eni, SecurityGroups groups) implements TrunkEvent {}

    record GroupsFailed(EniId eni, CloudFailure failure) implements TrunkEvent {}

    /** The pod carries the annotation. */
    record Annotated(BranchPod pod, EniId eni) implements TrunkEvent {}

    /** Nobody knows whether the pod carries the annotation, or it was refused. */
    record AnnotateFailed(BranchPod pod, EniId eni) implements TrunkEvent {}

    record Deleted(EniId eni) implements TrunkEvent {}

    record DeleteFailed(EniId eni, CloudFailure failure) implements TrunkEvent {}

    /**
     * Which interfaces EC2 has for this trunk.
     *
     * @param known interfaces that were the trunk's when EC2 was asked
     * @param asked when that was
     * @param trunkThere whether the trunk is on its instance
     */
    record Observed(Set<EniId> known, Instant asked, List<SeenBranch> found, boolean trunkThere) implements TrunkEvent {
        public Observed {
            known = Set.copyOf(known);
            found = List.copyOf(found);
        }
    }

    /** EC2 did not answer. */
    record ObserveFailed(CloudFailure failure) implements TrunkEvent {}

    /** The instance has this trunk now. */
    record TrunkReplaced(TrunkFacts facts) implements TrunkEvent {}

    record ReplaceFailed(CloudFailure failure) implements TrunkEvent {}

    /** Which security groups policies name now: interfaces with others are not worth keeping. */
    record PoliciesChanged(Set<SecurityGroups> named) implements TrunkEvent {
        public PoliciesChanged {
            named = Set.copyOf(named);
        }
    }

    /** People set how long an address rests, and how many branches to keep ahead. */
    record TermsChanged(BranchTerms terms) implements TrunkEvent {}

    /** The clock moved on. */
    record Tick() implements TrunkEvent {}
}
