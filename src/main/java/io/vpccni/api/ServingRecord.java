package io.vpccni.api;

import io.vpccni.explain.Outcome;
import io.vpccni.pool.PodName;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.PoolFigures;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.Reason;
import io.vpccni.vpc.CloudFailure;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a node that has started can serve pods, seen from what it did. A full node can: it serves as soon as a pod leaves. One
 * that lacks what a pod needs, and has nothing else to hope for than that somebody mends it, cannot.
 *
 * @param hasServed whether it could before
 * @param growthTrouble why EC2 or the kernel gave no address the last time; empty after a success
 * @param failedPods pods that could not be connected since the last one that could
 * @param podTrouble what the last of them failed with
 * @param wasIdle whether the last look found no address and nothing under way
 */
record ServingRecord(
        boolean hasServed,
        Optional<String> growthTrouble,
        Set<PodName> failedPods,
        String podTrouble,
        boolean wasIdle) {

    static final ServingRecord BEGINNING = new ServingRecord(false, Optional.empty(), Set.of(), "", false);

    /** One pod alone may fail for a reason of its own. */
    private static final int SUSPICIOUS_PODS = 2;

    ServingRecord {
        failedPods = Set.copyOf(failedPods);
    }

    /** A step of the pool ended. */
    ServingRecord after(PoolEvent outcome) {
        return switch (outcome) {
            case PoolEvent.CreateFailed failed -> withGrowthTrouble(Optional.of(words(failed.failure())));
            case PoolEvent.EniFailed failed -> withGrowthTrouble(Optional.of(words(failed.failure())));
            case PoolEvent.NodeUnobserved failed -> withGrowthTrouble(Optional.of(words(failed.failure())));
            case PoolEvent.Filled _, PoolEvent.EniWired _, PoolEvent.EniAttached _ ->
                withGrowthTrouble(Optional.empty());
            default -> this;
        };
    }

    /** An ADD was answered. */
    ServingRecord after(PodName pod, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Granted _ -> withFailedPods(Set.of(), "");
            case Outcome.Refused(Reason reason, String detail)
            when connectsNobody(reason) -> {
                Set<PodName> failed = new HashSet<>(failedPods);
                if (failed.size() < SUSPICIOUS_PODS) {
                    failed.add(pod);
                }
                yield withFailedPods(failed, reason.name() + ": " + detail);
            }
            case Outcome.Refused _, Outcome.HungUp _, Outcome.Waiting _, Outcome.Connecting _ -> this;
        };
    }

    /** No pod comes to a node that is not ready, so none could show that it has been mended: the next ones are to show it. */
    ServingRecord afterPodsAreGone() {
        return withFailedPods(Set.of(), "");
    }

    /** The pool was looked at. */
    ServingRecord after(PoolView view) {
        return new ServingRecord(
                hasServed || obstacle(view).isEmpty(), growthTrouble, failedPods, podTrouble, isIdle(view));
    }

    /** Why the node cannot serve; empty when it can. */
    Optional<String> obstacle(PoolView view) {
        if (failedPods.size() >= SUSPICIOUS_PODS) {
            return Optional.of(podTrouble);
        }
        if (view.figures().free() > 0) {
            return Optional.empty();
        }
        Optional<String> broken = view.diagnosis()
                .filter(diagnosis -> lacksWhatAPodNeeds(diagnosis.reason()))
                .map(diagnosis -> diagnosis.reason().name() + ": " + diagnosis.detail());
        if (broken.isPresent() || hasServed || isInUse(view)) {
            return broken;
        }
        // A node that wants no address ahead of its pods gets them when they come.
        return growthTrouble.or(() ->
                wasIdle && isIdle(view) ? Optional.empty() : Optional.of("the first addresses have not come yet"));
    }

    private ServingRecord withGrowthTrouble(Optional<String> trouble) {
        return new ServingRecord(hasServed, trouble, failedPods, podTrouble, wasIdle);
    }

    private ServingRecord withFailedPods(Set<PodName> failed, String trouble) {
        return new ServingRecord(hasServed, growthTrouble, failed, trouble, wasIdle);
    }

    private static boolean isInUse(PoolView view) {
        PoolFigures figures = view.figures();
        return figures.assigned() + figures.cooling() + figures.held() > 0;
    }

    private static boolean isIdle(PoolView view) {
        return view.figures().free() + view.figures().coming() + view.creating() == 0 && !isInUse(view);
    }

    private static String words(CloudFailure failure) {
        return failure.code() + ": " + failure.message();
    }

    private static boolean connectsNobody(Reason reason) {
        return reason == Reason.WIRING_FAILED
                || reason == Reason.CHECKPOINT_FAILED
                || reason == Reason.NETWORK_POLICY_FAILED;
    }

    /** As against a node, a subnet or an account that is full, and against pods that ask for what there is not. */
    private static boolean lacksWhatAPodNeeds(Reason reason) {
        return switch (reason) {
            case EC2_THROTTLED,
                    IAM_DENIED,
                    EC2_UNREACHABLE,
                    EC2_REFUSED,
                    ENI_NOT_WIRED,
                    WIRING_FAILED,
                    NETWORK_POLICY_FAILED,
                    CHECKPOINT_FAILED,
                    STARTING,
                    API_SERVER_NEEDED,
                    ENI_CONFIG_MISSING,
                    NO_SUITABLE_SUBNET -> true;
            case ENI_LIMIT,
                    ENI_QUOTA,
                    NO_FREE_ADDRESS_COOLING,
                    ADDRESSES_HELD,
                    SUBNET_EXHAUSTED,
                    NO_CONTIGUOUS_PREFIX,
                    EC2_PENDING,
                    MAX_PODS,
                    STOPPING,
                    DELETED,
                    BAD_REQUEST,
                    MULTI_NIC_DISABLED,
                    NODE_CORDONED,
                    PROVISIONING_DISABLED,
                    TRUNK_MISSING,
                    BRANCH_NOT_ANNOTATED,
                    BRANCH_UNUSABLE,
                    POD_UNKNOWN -> false;
        };
    }
}
