package io.vpccni.daemon;

import io.vpccni.explain.ApiCall;
import io.vpccni.explain.Outcome;
import io.vpccni.explain.Phase;
import io.vpccni.explain.Phase.Step;
import io.vpccni.explain.Timeline;
import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.PodName;
import io.vpccni.pool.PoolFigures;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An ADD without an answer: when it reached each step. Steps are null until they are reached. */
final class OpenAdd {

    private final Sandbox sandbox;
    private final PodName pod;
    private final Asked asked;
    private volatile @Nullable Instant taken;
    private volatile @Nullable PoolFigures atArrival;
    private volatile @Nullable Instant granted;
    private volatile @Nullable IpAddress address;
    private volatile @Nullable Instant written;
    private volatile @Nullable Instant connected;
    private volatile boolean parked;
    private volatile boolean announced;

    /** What it waits for outside the pool. */
    private volatile @Nullable Supplier<Diagnosis> ownReason;

    /** When it turned out that it waits for the pool alone. */
    private volatile @Nullable Instant left;

    OpenAdd(Sandbox sandbox, PodName pod, Asked asked) {
        this.sandbox = sandbox;
        this.pod = pod;
        this.asked = asked;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    PodName pod() {
        return pod;
    }

    Asked asked() {
        return asked;
    }

    void taken(Instant now, PoolFigures figures) {
        if (taken == null) {
            taken = now;
            atArrival = figures;
        }
    }

    void waitsFor(Supplier<Diagnosis> reason) {
        ownReason = reason;
    }

    /** From now on. */
    void waitsForPool(Instant now) {
        ownReason = null;
        left = now;
    }

    /** Empty for an ADD that waits for an address of the pool. */
    Optional<Diagnosis> ownReason() {
        return Optional.ofNullable(ownReason).map(Supplier::get);
    }

    /** Returns false when it waited already. */
    boolean parked(PoolFigures figures) {
        if (parked) {
            return false;
        }
        parked = true;
        atArrival = figures;
        return true;
    }

    void granted(IpAddress given, Instant now) {
        granted = now;
        address = given;
    }

    void written(Instant now) {
        written = now;
    }

    void connected(Instant now) {
        connected = now;
    }

    void announced() {
        announced = true;
    }

    boolean isAnnounced() {
        return announced;
    }

    boolean isConnecting() {
        return granted != null;
    }

    /** Whether it had to wait, for an address or for the daemon: then what EC2 did meanwhile is of interest. */
    boolean hadToWait() {
        return parked || taken == null;
    }

    Outcome stateNow(Supplier<Optional<Diagnosis>> why) {
        IpAddress given = address;
        return given != null
                ? new Outcome.Connecting(given)
                : new Outcome.Waiting(ownReason()
                        .or(why)
                        .orElseGet(() -> new Diagnosis(Reason.EC2_PENDING, "it has only just arrived")));
    }

    Timeline timeline(Instant now, Outcome outcome, Optional<PoolFigures> atEnd, List<ApiCall> calls) {
        return new Timeline(
                asked.request(),
                sandbox,
                pod,
                asked.at(),
                phases(now),
                Optional.ofNullable(atArrival),
                atEnd,
                calls,
                outcome);
    }

    private List<Phase> phases(Instant now) {
        List<Phase> phases = new ArrayList<>(Step.values().length);
        Instant grantedAt = granted;
        if (ownReason != null) {
            phases.add(phase(Step.WAITING_FOR_BRANCH, asked.at(), grantedAt == null ? now : grantedAt));
        } else {
            Instant leftAt = left;
            if (leftAt != null) {
                phases.add(phase(Step.WAITING_FOR_BRANCH, asked.at(), leftAt));
            }
            Instant takenAt = taken;
            phases.add(phase(Step.QUEUED, leftAt == null ? asked.at() : leftAt, takenAt == null ? now : takenAt));
            if (takenAt == null) {
                return phases;
            }
            phases.add(phase(Step.WAITING_FOR_ADDRESS, takenAt, grantedAt == null ? now : grantedAt));
        }
        if (grantedAt == null) {
            return phases;
        }
        Instant last = grantedAt;
        Instant writtenAt = written;
        if (writtenAt != null) {
            phases.add(phase(Step.STATE_FILE, grantedAt, writtenAt));
            last = writtenAt;
        }
        Instant connectedAt = connected;
        if (connectedAt != null) {
            phases.add(phase(Step.DATA_PLANE, grantedAt, connectedAt));
            last = connectedAt.isAfter(last) ? connectedAt : last;
        }
        phases.add(phase(Step.ANSWERED, last, now));
        return phases;
    }

    private Phase phase(Step step, Instant from, Instant to) {
        return new Phase(step, Duration.between(asked.at(), from), Duration.between(from, to));
    }
}
