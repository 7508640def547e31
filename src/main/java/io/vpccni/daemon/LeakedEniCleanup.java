package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.LeakedEnis;
import io.vpccni.ec2.LeakedEnis.Reach;
import io.vpccni.kube.ClusterChore;
import io.vpccni.kube.ClusterChore.Turn;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Deletes interfaces that their daemon forgot: this instance's own at once after a start, and each hour those of the whole
 * cluster, by one node for all. Where nodes cannot agree on who does it, each looks after its own.
 */
final class LeakedEniCleanup {

    private static final Logger LOG = Logger.getLogger(LeakedEniCleanup.class);

    /** From one look to the next, on this node. */
    static final Duration PERIOD = Duration.ofHours(1);

    /** The longest wait before a look, so that a fleet that was started together does not look together. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(300);

    /** How long the cluster is left alone after a look: shorter than a node's shortest time between two. */
    static final Duration PAUSE = PERIOD.minus(LONGEST_WAIT);

    static final String LEASE = "vpc-cni-leaked-eni-cleanup";

    private final LeakedEnis leaked;
    private final Optional<ClusterChore> turns;
    private final Supplier<NodeObserver> observer;
    private final RandomGenerator random;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean alone = new AtomicBoolean();

    /**
     * @param turns who looks at the whole cluster; empty without an API server
     */
    LeakedEniCleanup(
            LeakedEnis leaked, Optional<ClusterChore> turns, Supplier<NodeObserver> observer, RandomGenerator random) {
        this.leaked = leaked;
        this.turns = turns;
        this.observer = observer;
        this.random = random;
    }

    /** What the chore does each time. */
    Uni<Void> look() {
        return begun.compareAndSet(false, true)
                ? delete(Reach.INSTANCE)
                : Uni.createFrom()
                        .voidItem()
                        .onItem()
                        .delayIt()
                        .by(Duration.ofMillis(1 + random.nextLong(LONGEST_WAIT.toMillis())))
                        .chain(this::lookAtCluster);
    }

    Uni<Void> lookAtCluster() {
        return turns.map(chore -> chore.ifDue(() -> delete(Reach.CLUSTER)))
                .orElseGet(() -> Uni.createFrom().item(new Turn.Unknown("this node has no API server")))
                .chain(turn -> switch (turn) {
                    case Turn.Own _, Turn.OfAnother _ -> {
                        alone.set(false);
                        yield Uni.createFrom().voidItem();
                    }
                    case Turn.Unknown unknown -> {
                        if (alone.compareAndSet(false, true)) {
                            LOG.warnf(
                                    "leaked interfaces are looked for among those of this instance only, since nodes "
                                            + "cannot agree by a Lease on one that looks for all: %s",
                                    unknown.why());
                        }
                        yield delete(Reach.INSTANCE);
                    }
                });
    }

    private Uni<Void> delete(Reach reach) {
        return leaked.delete(reach).invoke(this::tell).replaceWithVoid();
    }

    private void tell(LeakedEnis.Report report) {
        if (!report.deleted().isEmpty()) {
            LOG.infof("deleted interfaces that their daemon had forgotten: %s", report.deleted());
        }
        if (!report.dated().isEmpty()) {
            LOG.infof("noted the time on interfaces that nobody uses, to judge them later: %s", report.dated());
        }
        report.failed().forEach((eni, code) -> {
            LOG.warnf("the leaked interface %s stays for now: %s", eni, code);
            observer.get().leakKept(code);
        });
    }
}
