package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.Reason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An ADD that is not the pool's, or not yet: what it waits for now, and its end. All its waits together end at one deadline, or
 * when somebody ends them.
 */
final class BranchAdd {

    private final AddRequest request;
    private final Asked asked;
    private final Duration patience;
    private final InstantSource clock;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private volatile Diagnosis standing;
    private volatile @Nullable BranchPlace place;

    /** {@code patience}: how long it may wait in all. */
    BranchAdd(AddRequest request, Asked asked, Duration patience, InstantSource clock) {
        this.request = request;
        this.asked = asked;
        this.patience = patience;
        this.clock = clock;
        this.standing = new Diagnosis(Reason.POD_UNKNOWN, "looking whether " + request.pod() + " needs a branch");
    }

    AddRequest request() {
        return request;
    }

    Asked asked() {
        return asked;
    }

    /** Since it came. */
    Duration waited() {
        return Duration.between(asked.at(), clock.instant());
    }

    /** One step of it, until the deadline. Fails with a {@link Refusal} that says what it has waited for. */
    <T> Uni<T> bounded(Uni<T> step) {
        Duration left = patience.minus(waited());
        Uni<T> ended = Uni.createFrom()
                .completionStage(() -> over.copy())
                .chain(() -> Uni.createFrom().nothing());
        return Uni.combine()
                .any()
                .of(step, ended)
                .ifNoItem()
                .after(left.isPositive() ? left : Duration.ofMillis(1))
                .failWith(() -> new Refusal(standing.reason(), standing.detail()));
    }

    /** Whatever step it is at fails. */
    void end(Refusal why) {
        over.completeExceptionally(why);
    }

    Diagnosis standing() {
        return standing;
    }

    void waitsFor(Diagnosis what) {
        standing = what;
    }

    void waitsFor(Reason reason, String detail) {
        waitsFor(new Diagnosis(reason, detail));
    }

    /** Where the pod is being connected; empty before. */
    Optional<BranchPlace> place() {
        return Optional.ofNullable(place);
    }

    void isAt(BranchPlace found) {
        place = found;
    }
}
