package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.checkpoint.CheckpointFile;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettings.CloudAccess;
import io.vpccni.config.NodeSettings.NetworkSettings;
import io.vpccni.daemon.AddRequest.Connection;
import io.vpccni.dataplane.BranchesOnHost;
import io.vpccni.dataplane.FirewallBackend;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.ec2.AwsClients;
import io.vpccni.ec2.BranchTable;
import io.vpccni.ec2.EniCalls;
import io.vpccni.ec2.NodeInterfaces;
import io.vpccni.explain.Outcome;
import io.vpccni.kernel.BranchLinkKind;
import io.vpccni.kernel.DryNodeNetwork;
import io.vpccni.kernel.LinuxNodeNetwork;
import io.vpccni.kernel.NodeNetwork;
import io.vpccni.kube.ApiServer;
import io.vpccni.kube.ApiServer.Access;
import io.vpccni.kube.EventType;
import io.vpccni.kube.NodeFacts;
import io.vpccni.loop.Chores;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.Nics;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Pool;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.pool.Targets;
import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.ForeignEni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.NodeIdentity;
import io.vpccni.vpc.Placement;
import io.vpccni.vpc.SubnetSupply;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One node's daemon, from start to stop. Calls are taken from the first moment on: an ADD that comes while the node is still
 * looking around waits like any other.
 *
 * <p>Start: IMDS says who we are; then EC2 (interfaces, limits), the kernel (host set-up, live pods) and the state file are
 * asked at the same time; {@link Restoration} makes one picture of it; the loop starts. Whatever fails on the way is tried
 * again for ever, loudly: there is no state from which waiting for AWS could not help.
 */
public final class Node implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Node.class);

    private static final Duration FIRST_START_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_START_PAUSE = Duration.ofSeconds(10);

    /** How long the start waits for the Node object, so that its targets count from the first plan on. */
    private static final Duration FACTS_PATIENCE = Duration.ofSeconds(1);

    /** How often the first interface's security groups are compared, as often as the reference does. */
    private static final Duration SECURITY_GROUPS_CHECK = Duration.ofSeconds(30);

    private record Found(
            NodeIdentity identity,
            NodeInterfaces interfaces,
            Optional<EniCalls> ec2,
            NodeTargets targets,
            AttachedEnis attached,
            LiveLinks podLinks) {}

    private final NodeSettings settings;
    private final NodeNetwork network;
    private final RandomGenerator random;
    private final AwsClients aws;
    private final CheckpointFile checkpoint;
    private final InstantSource clock;
    private final AddJournal journal;
    private final Instant bornAt;
    private final CompletableFuture<NodeLoop> started = new CompletableFuture<>();
    private final Optional<Cluster> cluster;
    private final Optional<Branches> branches;
    private final Chores chores = new Chores();
    private volatile @Nullable Found found;
    private final CompletableFuture<NodeFacts> firstFacts = new CompletableFuture<>();
    private volatile @Nullable NodeFacts facts;
    private volatile Set<PodName> scheduled = Set.of();
    private volatile @Nullable Cancellable starting;
    private volatile @Nullable Reconciler reconciler;
    private volatile @Nullable HostUpkeep upkeep;
    private volatile @Nullable TrunkWish trunkWish;
    private volatile PodPolicy policy = PodPolicy.NONE;
    private volatile boolean closed;
    private volatile String startTrouble = "asking IMDS who this node is";

    /**
     * @param cluster the API server; empty for a node that has none
     */
    public Node(
            NodeSettings settings,
            NodeNetwork network,
            Optional<Cluster> cluster,
            RandomGenerator random,
            InstantSource clock) {
        this.cluster = cluster;
        this.settings = settings;
        this.network = network;
        this.checkpoint = new CheckpointFile(settings.files().checkpoint(), this::tellOfStateFile);
        this.clock = clock;
        this.random = random;
        this.journal = new AddJournal(clock, this::whyWaiting);
        this.aws = new AwsClients(settings.cloud(), random, journal.calls());
        this.bornAt = clock.instant();
        this.branches = cluster.filter(_ -> settings.branches().enabled())
                .map(ties -> new Branches(
                        settings.branches(),
                        settings.pool().family(),
                        settings.network().vethPrefix(),
                        ties.pods(),
                        network,
                        journal,
                        clock,
                        new BranchSurroundings()));
        cluster.ifPresent(ties -> announceTo(new LoggedReasons().and(ties.reasons())));
        observe();
    }

    /** The node that {@code settings} describe, on the real kernel or dry. */
    public static Node of(NodeSettings settings, Function<Access, ApiServer> apiServers) throws IOException {
        RandomGenerator random = RandomGenerator.getDefault();
        return new Node(
                settings, network(settings), Cluster.of(settings, apiServers, random), random, new SteadyClock());
    }

    /** The same node on a machine that has nothing to do with Kubernetes. */
    public static Node of(NodeSettings settings) throws IOException {
        return new Node(settings, network(settings), Optional.empty(), RandomGenerator.getDefault(), new SteadyClock());
    }

    private static NodeNetwork network(NodeSettings settings) throws IOException {
        BranchLinkKind branchLinks = settings.branches().macvlan() ? BranchLinkKind.MACVLAN : BranchLinkKind.VLAN;
        return settings.network().dry()
                ? new DryNodeNetwork()
                : new LinuxNodeNetwork(settings.network().hostNamespace(), LinuxNodeNetwork.LINK_LIMIT, branchLinks);
    }

    /** Has network policies enforced by {@code enforcer} on the pods that are connected here; to be said before the start. */
    public void enforceWith(PodPolicy enforcer) {
        policy = enforcer;
    }

    /** Begins the start; returns at once. */
    public void start() {
        cluster.ifPresent(ties -> ties.follow(this));
        Uni<Void> factsOrPatience = factsOrPatience();
        starting = lookAround()
                .onFailure()
                .invoke(this::noteStartTrouble)
                .onFailure()
                .retry()
                .withBackOff(FIRST_START_PAUSE, LONGEST_START_PAUSE)
                .indefinitely()
                .call(() -> factsOrPatience)
                .emitOn(Infrastructure.getDefaultWorkerPool())
                .map(this::begin)
                .invoke(this::beginChores)
                .subscribe()
                .with(started::complete, failure -> {
                    LOG.error("the node cannot start", failure);
                    started.completeExceptionally(failure);
                });
    }

    /** Ends when the Node object has been read, or soon in any case. Counts from now on. */
    private Uni<Void> factsOrPatience() {
        if (cluster.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Uni<Void> ended = Uni.createFrom()
                .completionStage(firstFacts.copy())
                .replaceWithVoid()
                .ifNoItem()
                .after(FACTS_PATIENCE)
                .recoverWithUni(Uni.createFrom().voidItem())
                .memoize()
                .indefinitely();
        ended.subscribe().with(_ -> {});
        return ended;
    }

    /** Ends when addresses can be handed out. */
    public Uni<Void> ready() {
        return Uni.createFrom().completionStage(started).replaceWithVoid();
    }

    public boolean isReady() {
        return started.isDone() && !started.isCompletedExceptionally();
    }

    /**
     * Connects the pod, by its branch interface if it asks for one, else by an address of the pool. Fails with a {@link Refusal}.
     * Cancelling it takes back what was made.
     */
    public Uni<Connected> connect(AddRequest request) {
        Asked asked = journal.asked();
        return branches.map(ways -> ways.connect(request, asked))
                .orElseGet(() -> add(request, asked).map(Connected.ByPool::new));
    }

    /** Gets the pod an address and connects it. Fails with a {@link Refusal}. Cancelling it gives the address back. */
    public Uni<Assignment> add(AddRequest request) {
        return add(request, journal.asked());
    }

    private Uni<Assignment> add(AddRequest request, Asked asked) {
        return assign(request, asked).invoke(has -> cluster.ifPresent(ties -> ties.assigned(has)));
    }

    private Uni<Assignment> assign(AddRequest request, Asked asked) {
        if (request.nics() == Nics.EVERY_CARD && !settings.pool().multiNic()) {
            Refusal refusal = new Refusal(
                    Reason.MULTI_NIC_DISABLED, request.pod() + " has the annotation k8s.amazonaws.com/nicConfig");
            journal.refused(request, asked, refusal.outcome());
            return Uni.createFrom().failure(refusal);
        }
        if (isReady()) {
            return started.join().add(request, asked);
        }
        journal.waitsForStart(request, asked);
        return Uni.createFrom()
                .completionStage(started.copy())
                .ifNoItem()
                .after(request.patience().plusMillis(1))
                .failWith(() -> new Refusal(Reason.STARTING, startTrouble))
                .onFailure(Refusal.class)
                .invoke(failure -> journal.ended(request.sandbox(), ((Refusal) failure).outcome()))
                .onCancellation()
                .invoke(() -> journal.ended(request.sandbox(), new Outcome.HungUp()))
                .chain(loop -> loop.add(request.after(Duration.between(asked.at(), clock.instant())), asked));
    }

    /** Disconnects the pod and lets its address rest. Empty when the pod had none. */
    public Uni<Optional<Assignment>> del(DelRequest request) {
        Asked asked = journal.asked();
        return Uni.createFrom()
                .completionStage(started.copy())
                .chain(loop -> loop.del(request, asked))
                .invoke(had -> had.ifPresent(gone -> cluster.ifPresent(ties -> ties.released(gone))));
    }

    /**
     * Takes a pod off its branch interface, also on a node that gives none any more. Empty when it has none: then what it has is
     * the pool's.
     *
     * @return what it had, as far as it is known
     */
    public Uni<Optional<BranchPlace>> delBranch(BranchDel del) {
        return branches.map(ways -> ways.del(del))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
    }

    /** The same where the runtime remembers it: neither EC2 nor the API server has to be there. */
    public Uni<Void> delBranch(BranchDel del, BranchDel.Remembered before) {
        return branches.map(ways -> ways.delRemembered(del, before))
                .orElseGet(() -> del.namespaceGone()
                        ? Uni.createFrom().voidItem()
                        : network.disconnectBranch(before.vlanId(), before.address(), Optional.of(before.hostLink()))
                                .chain(() -> policy.forget(del.pod())));
    }

    /** The pods of a network that live on branch interfaces. */
    public Uni<List<BranchPlace>> branchPods(String network) {
        return branches.map(ways -> ways.living().on(network))
                .orElseGet(() -> Uni.createFrom().item(List.of()));
    }

    /** The trunk interface's MAC address; empty while there is none. */
    public Optional<MacAddress> trunk() {
        return branches.flatMap(ways -> ways.trunk().now());
    }

    /** What the API server says of this node's pods, its interfaces and the pool, for pods with branch interfaces. */
    private final class BranchSurroundings implements Branches.Surroundings {
        @Override
        public Uni<Void> ready() {
            return Node.this.ready();
        }

        @Override
        public Uni<Connected> byPool(AddRequest request, Asked asked) {
            return add(request, asked).map(Connected.ByPool::new);
        }

        @Override
        public void wake() {
            started.thenAccept(NodeLoop::wake);
        }

        @Override
        public void lookAtEc2() {
            started.thenAccept(loop -> loop.learned(new PoolEvent.LookDue()));
        }

        @Override
        public List<IpAddress> hostExceptions() {
            Stream<IpAddress> own = settings.branches().nodeIsException()
                    ? Stream.ofNullable(found).flatMap(Node::ownAddresses)
                    : Stream.empty();
            return Stream.concat(settings.branches().hostExceptions().stream(), own)
                    .distinct()
                    .toList();
        }

        @Override
        public PodPolicy policy() {
            return policy;
        }
    }

    private static Stream<IpAddress> ownAddresses(Found seen) {
        return Stream.concat(
                Stream.of(seen.identity().primaryAddress()),
                seen.attached().ours().stream().filter(Eni::isPrimary).flatMap(eni -> eni.ipv6().stream()));
    }

    /** What the Node object says now: its own targets, its pods' limit, a cordon. */
    void nodeChanged(NodeFacts now) {
        facts = now;
        firstFacts.complete(now);
        started.thenAccept(this::tellFacts);
    }

    /** Which pods are placed here and have no address yet. */
    void podsScheduled(Set<PodName> pods) {
        scheduled = pods;
        started.thenAccept(loop -> loop.learned(new PoolEvent.PodsScheduled(scheduled)));
    }

    private void tellFacts(NodeLoop loop) {
        NodeFacts now = facts;
        Found seen = found;
        if (now != null && seen != null) {
            Targets targets = targets(seen);
            LOG.infof("the Node says: %s, so %s", now, targets);
            loop.learned(new PoolEvent.TargetsChanged(targets));
            loop.learned(new PoolEvent.FreezeChanged(freeze()));
        }
    }

    private Targets targets(Found seen) {
        return seen.targets().with(Optional.ofNullable(facts));
    }

    /** A type that is younger than the table is taken for one that may. */
    private static boolean mayHaveTrunk(String type) {
        return BranchTable.shipped().known(type).orElse(1) > 0;
    }

    private Optional<Reason> freeze() {
        if (!settings.cloud().access().mayProvision()) {
            return Optional.of(Reason.PROVISIONING_DISABLED);
        }
        return Optional.ofNullable(facts)
                .filter(now -> now.cordoned() && !settings.kubernetes().manageCordoned())
                .map(_ -> Reason.NODE_CORDONED);
    }

    /**
     * What of a connected pod is missing or different, one sentence each.
     *
     * @param before what the runtime remembers of its branch interface; empty for a pod that has none
     */
    public Uni<List<String>> check(AddRequest request, Optional<BranchDel.Remembered> before) {
        return branches.map(ways -> ways.living().check(request, before))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
                .chain(differences -> differences
                        .map(found -> Uni.createFrom().item(found))
                        .orElseGet(() -> before.isPresent()
                                // A node that gives no branch interfaces any more does not know those of running pods.
                                ? Uni.createFrom().item(List.of())
                                : check(request.sandbox(), request.connection().orElseThrow())));
    }

    private Uni<List<String>> check(Sandbox sandbox, Connection connection) {
        return view().flatMap(view -> view.assignmentOf(sandbox))
                .map(has -> Uni.join()
                        .all(LiveEdges.attachments(has, connection).stream()
                                .map(network::check)
                                .toList())
                        .andFailFast()
                        .map(differences ->
                                differences.stream().flatMap(List::stream).toList()))
                .orElseGet(() -> Uni.createFrom().item(List.of(sandbox + " has no address here")));
    }

    /** How pods reach the address family that their cluster does not have. */
    public Egress egress() {
        return new Egress(
                network.egress(),
                settings.plugins().binaries(),
                settings.calls().allowedUid().isEmpty());
    }

    /** What became of the last ADDs, and why. */
    public AddJournal journal() {
        return journal;
    }

    /** Has the observers told what happens from now on. */
    public void observe(NodeObserver... observers) {
        List<NodeObserver> all = new ArrayList<>(List.of(observers));
        cluster.map(Cluster::observers).ifPresent(all::addAll);
        journal.observe(new Observers(all));
    }

    /** Who is told what happens here; callers report what arrives before they check it. */
    public NodeObserver observer() {
        return journal.observer();
    }

    /** Has refusals and long waits announced to {@code sink} instead of the log and the API server. */
    public void announceTo(ReasonSink sink) {
        journal.announceTo(sink);
    }

    private Optional<Diagnosis> whyWaiting() {
        return isReady()
                ? started.join().view().diagnosis()
                : Optional.of(new Diagnosis(Reason.STARTING, startTrouble));
    }

    /** Calls of each EC2 action that could be made at once; empty while the node starts. */
    public Map<String, Double> budgetTokens() {
        return Optional.ofNullable(found)
                .flatMap(Found::ec2)
                .map(EniCalls::budgetTokens)
                .orElse(Map.of());
    }

    /** Who keeps the rules of iptables on this host. */
    public FirewallBackend firewallBackend() {
        return network.firewallBackend();
    }

    /** What the subnets that this node knows have left; none while the node starts or where EC2 is not asked. */
    public List<SubnetSupply> subnets() {
        return Optional.ofNullable(found)
                .flatMap(Found::ec2)
                .map(EniCalls::subnetSupplies)
                .orElse(List.of());
    }

    /** The pool as of now; empty while the node starts. */
    public Optional<PoolView> view() {
        return isReady() ? Optional.of(started.join().view()) : Optional.empty();
    }

    /** Who this node is; empty while IMDS has not said. */
    public Optional<NodeIdentity> identity() {
        return Optional.ofNullable(found).map(Found::identity);
    }

    public NodeSettings settings() {
        return settings;
    }

    /** What the start waits for, for people. */
    public String startTrouble() {
        return startTrouble;
    }

    private Uni<Found> lookAround() {
        return aws.imds().identity().chain(identity -> {
            Optional<EniCalls> ec2 = settings.cloud().access() == CloudAccess.IMDS_ONLY
                    ? Optional.empty()
                    : Optional.of(aws.ec2(
                            identity,
                            clock,
                            settings.pool().family(),
                            settings.pool().multiNic(),
                            customPlacement()));
            NodeInterfaces interfaces = ec2.<NodeInterfaces>map(calls -> calls).orElseGet(() -> imdsEnis(identity));
            return Uni.combine()
                    .all()
                    .unis(
                            interfaces.limits(),
                            interfaces.attached(),
                            network.setUpHost(hostPlan(identity))
                                    .onItemOrFailure()
                                    .invoke((_, failure) -> journal.observer().hostSetUp(failure == null))
                                    .chain(() -> branches.map(
                                                    ways -> ways.living().restored())
                                            .orElseGet(() -> Uni.createFrom().voidItem()))
                                    .chain(network::podLinks))
                    .asTuple()
                    .map(all -> new Found(
                            identity,
                            interfaces,
                            ec2,
                            checked(new NodeTargets(
                                    settings.pool(),
                                    all.getItem1(),
                                    all.getItem2(),
                                    branches.isPresent() && mayHaveTrunk(identity.instanceType()))),
                            all.getItem2(),
                            all.getItem3()))
                    .onFailure()
                    .invoke(() -> ec2.ifPresent(EniCalls::close));
        });
    }

    private static NodeTargets checked(NodeTargets targets) {
        targets.obstacle().ifPresent(why -> {
            throw new IllegalStateException(why);
        });
        if (targets.lacksPrefixes()) {
            LOG.warn("ENABLE_PREFIX_DELEGATION needs an instance on Nitro or bare metal: using secondary addresses");
        }
        return targets;
    }

    private Optional<Supplier<Uni<Placement>>> customPlacement() {
        return settings.kubernetes().customNetworking()
                ? Optional.of(new CustomPlacement(cluster, () -> Optional.ofNullable(facts)))
                : Optional.empty();
    }

    private NodeLoop begin(Found seen) {
        Instant now = clock.instant();
        Pool pool = new Pool(targets(seen), now.toEpochMilli());
        pool.apply(new PoolEvent.FreezeChanged(freeze()), now);
        pool.takeNote(seen.attached().foreign());
        for (Eni eni : seen.attached().ours()) {
            if (eni.isPrimary()) {
                pool.adopt(eni, now);
            } else {
                pool.adoptUnwired(eni);
            }
        }
        CheckpointFile.Found file = checkpoint.read();
        file.complaints().forEach(LOG::error);
        file.complaints().forEach(this::tellOfStateFile);
        Restoration restoration = Restoration.restore(
                pool, file.checkpoint(), seen.podLinks(), settings.pool().coolDown(), now);
        restoration.complaints().forEach(LOG::error);
        restoration.gone().forEach(address -> {
            LOG.infof("the pod of %s is gone: removing its rules", address);
            network.disconnect(Optional.of(address), Optional.empty())
                    .subscribe()
                    .with(
                            _ -> {},
                            failure -> LOG.warnf("rules of %s are left over: %s", address, failure.getMessage()));
        });
        found = seen;
        journal.observer().started(Duration.between(bornAt, now), firstFacts.isDone());
        LOG.infof(
                "%s (%s) serves pods with %d interfaces, %d pods restored",
                seen.identity().instanceId(),
                seen.identity().instanceType(),
                seen.attached().ours().size(),
                pool.assignments().size());
        return new NodeLoop(
                pool,
                new LiveEdges(
                        seen.interfaces(),
                        seen.ec2().filter(_ -> settings.cloud().access().mayProvision()),
                        network,
                        checkpoint,
                        settings.network().vethPrefix(),
                        link -> branches.filter(ways -> ways.living().have(link))
                                .isPresent(),
                        policy),
                journal,
                clock);
    }

    private void beginChores(NodeLoop loop) {
        Found seen = found;
        if (closed || seen == null) {
            return;
        }
        branches.ifPresent(ways -> askForTrunk(ways, loop));
        boolean provisions = settings.cloud().access().mayProvision();
        if (provisions) {
            seen.ec2()
                    .ifPresent(calls -> chores.every(
                            SECURITY_GROUPS_CHECK, "refreshing the security groups", calls::refreshSecurityGroups));
            seen.ec2()
                    .filter(_ ->
                            settings.cloud().deleteLeaked() && settings.pool().family() == IpFamily.IPV4)
                    .ifPresent(this::watchLeakedEnis);
        }
        Reconciler comparing = new Reconciler(loop);
        if (!settings.network().dry()) {
            lookAfterHost(seen, loop);
            comparing.compareWithKernel(network, settings.calls().reconcilePeriod());
        }
        if (provisions) {
            comparing.compareWithMetadata(
                    imdsEnis(seen.identity()), settings.calls().reconcilePeriod());
        }
        reconciler = comparing;
    }

    private void askForTrunk(Branches ways, NodeLoop loop) {
        loop.tellViews(view ->
                ways.trunk().ec2Says(view.trunk().flatMap(ForeignEni::trunk).map(ForeignEni.Trunk::mac)));
        TrunkWish wish = new TrunkWish(
                cluster.orElseThrow().cniNode(),
                settings.pool().family(),
                settings.kubernetes().customNetworking(),
                ways.trunk(),
                this::view,
                () -> Optional.ofNullable(facts),
                this::observer);
        wish.begin();
        trunkWish = wish;
    }

    private void lookAfterHost(Found seen, NodeLoop loop) {
        HostUpkeep keeping = new HostUpkeep(
                network,
                hostPlan(seen.identity()),
                loop::view,
                () -> branches.map(ways -> ways.living().onHost()).orElse(BranchesOnHost.NONE),
                this::observer);
        keeping.begin();
        if (settings.pool().family() == IpFamily.IPV4) {
            keeping.followCidrs(() -> aws.imds().vpcCidrs(seen.identity().primaryMac()), HostUpkeep.CIDRS_PERIOD);
        }
        upkeep = keeping;
    }

    private NodeInterfaces imdsEnis(NodeIdentity identity) {
        return aws.imdsEnis(identity, settings.pool().family(), settings.pool().multiNic());
    }

    private void watchLeakedEnis(EniCalls calls) {
        LeakedEniCleanup cleanup = new LeakedEniCleanup(
                calls.leaked(bornAt),
                cluster.map(ties -> ties.chore(LeakedEniCleanup.LEASE, LeakedEniCleanup.PAUSE)),
                this::observer,
                random);
        chores.every(LeakedEniCleanup.PERIOD, "looking for leaked interfaces", cleanup::look);
    }

    /**
     * Tells people something about the node, with an Event where there is an API server.
     *
     * @param reason one word, the same for the same cause
     * @param action what was tried, one word
     */
    public void tell(EventType type, String reason, String action, String note) {
        cluster.ifPresent(ties -> ties.tellOfNode(type, reason, action, note));
    }

    private void tellOfStateFile(String trouble) {
        cluster.ifPresent(ties -> ties.stateFileTrouble(trouble));
    }

    private HostPlan hostPlan(NodeIdentity identity) {
        NetworkSettings network = settings.network();
        return new HostPlan(
                settings.pool().family(),
                identity.primaryMac(),
                identity.primaryAddress(),
                identity.vpcCidrs(),
                network.excludeSnatCidrs(),
                network.externalServiceCidrs(),
                network.vethPrefix(),
                network.mark(),
                network.eniMtu(),
                network.externalSnat(),
                network.nodePortSupport(),
                network.randomizeSnat(),
                network.ipv6Egress(),
                settings.branches().hostMode());
    }

    private void noteStartTrouble(Throwable failure) {
        startTrouble = String.valueOf(failure.getMessage());
        LOG.errorf("the node cannot start yet, trying again: %s", startTrouble);
        journal.look(clock.instant(), () -> new Diagnosis(Reason.STARTING, startTrouble));
    }

    /** Stops taking calls. Pods stay connected, the state file is complete. */
    @Override
    public void close() {
        closed = true;
        chores.close();
        Reconciler running = reconciler;
        if (running != null) {
            running.close();
        }
        HostUpkeep keeping = upkeep;
        if (keeping != null) {
            keeping.close();
        }
        branches.ifPresent(Branches::close);
        TrunkWish wish = trunkWish;
        if (wish != null) {
            wish.close();
        }
        Cancellable start = starting;
        if (start != null) {
            start.cancel();
        }
        started.completeExceptionally(new Refusal(Reason.STOPPING, "it had not started"));
        if (isReady()) {
            started.join().close();
        }
        cluster.ifPresent(Cluster::close);
        checkpoint.close();
        Found seen = found;
        if (seen != null) {
            seen.ec2().ifPresent(EniCalls::close);
        }
        aws.close();
        network.close();
    }
}
