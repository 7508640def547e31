package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.kube.OwnPods;
import io.vpccni.kube.PodFacts;
import io.vpccni.kube.PodId;
import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.vpc.IpFamily;
import java.time.Duration;
import java.util.Optional;

/** Asks the API server how a pod is to be connected: what the watch has told, else one read, and what the watch tells later. */
final class BranchQuestion {

    private static final Duration FIRST_READ_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_READ_PAUSE = Duration.ofSeconds(5);

    private final OwnPods pods;
    private final IpFamily family;

    BranchQuestion(OwnPods pods, IpFamily family) {
        this.pods = pods;
        this.family = family;
    }

    /** As far as the watch has told. */
    BranchVerdict now(PodName pod, String uid) {
        return verdict(pods.known(id(pod)), pod, uid);
    }

    /**
     * A verdict that can be carried out, as soon as there is one; until then {@code add} says what is missing. Fails with a {@link
     * Refusal} when there will be none.
     */
    Uni<BranchVerdict> asked(BranchAdd add) {
        String uid = add.request().uid();
        BranchVerdict first = now(add.request().pod(), uid);
        note(add, first);
        if (!uid.isEmpty() && !isUnknown(first)) {
            return fromWatch(add, uid);
        }
        // Without a uid the watch may still show an earlier pod of the name, and that one's interface.
        Uni<BranchVerdict> live = live(add)
                .chain(found -> uid.isEmpty() && found.isPresent()
                        ? fromWatchOr(add, found.get().uid(), found)
                        : decided(add, uid, found));
        return uid.isEmpty() ? live : Uni.combine().any().of(fromWatch(add, uid), live);
    }

    private Uni<BranchVerdict> fromWatchOr(BranchAdd add, String uid, Optional<PodFacts> found) {
        return Uni.combine().any().of(decided(add, uid, found), fromWatch(add, uid));
    }

    private static boolean isUnknown(BranchVerdict verdict) {
        return verdict instanceof BranchVerdict.NotYet(Diagnosis why) && why.reason() == Reason.POD_UNKNOWN;
    }

    private Uni<BranchVerdict> fromWatch(BranchAdd add, String uid) {
        PodId id = id(add.request().pod());
        return pods.all().first(all -> settled(add, uid, Optional.ofNullable(all.get(id))));
    }

    private Uni<BranchVerdict> decided(BranchAdd add, String uid, Optional<PodFacts> seen) {
        return settled(add, uid, seen)
                .map(verdict -> Uni.createFrom().item(verdict))
                .orElseGet(() -> Uni.createFrom().nothing());
    }

    private Optional<BranchVerdict> settled(BranchAdd add, String uid, Optional<PodFacts> seen) {
        BranchVerdict verdict = verdict(seen, add.request().pod(), uid);
        return switch (verdict) {
            case BranchVerdict.Ordinary _, BranchVerdict.Given _ -> Optional.of(verdict);
            case BranchVerdict.Unusable(String what) -> throw new Refusal(Reason.BRANCH_UNUSABLE, what);
            case BranchVerdict.NotYet _ -> {
                note(add, verdict);
                yield Optional.empty();
            }
        };
    }

    private BranchVerdict verdict(Optional<PodFacts> seen, PodName pod, String uid) {
        return BranchVerdict.of(seen, pod, uid, family);
    }

    /** What is known of the pod stays known when a worse look comes later. */
    private void note(BranchAdd add, BranchVerdict verdict) {
        if (verdict instanceof BranchVerdict.NotYet(Diagnosis why)
                && (why.reason() != Reason.POD_UNKNOWN || add.standing().reason() == Reason.POD_UNKNOWN)) {
            add.waitsFor(pods.trouble()
                    .map(trouble -> new Diagnosis(Reason.API_SERVER_NEEDED, why.detail() + "; " + trouble))
                    .orElse(why));
        }
    }

    private Uni<Optional<PodFacts>> live(BranchAdd add) {
        PodName pod = add.request().pod();
        return pods.read(id(pod))
                .onFailure()
                .invoke(failure -> add.waitsFor(
                        Reason.API_SERVER_NEEDED,
                        pod + " cannot be read: " + pods.trouble().orElse(String.valueOf(failure.getMessage()))))
                .onFailure()
                .retry()
                .withBackOff(FIRST_READ_PAUSE, LONGEST_READ_PAUSE)
                .indefinitely();
    }

    private static PodId id(PodName pod) {
        return new PodId(pod.namespace(), pod.name());
    }
}
