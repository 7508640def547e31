package io.vpccni.daemon;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.config.NodeSettings.BranchSettings;
import io.vpccni.dataplane.BranchOnHost;
import io.vpccni.dataplane.BranchesOnHost;
import io.vpccni.dataplane.PodLink;
import io.vpccni.explain.Outcome;
import io.vpccni.kernel.NodeNetwork;
import io.vpccni.kube.OwnPods;
import io.vpccni.kube.PodFacts;
import io.vpccni.kube.PodId;
import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.MacAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The pods of this node that have branch interfaces: connects them to what the controller has given them and takes them down.
 *
 * <pre>
 *   ADD ─► which pod is it? ─► ordinary: the pool's
 *          (watch, else one read)
 *              │ asks for a branch
 *              ▼
 *          its annotation (watch) ─► the trunk ─► the trunk's link ─► connected
 * </pre>
 *
 * Each arrow may be a wait, and all together end at one deadline, by the pod's DEL, by its caller hanging up, or with the daemon.
 */
final class Branches implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Branches.class);

    private static final Duration FIRST_READ_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_READ_PAUSE = Duration.ofSeconds(5);

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
    private final IpFamily family;
    private final String vethPrefix;
    private final OwnPods pods;
    private final NodeNetwork network;
    private final AddJournal journal;
    private final InstantSource clock;
    private final Surroundings node;
    private final TrunkSight trunk = new TrunkSight();
    private final Map<Sandbox, BranchPlace> living = new ConcurrentHashMap<>();
    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();
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
        this.family = family;
        this.vethPrefix = vethPrefix;
        this.pods = pods;
        this.network = network;
        this.journal = journal;
        this.clock = clock;
        this.node = node;
    }

    /** An ADD that is not the pool's, or not yet. */
    private static final class Wait {
        final AddRequest request;
        final Asked asked;
        final CompletableFuture<Void> over = new CompletableFuture<>();
        volatile Diagnosis standing;
        volatile @Nullable BranchPlace place;

        Wait(AddRequest request, Asked asked, Diagnosis standing) {
            this.request = request;
            this.asked = asked;
            this.standing = standing;
        }

        Uni<Void> ended() {
            return Uni.createFrom().completionStage(() -> over.copy());
        }
    }

    TrunkSight trunk() {
        return trunk;
    }

    /** Connects the pod, or has the pool do it. Fails with a {@link Refusal}. Cancelling it takes back what was made. */
    Uni<Connected> connect(AddRequest request, Asked asked) {
        if (!request.pod().isKnown() || verdict(request, known(request.pod())) instanceof BranchVerdict.Ordinary) {
            return node.byPool(request, asked);
        }
        return Uni.createFrom().deferred(() -> begin(request, asked));
    }

    private Uni<Connected> begin(AddRequest request, Asked asked) {
        Wait wait = new Wait(
                request,
                asked,
                new Diagnosis(Reason.POD_UNKNOWN, "looking whether " + request.pod() + " needs a branch"));
        waits.add(wait);
        if (closed) {
            wait.over.completeExceptionally(stopping());
        }
        journal.waitsForBranch(request, asked, () -> wait.standing);
        node.wake();
        return bounded(wait, verdict(wait))
                .onFailure(Refusal.class)
                .invoke(failure -> ended(wait, ((Refusal) failure).outcome()))
                .onCancellation()
                .invoke(() -> ended(wait, new Outcome.HungUp()))
                .chain(verdict -> switch (verdict) {
                    case BranchVerdict.Given given -> onBranch(wait, given);
                    case BranchVerdict.Ordinary _, BranchVerdict.NotYet _, BranchVerdict.Unusable _ -> {
                        waits.remove(wait);
                        journal.isForPool(request.sandbox());
                        yield node.byPool(request.after(waited(wait)), asked);
                    }
                });
    }

    /** One thing after the other, until the deadline. */
    private <T> Uni<T> bounded(Wait wait, Uni<T> step) {
        Duration left = patience(wait.request).minus(waited(wait));
        return Uni.combine()
                .any()
                .<T>of(
                        step,
                        wait.ended()
                                .onItem()
                                .transformToUni(_ -> Uni.createFrom().nothing()))
                .ifNoItem()
                .after(left.isPositive() ? left : Duration.ofMillis(1))
                .failWith(() -> refusal(wait.standing));
    }

    private static Refusal refusal(Diagnosis why) {
        return new Refusal(why.reason(), why.detail());
    }

    private Duration waited(Wait wait) {
        return Duration.between(wait.asked.at(), clock.instant());
    }

    /** A caller that connects the pod itself has a deadline of its own. */
    private Duration patience(AddRequest request) {
        Duration own = settings.addWait();
        return request.connection().isEmpty() && request.patience().compareTo(own) < 0 ? request.patience() : own;
    }

    /** A decision that can be carried out. Fails with a {@link Refusal} when there will be none. */
    private Uni<BranchVerdict> verdict(Wait wait) {
        AddRequest request = wait.request;
        BranchVerdict first = verdict(request, known(request.pod()));
        note(wait, first);
        boolean read = request.uid().isEmpty() || isUnknown(first);
        if (!read) {
            return fromWatch(wait, request.uid());
        }
        // Without a uid the watch may still show an earlier pod of the name, and that one's interface.
        Uni<BranchVerdict> live = live(wait)
                .chain(found -> request.uid().isEmpty() && found.isPresent()
                        ? fromWatchOr(wait, found.get().uid(), found)
                        : decided(wait, request.uid(), found));
        return request.uid().isEmpty() ? live : Uni.combine().any().of(fromWatch(wait, request.uid()), live);
    }

    private Uni<BranchVerdict> fromWatchOr(Wait wait, String uid, Optional<PodFacts> found) {
        return Uni.combine().any().of(decided(wait, uid, found), fromWatch(wait, uid));
    }

    private static boolean isUnknown(BranchVerdict verdict) {
        return verdict instanceof BranchVerdict.NotYet(Diagnosis why) && why.reason() == Reason.POD_UNKNOWN;
    }

    private Uni<BranchVerdict> fromWatch(Wait wait, String uid) {
        PodId id = id(wait.request.pod());
        return pods.all().first(all -> settled(wait, uid, Optional.ofNullable(all.get(id))));
    }

    private Uni<BranchVerdict> decided(Wait wait, String uid, Optional<PodFacts> seen) {
        return settled(wait, uid, seen)
                .map(verdict -> Uni.createFrom().item(verdict))
                .orElseGet(() -> Uni.createFrom().nothing());
    }

    private Optional<BranchVerdict> settled(Wait wait, String uid, Optional<PodFacts> seen) {
        BranchVerdict verdict = BranchVerdict.of(seen, wait.request.pod(), uid, family);
        return switch (verdict) {
            case BranchVerdict.Ordinary _, BranchVerdict.Given _ -> Optional.of(verdict);
            case BranchVerdict.Unusable(String what) -> throw new Refusal(Reason.BRANCH_UNUSABLE, what);
            case BranchVerdict.NotYet _ -> {
                note(wait, verdict);
                yield Optional.empty();
            }
        };
    }

    /** What is known of the pod stays known when a worse look comes later. */
    private void note(Wait wait, BranchVerdict verdict) {
        if (verdict instanceof BranchVerdict.NotYet(Diagnosis why)
                && (why.reason() != Reason.POD_UNKNOWN || wait.standing.reason() == Reason.POD_UNKNOWN)) {
            wait.standing = pods.trouble()
                    .map(trouble -> new Diagnosis(Reason.API_SERVER_NEEDED, why.detail() + "; " + trouble))
                    .orElse(why);
        }
    }

    private Uni<Optional<PodFacts>> live(Wait wait) {
        return pods.read(id(wait.request.pod()))
                .onFailure()
                .invoke(failure -> wait.standing = new Diagnosis(
                        Reason.API_SERVER_NEEDED,
                        wait.request.pod() + " cannot be read: "
                                + pods.trouble().orElse(String.valueOf(failure.getMessage()))))
                .onFailure()
                .retry()
                .withBackOff(FIRST_READ_PAUSE, LONGEST_READ_PAUSE)
                .indefinitely();
    }

    private BranchVerdict verdict(AddRequest request, Optional<PodFacts> seen) {
        return BranchVerdict.of(seen, request.pod(), request.uid(), family);
    }

    private Optional<PodFacts> known(PodName pod) {
        return pods.known(id(pod));
    }

    private static PodId id(PodName pod) {
        return new PodId(pod.namespace(), pod.name());
    }

    private Uni<Connected> onBranch(Wait wait, BranchVerdict.Given given) {
        return bounded(wait, ready(wait).chain(() -> trunk(wait)).chain(mac -> placed(wait, given, mac)))
                .chain(place -> bounded(wait, wire(wait, place)).replaceWith(place))
                .invoke(place -> settle(wait, place))
                .<Connected>map(Connected.ByBranch::new)
                .onFailure()
                .transform(failure -> failure instanceof Refusal known
                        ? known
                        : new Refusal(Reason.WIRING_FAILED, String.valueOf(failure.getMessage())))
                .onFailure(Refusal.class)
                .invoke(failure -> {
                    ended(wait, ((Refusal) failure).outcome());
                    takeBack(wait);
                })
                .onCancellation()
                .invoke(() -> {
                    ended(wait, new Outcome.HungUp());
                    takeBack(wait);
                });
    }

    private Uni<Void> ready(Wait wait) {
        wait.standing = new Diagnosis(Reason.STARTING, "its branch interface is known");
        return node.ready();
    }

    private Uni<MacAddress> trunk(Wait wait) {
        wait.standing = new Diagnosis(Reason.TRUNK_MISSING, "neither the CNINode nor EC2 shows one");
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

    private Uni<BranchPlace> placed(Wait wait, BranchVerdict.Given given, MacAddress mac) {
        wait.standing = new Diagnosis(Reason.TRUNK_MISSING, "no link has the trunk's MAC address " + mac + " so far");
        return network.linkIndex(mac).map(index -> {
            AddRequest request = wait.request;
            LinkNames names = request.connection()
                    .map(AddRequest.Connection::links)
                    .orElseGet(() -> new LinkNames(vethPrefix, request.sandbox(), request.pod()));
            String prefix = settings.mode().linkPrefix(names.vethPrefix());
            String hostLink = new LinkNames(prefix, request.sandbox(), request.pod()).first();
            BranchPlace place = new BranchPlace(
                    request.sandbox(), request.pod(), hostLink, given.address(), given.link(mac), index);
            wait.place = place;
            journal.granted(request.sandbox(), place.address(), clock.instant());
            return place;
        });
    }

    private Uni<Void> wire(Wait wait, BranchPlace place) {
        wait.standing = new Diagnosis(Reason.WIRING_FAILED, "the kernel has not answered in time");
        return wait.request
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

    /** The VLAN is this pod's now: whoever had it before has gone unnoticed. */
    private void settle(Wait wait, BranchPlace place) {
        living.values()
                .removeIf(other -> other.branch().vlanId() == place.branch().vlanId());
        living.put(place.sandbox(), place);
        LoggedReasons.naming(
                Optional.of(wait.asked.request()),
                () -> LOG.infof(
                        "%s of %s has %s on %s after %d ms",
                        place.sandbox(),
                        place.pod(),
                        place.address(),
                        place.branch().name(),
                        waited(wait).toMillis()));
        ended(wait, new Outcome.Granted(place.address()));
    }

    private void ended(Wait wait, Outcome outcome) {
        if (waits.remove(wait)) {
            journal.ended(wait.request.sandbox(), outcome);
        }
    }

    /** What an ADD has made that nobody wants any more. A pod that lives by an earlier ADD keeps it. */
    private void takeBack(Wait wait) {
        BranchPlace place = wait.place;
        if (place != null && wait.request.connection().isPresent() && !living.containsKey(place.sandbox())) {
            disconnect(place.branch().vlanId(), Optional.of(place.address()), Optional.of(place.hostLink()))
                    .subscribe()
                    .with(_ -> {}, failure -> LOG.warnf("%s is left over: %s", place.hostLink(), failure.getMessage()));
        }
    }

    /**
     * Takes the pod off its branch interface, and ends its ADD if it still waits. Empty when it has none; then whatever else it has
     * is the pool's.
     */
    Uni<Optional<BranchPlace>> del(BranchDel del) {
        Optional<BranchPlace> waiting = endWaits(del.sandbox());
        Optional<BranchPlace> own =
                Optional.ofNullable(living.remove(del.sandbox())).or(() -> waiting);
        Optional<BranchPlace> place = own.or(() -> annotated(del));
        if (place.isEmpty()) {
            return Uni.createFrom().item(Optional.empty());
        }
        BranchPlace had = place.get();
        Uni<Void> down = del.links().isEmpty() || (own.isEmpty() && del.namespaceGone())
                ? Uni.createFrom().voidItem()
                : takeDown(del.sandbox(), had.branch().vlanId(), Optional.of(had.address()), had.hostLink());
        return down.chain(() -> forget(del)).replaceWith(place);
    }

    /** The same by what the runtime remembers, which is enough: neither the API server nor the trunk has to be there. */
    Uni<Void> delRemembered(BranchDel del, BranchDel.Remembered before) {
        endWaits(del.sandbox());
        living.remove(del.sandbox());
        return del.namespaceGone()
                ? Uni.createFrom().voidItem()
                : takeDown(del.sandbox(), before.vlanId(), before.address(), before.hostLink())
                        .chain(() -> forget(del));
    }

    private Optional<BranchPlace> endWaits(Sandbox sandbox) {
        List<BranchPlace> places = new ArrayList<>();
        for (Wait wait : waits) {
            if (wait.request.sandbox().equals(sandbox)) {
                wait.over.completeExceptionally(new Refusal(Reason.DELETED, "its DEL came first"));
                BranchPlace place = wait.place;
                if (place != null) {
                    places.add(place);
                }
            }
        }
        return places.stream().findFirst();
    }

    /** What the annotation of the very pod says, after a restart. A pod whose name lives on in another sandbox is left alone. */
    private Optional<BranchPlace> annotated(BranchDel del) {
        if (del.uid().isEmpty() || !del.pod().isKnown() || isElsewhere(del)) {
            return Optional.empty();
        }
        BranchVerdict verdict = BranchVerdict.of(known(del.pod()), del.pod(), del.uid(), family);
        if (!(verdict instanceof BranchVerdict.Given given)) {
            return Optional.empty();
        }
        LinkNames names = del.links().orElseGet(() -> new LinkNames(vethPrefix, del.sandbox(), del.pod()));
        String prefix = settings.mode().linkPrefix(names.vethPrefix());
        // Where the trunk is not known any more nothing is lost: its address is not needed to take a pod down.
        MacAddress mac = trunk.now().orElse(given.mac());
        return Optional.of(new BranchPlace(
                del.sandbox(),
                del.pod(),
                new LinkNames(prefix, del.sandbox(), del.pod()).first(),
                given.address(),
                given.link(mac),
                0));
    }

    private boolean isElsewhere(BranchDel del) {
        return living.values().stream().anyMatch(place -> place.pod().equals(del.pod()));
    }

    /** A late DEL must not cut off the pod that has the VLAN, or the name and so the link, by now. */
    private Uni<Void> takeDown(Sandbox sandbox, int vlanId, Optional<IpAddress> address, String hostLink) {
        List<BranchPlace> others = living.values().stream()
                .filter(place -> !place.sandbox().equals(sandbox))
                .toList();
        if (others.stream().anyMatch(place -> place.branch().vlanId() == vlanId)) {
            LOG.infof("the DEL of %s leaves VLAN %d alone: it is another sandbox's by now", sandbox, vlanId);
            return Uni.createFrom().voidItem();
        }
        boolean isOthers = others.stream().anyMatch(place -> place.hostLink().equals(hostLink));
        return disconnect(vlanId, address, isOthers ? Optional.empty() : Optional.of(hostLink))
                .invoke(() -> LOG.infof("the DEL of %s took VLAN %d down", sandbox, vlanId));
    }

    private Uni<Void> disconnect(int vlanId, Optional<IpAddress> address, Optional<String> hostLink) {
        return network.disconnectBranch(vlanId, address, hostLink);
    }

    private Uni<Void> forget(BranchDel del) {
        return isElsewhere(del) ? Uni.createFrom().voidItem() : node.policy().forget(del.pod());
    }

    /** The sandboxes of a network that are connected here since the daemon's start. */
    List<BranchPlace> living(String network) {
        return living.values().stream()
                .filter(place -> place.sandbox().network().equals(network))
                .toList();
    }

    /** What of the pod is missing or different; empty when it has no branch interface. */
    Optional<Uni<List<String>>> check(AddRequest request, Optional<BranchDel.Remembered> before) {
        AddRequest.Connection how = request.connection().orElseThrow();
        return placeOf(request, before).map(place -> network.checkBranch(place.attachment(how, node.hostExceptions())));
    }

    private Optional<BranchPlace> placeOf(AddRequest request, Optional<BranchDel.Remembered> before) {
        BranchPlace place = living.get(request.sandbox());
        if (place != null) {
            return Optional.of(place);
        }
        BranchDel like = new BranchDel(
                request.sandbox(),
                request.pod(),
                request.uid(),
                request.connection().map(AddRequest.Connection::links),
                false);
        return annotated(like)
                .filter(_ -> trunk.now().isPresent())
                .map(found -> before.map(known -> new BranchPlace(
                                found.sandbox(),
                                found.pod(),
                                known.hostLink(),
                                found.address(),
                                found.branch(),
                                found.trunkLink()))
                        .orElse(found));
    }

    /** What those pods have on the host, of which it is known: they were connected here, or their annotation says it. */
    BranchesOnHost onHost() {
        List<IpAddress> exceptions = node.hostExceptions();
        List<BranchOnHost> all = new ArrayList<>();
        Set<Integer> vlans = new HashSet<>();
        for (BranchPlace place : living.values()) {
            vlans.add(place.branch().vlanId());
            all.add(place.onHost(exceptions));
        }
        trunk.now()
                .ifPresent(mac -> pods.all()
                        .get()
                        .values()
                        .forEach(pod -> given(pod)
                                .filter(given -> vlans.add(given.vlanId()))
                                .ifPresent(given -> all.add(new BranchOnHost(
                                        given.address(),
                                        PodLink.hash(
                                                pod.id().namespace(), pod.id().name()),
                                        given.link(mac),
                                        exceptions)))));
        return new BranchesOnHost(all);
    }

    private Optional<BranchVerdict.Given> given(PodFacts pod) {
        PodName name = new PodName(pod.id().namespace(), pod.id().name());
        return BranchVerdict.of(Optional.of(pod), name, "", family) instanceof BranchVerdict.Given given
                ? Optional.of(given)
                : Optional.empty();
    }

    private static Refusal stopping() {
        return new Refusal(Reason.STOPPING, "ask again when it is back");
    }

    /** Refuses whoever still waits. Pods stay connected. */
    @Override
    public void close() {
        closed = true;
        waits.forEach(wait -> wait.over.completeExceptionally(stopping()));
    }
}
