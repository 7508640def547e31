package io.vpccni.controller;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Vertx;
import io.vpccni.branch.BranchTerms;
import io.vpccni.branch.TrunkEvent;
import io.vpccni.config.ControllerSettings;
import io.vpccni.ec2.TrunkCalls;
import io.vpccni.kube.ApiServer;
import io.vpccni.kube.BranchAnnotations;
import io.vpccni.kube.CoolDowns;
import io.vpccni.kube.EniConfigs;
import io.vpccni.kube.EventType;
import io.vpccni.kube.Events;
import io.vpccni.kube.Policies;
import io.vpccni.kube.SgpNodes;
import io.vpccni.kube.SgpPods;
import io.vpccni.kube.TrunkRecord;
import io.vpccni.kube.crd.CniNode.Feature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a controller consists of, put together. What it knows of the cluster it learns at once; it acts from
 * {@link #lead} on, which only one replica does.
 */
final class ControllerRole implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ControllerRole.class);

    /** The reference's event source. */
    private static final String REPORTER = "vpc-resource-controller";

    /** The reference's: where its controller runs too, only one of both leads. */
    static final String LEASE = "cp-vpc-resource-controller";

    private static final Duration LEASE_DURATION = Duration.ofSeconds(30);
    private static final Duration RENEW_DEADLINE = Duration.ofSeconds(15);
    private static final Duration RETRY_PERIOD = Duration.ofSeconds(5);

    private final ControllerSettings settings;
    private final ApiServer server;
    private final TrunkCalls ec2;
    private final ControllerMetrics metrics;
    private final InstantSource clock;
    private final Policies policies;
    private final EniConfigs eniConfigs;
    private final NodeBook nodes = new NodeBook();
    private final Map<String, List<Feature>> keptFeatures = new ConcurrentHashMap<>();

    /** Instances whose trunk is being looked for: two searches at once could make two, as EC2 shows the first one late. */
    private final Set<String> beginning = ConcurrentHashMap.newKeySet();

    private final BranchNews news;
    private final List<Cancellable> following = new ArrayList<>();
    private volatile BranchTerms terms;
    private @Nullable Leading leading;
    private @Nullable Operator operator;
    private volatile @Nullable Webhooks webhooks;

    /** Too early: what is needed comes by itself, within moments. */
    static final class NotYet extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotYet(String message) {
            super(message);
        }
    }

    /** What only the leader has. */
    private record Leading(BranchLoop loop, PodFeed feed, SgpPods pods, TrunkKeeper keeper, StatusWriter status) {
        void close() {
            feed.close();
            loop.close();
            status.close();
        }
    }

    /** @param metrics watches the calls of {@code ec2} already */
    ControllerRole(
            ControllerSettings settings,
            ApiServer server,
            TrunkCalls ec2,
            ControllerMetrics metrics,
            InstantSource clock) {
        this.settings = settings;
        this.server = server;
        this.ec2 = ec2;
        this.metrics = metrics;
        this.clock = clock;
        this.policies = new Policies(server);
        this.eniConfigs = new EniConfigs(server);
        this.terms = settings.branches();
        this.news = new BranchNews(
                new Events(
                        server,
                        REPORTER,
                        settings.identity(),
                        _ -> Optional.empty(),
                        RandomGenerator.getDefault(),
                        clock),
                policies);
    }

    /** What a pod's security groups follow from; every replica needs it, since any may be asked to admit a pod. */
    Policies policies() {
        return policies;
    }

    /**
     * Learns of policies from now on, and leads as soon as nobody else does.
     *
     * @param lost called when another replica leads instead: what this one knows is of no use any more
     * @throws IllegalStateException when somebody else looks after trunks here
     */
    void start(KubernetesClient client, Vertx vertx, Runnable lost) {
        refuseBesideAnother(client);
        policies.follow(this::policiesChanged);
        following.add(new CoolDowns(server, settings.namespace())
                .changes()
                .subscribe()
                .with(this::coolDownChanged, failure -> LOG.error("the watch of the cool-down has ended", failure)));
        webhooks = new Webhooks(vertx, settings, client, policies, clock);
        Operator started = new Operator(overrides -> overrides
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                // Small patches of our own, by merge: nothing that somebody else wrote is taken over.
                .withUseSSAToPatchPrimaryResource(false)
                .withLeaderElectionConfiguration(new LeaderElectionConfiguration(
                        LEASE,
                        settings.namespace(),
                        LEASE_DURATION,
                        RENEW_DEADLINE,
                        RETRY_PERIOD,
                        settings.identity(),
                        new LeaderCallbacks(this::lead, lost, _ -> {}),
                        false)));
        started.register(new NodeReconciler(this));
        started.register(new CniNodeReconciler(this));
        started.start();
        operator = started;
    }

    private void refuseBesideAnother(KubernetesClient client) {
        List<String> signs = Rivals.signs(client, settings.namespace(), settings.identity(), clock.instant());
        if (!signs.isEmpty() && !settings.takeOver()) {
            throw new IllegalStateException("cannot start: another controller of security groups for pods is here: "
                    + String.join("; ", signs)
                    + ". On EKS leave them to the control plane; to take over all the same set VPCCNI_TAKE_OVER=true");
        }
        signs.forEach(sign -> LOG.warnf("taking over, as VPCCNI_TAKE_OVER says: %s", sign));
    }

    /** The port where the API server asks about pods. */
    int webhookPort() {
        return Objects.requireNonNull(webhooks, "not started").port();
    }

    /** The tags of a node's CNINode, and so of the interfaces that are made for it. */
    Map<String, String> tagsOf(Optional<String> instanceId) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put(TrunkCalls.CLUSTER_TAG, settings.cloud().clusterName());
        instanceId.ifPresent(id -> tags.put(TrunkCalls.INSTANCE_TAG, id));
        return tags;
    }

    /** Acts from now on. */
    synchronized void lead() {
        if (leading != null) {
            return;
        }
        LOG.info("leading: this replica makes trunk and branch interfaces");
        String era = Long.toHexString(clock.instant().toEpochMilli());
        SgpNodes writer = new SgpNodes(server);
        StatusWriter status = new StatusWriter(writer);
        SgpPods pods = new SgpPods(server);
        TrunkMaker maker = new TrunkMaker(ec2, era);
        BranchLoop loop = new BranchLoop(
                new LiveBranchEdges(ec2, maker, new BranchAnnotations(server), nodes, status, news, metrics, clock),
                clock);
        Optional<GroupCheck> check =
                settings.checkGroups() ? Optional.of(new GroupCheck(ec2, news, clock)) : Optional.empty();
        PodFeed feed =
                new PodFeed(pods, policies, nodes, loop, news, check, settings.followPolicies(), settings.failClosed());
        TrunkKeeper keeper = new TrunkKeeper(
                ec2, maker, settings.limits(), eniConfigs, writer, pods, nodes, news, () -> terms, clock, metrics, era);
        loop.tellAll(new TrunkEvent.PoliciesChanged(policies.named()));
        leading = new Leading(loop, feed, pods, keeper, status);
        feed.follow();
    }

    private synchronized void policiesChanged() {
        if (webhooks != null) {
            webhooks.policiesChanged();
        }
        if (leading != null) {
            leading.loop().tellAll(new TrunkEvent.PoliciesChanged(policies.named()));
            leading.feed().policiesChanged();
        }
    }

    private synchronized void coolDownChanged(Duration coolDown) {
        terms = settings.branches().withCoolDown(coolDown);
        LOG.infof("branch interfaces rest for %s", terms.coolDown());
        if (leading != null) {
            leading.loop().tellAll(new TrunkEvent.TermsChanged(terms));
        }
    }

    /**
     * Sees to it that a node that asks for a trunk is served. Fails while that is not so; {@link NotYet} and {@link TrunkMaker.Impossible} say
     * how soon it may be otherwise.
     *
     * @param written what the node's CNINode says of its trunk
     * @param tags of the interfaces that are made for it
     */
    Uni<Void> serve(SgpNode node, Optional<TrunkRecord> written, Map<String, String> tags) {
        Leading now = current();
        if (node.instanceId().isEmpty()) {
            return Uni.createFrom()
                    .failure(new TrunkMaker.Impossible("Node " + node.name() + " has no provider id of an instance"));
        }
        String instance = node.instanceId().get();
        if (now.loop().serves(instance)) {
            return Uni.createFrom().voidItem();
        }
        if (!now.pods().isListed()) {
            return Uni.createFrom().failure(new NotYet("the pods of the cluster are not known"));
        }
        if (!beginning.add(instance)) {
            return Uni.createFrom().failure(new NotYet("the trunk of " + node.name() + " is being looked for already"));
        }
        return metrics.operation("init_trunk", now.keeper().trunkOf(node, instance, written, tags))
                .invoke(trunk -> {
                    now.loop().found(trunk);
                    now.feed().nodeReady(node.name());
                })
                .onTermination()
                .invoke(() -> beginning.remove(instance))
                .replaceWithVoid();
    }

    /** What a CNINode asked for that is being deleted while its Node lives. */
    void keepFeatures(String node, List<Feature> features) {
        keptFeatures.put(node, List.copyOf(features));
    }

    /** What the CNINode that is made for the node has to ask for, once. */
    Optional<List<Feature>> keptFeatures(String node) {
        return Optional.ofNullable(keptFeatures.remove(node));
    }

    /** Tells people why a node is not served. */
    void notServed(String node, Throwable why) {
        String reason = why instanceof TrunkMaker.Impossible ? "Unsupported" : "TrunkENICreationFailed";
        news.ofNode(node, EventType.WARNING, reason, String.valueOf(why.getMessage()));
    }

    /** The instance is gone: its branches rest and are deleted, and so is what its daemon left. */
    Uni<Void> gone(String node, String instanceId) {
        nodes.remove(node, instanceId);
        current().loop().gone(instanceId);
        return ec2.leftBy(instanceId)
                .onItem()
                .transformToMulti(left -> Multi.createFrom().iterable(left))
                .onItem()
                .transformToUniAndConcatenate(eni -> ec2.delete(eni, Optional.empty(), false))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    /** Whether branches of the instance are still there. */
    boolean isServed(String instanceId) {
        return current().loop().serves(instanceId);
    }

    /** The trunks as of the last turn, by the ids of their instances; none on a replica that does not lead. */
    synchronized Map<String, TrunkView> views() {
        return leading == null ? Map.of() : leading.loop().views();
    }

    /** Whether pods can be admitted: by what is known of policies and accounts. */
    boolean isAdmitting() {
        return webhooks != null && policies.isListed();
    }

    /** When the loop took its last turn; empty on a replica that does not lead. */
    synchronized Optional<Instant> lastTurn() {
        return Optional.ofNullable(leading).map(now -> now.loop().lastTurn());
    }

    private synchronized Leading current() {
        if (leading == null) {
            throw new NotYet("this replica does not lead");
        }
        return leading;
    }

    @Override
    public synchronized void close() {
        if (operator != null) {
            operator.stop();
        }
        if (webhooks != null) {
            webhooks.close();
        }
        following.forEach(Cancellable::cancel);
        if (leading != null) {
            leading.close();
        }
        policies.close();
        eniConfigs.close();
        ec2.close();
        server.close();
    }
}
