package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.kube.NodeFacts;
import io.vpccni.kube.OwnCniNode;
import io.vpccni.kube.OwnCniNode.Said;
import io.vpccni.loop.Chores;
import io.vpccni.pool.PoolView;
import io.vpccni.vpc.IpFamily;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Has the controller attach a trunk interface: keeps the wish in the CNINode, whoever takes it out, and hears what came of it. While
 * there is no such object, it waits for one.
 */
final class TrunkWish implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(TrunkWish.class);

    /** For what no watch tells: a place that became free, a write that failed. */
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final OwnCniNode object;
    private final IpFamily family;
    private final boolean customNetworking;
    private final TrunkSight trunk;
    private final Supplier<Optional<PoolView>> pool;
    private final Supplier<Optional<NodeFacts>> facts;
    private final Supplier<NodeObserver> observer;
    private final Chores chores = new Chores();
    private volatile @Nullable Said said;
    private volatile @Nullable Cancellable listening;
    private boolean saidFull;

    /**
     * @param family of the pods' addresses: IPv6 pods need few interfaces, so nobody looks whether there is room
     * @param customNetworking whether branch interfaces are made by the node's ENIConfig
     * @param pool empty while the node starts
     */
    TrunkWish(
            OwnCniNode object,
            IpFamily family,
            boolean customNetworking,
            TrunkSight trunk,
            Supplier<Optional<PoolView>> pool,
            Supplier<Optional<NodeFacts>> facts,
            Supplier<NodeObserver> observer) {
        this.object = object;
        this.family = family;
        this.customNetworking = customNetworking;
        this.trunk = trunk;
        this.pool = pool;
        this.facts = facts;
        this.observer = observer;
    }

    void begin() {
        listening = object.changes()
                .invoke(this::hear)
                .onItem()
                .transformToUniAndConcatenate(_ -> wish().onFailure().recoverWithNull())
                .subscribe()
                .with(_ -> {}, failure -> LOG.errorf(failure, "nobody follows the CNINode any more"));
        chores.every(PERIOD, "asking for a trunk interface", this::wish);
    }

    private void hear(Said now) {
        said = now;
        trunk.controllerSays(now.trunk());
    }

    /** Nothing that stands there already is written again. */
    private Uni<Void> wish() {
        Said now = said;
        Optional<Optional<String>> eniConfig = eniConfig();
        if (now == null
                || !now.exists()
                || eniConfig.isEmpty()
                || OwnCniNode.asks(now, eniConfig.get())
                || !hasRoom()) {
            return Uni.createFrom().voidItem();
        }
        return object.askForTrunk(eniConfig.get())
                .onFailure()
                .invoke(() -> observer.get().trunkNotAsked(!OwnCniNode.names(now, eniConfig.get())))
                .replaceWithVoid();
    }

    /** What branch interfaces are made by; empty while nobody knows: without it they would be in the wrong subnet. */
    private Optional<Optional<String>> eniConfig() {
        return customNetworking
                ? facts.get().map(NodeFacts::eniConfig).map(Optional::of)
                : Optional.of(Optional.empty());
    }

    private synchronized boolean hasRoom() {
        Optional<PoolView> view = pool.get();
        boolean room = family == IpFamily.IPV6
                ? view.isPresent()
                : view.filter(found -> found.takesTrunk() || trunk.now().isPresent())
                        .isPresent();
        if (view.isPresent() && !room && !saidFull) {
            LOG.errorf(
                    "no place is free for a trunk interface, so pods with security groups of their own get none: %d interfaces are"
                            + " attached; MAX_ENI or the instance type allow no more",
                    view.get().figures().enis());
        }
        saidFull = view.isPresent() && !room;
        return room;
    }

    @Override
    public void close() {
        Cancellable running = listening;
        if (running != null) {
            running.cancel();
        }
        chores.close();
    }
}
