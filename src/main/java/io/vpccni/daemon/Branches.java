package io.vpccni.daemon;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.config.NodeSettings.BranchSettings;
import io.vpccni.dataplane.EnforcingMode;
import io.vpccni.explain.Outcome;
import io.vpccni.kernel.NodeNetwork;
import io.vpccni.kube.OwnPods;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.MacAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Security groups for pods on the node: connects pods to the branch interfaces that the controller has given them.
 *
 * <pre>
 *   ADD ─► which pod is it? ─► ordinary: the pool's
 *          (watch, else one read)
 *              │ asks for a branch
 *              ▼
 *          its annotation (watch) ─► the node ─► the trunk ─► the trunk's link ─► connected
 * </pre>
 *
 * Each arrow may be a wait, and all together end at one deadline, by the pod's DEL, by its caller hanging up, or with the daemon.
 */
final class Branches implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Branches.class);

    /** While a pod waits for the trunk: a controller that does not say so in the CNINode may have attached it. */
    private static final Duration LOOK_PERIOD = Duration.ofSeconds(10);

    /** What of a node matters for its pods. */
    interface Surroundings {
        /** Ends when pods can be connected. */
        Uni<Void> ready();

        /** An ADD for which nothing is decided here. */
        Uni<Connected> byPool(AddRequest request, Asked asked);

        /** Addresses that strict pods reach beside the VPC. */
        List<IpAddress> hostExceptions();

        /** The loop is to look when somebody will have waited for long. */
        void wake();

        /** EC2 is to be asked what is attached. */
        void lookAtEc2();

        PodPolicy policy();
    }

    private final BranchSettings settings;
    private final String vethPrefix;
    private final NodeNetwork network;
    private final AddJournal journal;
    private final InstantSource clock;
    private final Surroundings node;
    private final BranchQuestion question;
    private final TrunkSight trunk = new TrunkSight();
    private final BranchPods living;
    private final Set<BranchAdd> adds = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Branches(
            BranchSettings settings,
            IpFamily family,
            String vethPrefix,
            OwnPods pods,
            NodeNetwork network,
            AddJournal journal,
            InstantSource clock,
            Surroundings node) {
        this.settings = settings;
        this.vethPrefix = vethPrefix;
        this.network = network;
        this.journal = journal;
        this.clock = clock;
        this.node = node;
        this.question = new BranchQuestion(pods, family);
        this.living = new BranchPods(network, pods, question, trunk, node::hostExceptions, node::policy);
    }

    TrunkSight trunk() {
        return trunk;
    }

    /** Those that are connected. */
    BranchPods living() {
        return living;
    }

    /** Connects the pod, or has the pool do it. Fails with a {@link Refusal}. Cancelling it takes back what was made. */
    Uni<Connected> connect(AddRequest request, Asked asked) {
        if (!request.pod().isKnown() || question.now(request.pod(), request.uid()) instanceof BranchVerdict.Ordinary) {
            return node.byPool(request, asked);
        }
        return Uni.createFrom().deferred(() -> begin(request, asked));
    }

    private Uni<Connected> begin(AddRequest request, Asked asked) {
        BranchAdd add = new BranchAdd(request, asked, patience(request), clock);
        adds.add(add);
        if (closed) {
            add.end(stopping());
        }
        journal.waitsForBranch(request, asked, add::standing);
        node.wake();
        return add.bounded(question.asked(add))
                .onFailure(Refusal.class)
                .invoke(failure -> ended(add, ((Refusal) failure).outcome()))
                .onCancellation()
                .invoke(() -> ended(add, new Outcome.HungUp()))
                .chain(verdict -> switch (verdict) {
                    case BranchVerdict.Given given -> onBranch(add, given);
                    case BranchVerdict.Ordinary _, BranchVerdict.NotYet _, BranchVerdict.Unusable _ -> {
                        adds.remove(add);
                        journal.isForPool(request.sandbox());
                        yield node.byPool(request.after(add.waited()), asked);
                    }
                });
    }

    /** A caller that connects the pod itself has a deadline of its own. */
    private Duration patience(AddRequest request) {
        Duration own = settings.addWait();
        return request.connection().isEmpty() && request.patience().compareTo(own) < 0 ? request.patience() : own;
    }

    private Uni<Connected> onBranch(BranchAdd add, BranchVerdict.Given given) {
        return add.bounded(ready(add).chain(() -> trunk(add)).chain(mac -> placed(add, given, mac)))
                .chain(place -> add.bounded(wire(add, place)).replaceWith(place))
                .invoke(place -> settle(add, place))
                .<Connected>map(Connected.ByBranch::new)
                .onFailure()
                .transform(failure -> failure instanceof Refusal known
                        ? known
                        : new Refusal(Reason.WIRING_FAILED, String.valueOf(failure.getMessage())))
                .onFailure(Refusal.class)
                .invoke(failure -> {
                    ended(add, ((Refusal) failure).outcome());
                    takeBack(add);
                })
                .onCancellation()
                .invoke(() -> {
                    ended(add, new Outcome.HungUp());
                    takeBack(add);
                });
    }

    private Uni<Void> ready(BranchAdd add) {
        add.waitsFor(Reason.STARTING, "its branch interface is known");
        return node.ready();
    }

    private Uni<MacAddress> trunk(BranchAdd add) {
        add.waitsFor(Reason.TRUNK_MISSING, "neither the CNINode nor EC2 shows one");
        if (trunk.now().isPresent()) {
            return trunk.awaited();
        }
        return Uni.createFrom().deferred(() -> {
            Cancellable looking = Multi.createFrom()
                    .ticks()
                    .every(LOOK_PERIOD)
                    .onOverflow()
                    .drop()
                    .subscribe()
                    .with(_ -> node.lookAtEc2());
            return trunk.awaited().onTermination().invoke(looking::cancel);
        });
    }

    private Uni<BranchPlace> placed(BranchAdd add, BranchVerdict.Given given, MacAddress mac) {
        add.waitsFor(Reason.TRUNK_MISSING, "no link has the trunk's MAC address " + mac + " so far");
        return network.linkIndex(mac).map(index -> {
            AddRequest request = add.request();
            BranchPlace place = new BranchPlace(
                    request.sandbox(), request.pod(), hostLink(request), given.address(), given.link(mac), index);
            add.isAt(place);
            journal.granted(request.sandbox(), place.address(), clock.instant());
            return place;
        });
    }

    /** A pod that is connected once more keeps its mode. */
    private String hostLink(AddRequest request) {
        return living.of(request.sandbox()).map(BranchPlace::hostLink).orElseGet(() -> {
            String ofOrdinaryPods =
                    request.connection().map(how -> how.links().vethPrefix()).orElse(vethPrefix);
            String prefix = mode(request).linkPrefix(ofOrdinaryPods);
            return new LinkNames(prefix, request.sandbox(), request.pod()).first();
        });
    }

    /** The network configuration's, or the node's. Fails with a {@link Refusal} on another word. */
    private EnforcingMode mode(AddRequest request) {
        return request.connection()
                .flatMap(AddRequest.Connection::enforcingMode)
                .map(word -> EnforcingMode.named(word)
                        .orElseThrow(() -> new Refusal(
                                Reason.BRANCH_UNUSABLE,
                                "podSGEnforcingMode of the network configuration is \"" + word
                                        + "\", expected strict or standard")))
                .orElse(settings.mode());
    }

    private Uni<Void> wire(BranchAdd add, BranchPlace place) {
        add.waitsFor(Reason.WIRING_FAILED, "the kernel has not answered in time");
        return add.request()
                .connection()
                .map(how -> network.connectBranch(place.attachment(how, node.hostExceptions()))
                        .onTermination()
                        .invoke(() -> journal.connected(place.sandbox()))
                        .chain(() -> node.policy()
                                .enforce(place.pod(), 1)
                                .onFailure()
                                .transform(failure -> new Refusal(
                                        Reason.NETWORK_POLICY_FAILED, String.valueOf(failure.getMessage())))))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    private void settle(BranchAdd add, BranchPlace place) {
        living.settle(place);
        LoggedReasons.naming(
                Optional.of(add.asked().request()),
                () -> LOG.infof(
                        "%s of %s has %s on %s after %d ms",
                        place.sandbox(),
                        place.pod(),
                        place.address(),
                        place.branch().name(),
                        add.waited().toMillis()));
        ended(add, new Outcome.Granted(place.address()));
    }

    private void ended(BranchAdd add, Outcome outcome) {
        if (adds.remove(add)) {
            journal.ended(add.request().sandbox(), outcome);
        }
    }

    private void takeBack(BranchAdd add) {
        if (add.request().connection().isPresent()) {
            add.place().ifPresent(living::takeBack);
        }
    }

    /** As {@link BranchPods#del}; also ends an ADD of the sandbox that still waits. */
    Uni<Optional<BranchPlace>> del(BranchDel del) {
        return living.del(del, endAdds(del.sandbox()));
    }

    /** As {@link BranchPods#delRemembered}; also ends an ADD of the sandbox that still waits. */
    Uni<Void> delRemembered(BranchDel del, BranchDel.Remembered before) {
        endAdds(del.sandbox());
        return living.delRemembered(del, before);
    }

    /** Where one of them was just connecting the pod. */
    private Optional<BranchPlace> endAdds(Sandbox sandbox) {
        List<BranchAdd> ended = adds.stream()
                .filter(add -> add.request().sandbox().equals(sandbox))
                .toList();
        ended.forEach(add -> add.end(new Refusal(Reason.DELETED, "its DEL came first")));
        return ended.stream().flatMap(add -> add.place().stream()).findFirst();
    }

    private static Refusal stopping() {
        return new Refusal(Reason.STOPPING, "ask again when it is back");
    }

    /** Refuses whoever still waits. Pods stay connected. */
    @Override
    public void close() {
        closed = true;
        adds.forEach(add -> add.end(stopping()));
    }
}
