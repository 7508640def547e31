package io.vpccni.branch;

import io.vpccni.vpc.CloudFailure;
import java.time.Instant;
import java.util.Optional;

/**
 * A pod without a branch.
 *
 * @param attempt tells one creation for this pod from the next
 * @param since when the pod was placed
 * @param last why the last creation failed
 */
public record Wish(
        BranchPod pod, SecurityGroups groups, int attempt, Instant since, Optional<CloudFailure> last, Step step) {

    static Wish of(BranchPod pod, SecurityGroups groups, Instant now) {
        return new Wish(pod, groups, 0, now, Optional.empty(), Step.from(now));
    }

    /** The same pod always asks for the same interface with the same words, also after a restart, until an answer has come. */
    String token(int vlan) {
        return pod.uid() + "-" + vlan + "-" + attempt;
    }

    Wish wanting(SecurityGroups others) {
        return new Wish(pod, others, attempt + 1, since, last, step);
    }

    /** With a token that has not been used. */
    Wish anew() {
        return new Wish(pod, groups, attempt + 1, since, last, step);
    }

    Wish failed(CloudFailure failure, Instant now) {
        return new Wish(pod, groups, attempt + 1, since, Optional.of(failure), step.failed(now, failure.retryAfter()));
    }
}
