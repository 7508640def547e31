package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.BranchLabel;
import io.vpccni.dataplane.BranchOnHost;
import io.vpccni.dataplane.BranchesOnHost;
import io.vpccni.dataplane.PodLink;
import io.vpccni.kernel.NodeNetwork;
import io.vpccni.kube.OwnPods;
import io.vpccni.kube.PodFacts;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.MacAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * The pods of this node that live on branch interfaces, and their end.
 *
 * <p>Which ones they are is remembered by their host links, where {@link BranchLabel} says it, and so by the next daemon. A pod that
 * another program has connected has none; of that one the annotation says what it has, and the kernel which link is its own.
 */
final class BranchPods {

    private static final Logger LOG = Logger.getLogger(BranchPods.class);

    private final NodeNetwork network;
    private final OwnPods pods;
    private final BranchQuestion question;
    private final TrunkSight trunk;
    private final Supplier<List<IpAddress>> hostExceptions;
    private final Supplier<PodPolicy> policy;
    private final Map<Sandbox, BranchPlace> living = new ConcurrentHashMap<>();
    private volatile boolean restored;

    BranchPods(
            NodeNetwork network,
            OwnPods pods,
            BranchQuestion question,
            TrunkSight trunk,
            Supplier<List<IpAddress>> hostExceptions,
            Supplier<PodPolicy> policy) {
        this.network = network;
        this.pods = pods;
        this.question = question;
        this.trunk = trunk;
        this.hostExceptions = hostExceptions;
        this.policy = policy;
    }

    /** Ends when those that an earlier daemon connected are known. */
    Uni<Void> restored() {
        return restored
                ? Uni.createFrom().voidItem()
                : network.branchLabels().invoke(this::restore).replaceWithVoid();
    }

    private synchronized void restore(Map<String, BranchLabel> labels) {
        if (restored) {
            return;
        }
        labels.forEach((hostLink, label) ->
                BranchPlace.of(hostLink, label).ifPresent(place -> living.putIfAbsent(place.sandbox(), place)));
        restored = true;
        if (!living.isEmpty()) {
            LOG.infof("%d pods live on branch interfaces", living.size());
        }
    }

    /** The VLAN and the host link are this pod's now: whoever had one of them before has gone unnoticed. */
    void settle(BranchPlace place) {
        living.values()
                .removeIf(other -> other.branch().vlanId() == place.branch().vlanId()
                        || other.hostLink().equals(place.hostLink()));
        living.put(place.sandbox(), place);
    }

    Optional<BranchPlace> of(Sandbox sandbox) {
        return Optional.ofNullable(living.get(sandbox));
    }

    /** Those of a network. */
    Uni<List<BranchPlace>> on(String networkName) {
        return restored()
                .map(_ -> living.values().stream()
                        .filter(place -> place.sandbox().network().equals(networkName))
                        .toList());
    }

    /** Whether the link leads to one of them. */
    boolean have(String hostLink) {
        return living.values().stream().anyMatch(place -> place.hostLink().equals(hostLink));
    }

    /** Takes back what an ADD has made that nobody wants any more. A pod that lives by an earlier ADD keeps it. */
    void takeBack(BranchPlace place) {
        if (!living.containsKey(place.sandbox())) {
            network.disconnectBranch(
                            place.branch().vlanId(), Optional.of(place.address()), Optional.of(place.hostLink()))
                    .subscribe()
                    .with(_ -> {}, failure -> LOG.warnf("%s is left over: %s", place.hostLink(), failure.getMessage()));
        }
    }

    /**
     * Takes a pod off its branch interface. Empty when it has none; then whatever else it has is the pool's.
     *
     * @param connecting where an ADD was just connecting it
     */
    Uni<Optional<BranchPlace>> del(BranchDel del, Optional<BranchPlace> connecting) {
        return restored().chain(() -> {
            Optional<BranchPlace> own =
                    Optional.ofNullable(living.remove(del.sandbox())).or(() -> connecting);
            boolean mayBeOthers = own.isEmpty() && del.namespaceGone();
            Uni<Optional<BranchPlace>> place =
                    own.isPresent() ? Uni.createFrom().item(own) : annotated(del);
            return place.call(
                    had -> had.map(found -> end(del, found, mayBeOthers)).orElseGet(Uni.createFrom()::voidItem));
        });
    }

    private Uni<Void> end(BranchDel del, BranchPlace had, boolean mayBeOthers) {
        Uni<Void> down = del.links().isEmpty() || mayBeOthers
                ? Uni.createFrom().voidItem()
                : takeDown(del.sandbox(), had.branch().vlanId(), Optional.of(had.address()), had.hostLink());
        return down.chain(() -> forget(del));
    }

    /** The same by what the runtime remembers, which is enough: neither the API server nor the trunk has to be there. */
    Uni<Void> delRemembered(BranchDel del, BranchDel.Remembered before) {
        return restored().chain(() -> {
            living.remove(del.sandbox());
            return del.namespaceGone()
                    ? Uni.createFrom().voidItem()
                    : takeDown(del.sandbox(), before.vlanId(), before.address(), before.hostLink())
                            .chain(() -> forget(del));
        });
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
        return network.disconnectBranch(vlanId, address, isOthers ? Optional.empty() : Optional.of(hostLink))
                .invoke(() -> LOG.infof("the DEL of %s took VLAN %d down", sandbox, vlanId));
    }

    private Uni<Void> forget(BranchDel del) {
        return !del.pod().isKnown() || isElsewhere(del)
                ? Uni.createFrom().voidItem()
                : policy.get().forget(del.pod());
    }

    /** Whether the pod's name lives on in another sandbox. */
    private boolean isElsewhere(BranchDel del) {
        String hash = hash(del);
        return living.values().stream()
                .anyMatch(place -> PodLink.hash(place.hostLink()).equals(hash));
    }

    private static String hash(BranchDel del) {
        return new LinkNames("", del.sandbox(), del.pod()).first();
    }

    /** What the annotation of the very pod says. A pod whose name lives on in another sandbox is left alone. */
    private Uni<Optional<BranchPlace>> annotated(BranchDel del) {
        return !del.uid().isEmpty()
                        && del.pod().isKnown()
                        && !isElsewhere(del)
                        && question.now(del.pod(), del.uid()) instanceof BranchVerdict.Given given
                ? network.podLinks().map(links -> {
                    // The mode may have been another one when the pod was connected.
                    String hostLink = links.of(hash(del), given.address())
                            .or(() -> del.links().map(LinkNames::first))
                            .orElse(hash(del));
                    // Where the trunk is not known any more nothing is lost: a pod is taken down without it.
                    MacAddress mac = trunk.now().orElse(given.mac());
                    return Optional.of(
                            new BranchPlace(del.sandbox(), del.pod(), hostLink, given.address(), given.link(mac), 0));
                })
                : Uni.createFrom().item(Optional.empty());
    }

    /** What of the pod is missing or different; empty when it has no branch interface. */
    Uni<Optional<List<String>>> check(AddRequest request, Optional<BranchDel.Remembered> before) {
        AddRequest.Connection how = request.connection().orElseThrow();
        return restored()
                .chain(() -> placeOf(request, before))
                .chain(found -> found.map(place -> network.checkBranch(place.attachment(how, hostExceptions.get()))
                                .map(Optional::of))
                        .orElseGet(() -> Uni.createFrom().item(Optional.empty())));
    }

    private Uni<Optional<BranchPlace>> placeOf(AddRequest request, Optional<BranchDel.Remembered> before) {
        Optional<BranchPlace> own = of(request.sandbox());
        if (own.isPresent()) {
            return Uni.createFrom().item(own);
        }
        BranchDel like = new BranchDel(
                request.sandbox(),
                request.pod(),
                request.uid(),
                request.connection().map(AddRequest.Connection::links),
                false);
        return annotated(like)
                .map(place -> place.filter(_ -> trunk.now().isPresent())
                        .map(found ->
                                before.map(known -> found.on(known.hostLink())).orElse(found)));
    }

    /** What they have on the host, of which it is known: by their link, or by their annotation. */
    BranchesOnHost onHost() {
        List<IpAddress> exceptions = hostExceptions.get();
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
        return question.now(new PodName(pod.id().namespace(), pod.id().name()), "") instanceof BranchVerdict.Given given
                ? Optional.of(given)
                : Optional.empty();
    }
}
