package io.vpccni.daemon;

import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettings.KubernetesSettings;
import io.vpccni.kube.ApiServer;
import io.vpccni.kube.ApiServer.Access;
import io.vpccni.kube.ClusterChore;
import io.vpccni.kube.EniConfigs;
import io.vpccni.kube.EventSubject;
import io.vpccni.kube.EventType;
import io.vpccni.kube.Events;
import io.vpccni.kube.NodeFacts.EniConfigKeys;
import io.vpccni.kube.OwnCniNode;
import io.vpccni.kube.OwnNode;
import io.vpccni.kube.OwnPods;
import io.vpccni.kube.PodAnnotations;
import io.vpccni.kube.PodId;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * A node's ties to the API server: what it learns there becomes events of the loop, what its pods got is told back. All of it
 * is a help, and none of it is waited for.
 */
public final class Cluster implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Cluster.class);

    /** What the reference calls itself. */
    private static final String USER_AGENT = "./aws-k8s-agent-";

    private final ApiServer server;
    private final String nodeName;
    private final String namespace;
    private final Optional<PodId> ownPod;
    private final OwnNode node;
    private final OwnPods pods;
    private final OwnCniNode cniNode;
    private final EniConfigs eniConfigs;
    private final Events events;
    private final Optional<PodAnnotations> annotations;
    private final List<Cancellable> following = new ArrayList<>();

    public Cluster(ApiServer server, String nodeName, KubernetesSettings settings, RandomGenerator random) {
        this.server = server;
        this.nodeName = nodeName;
        this.namespace = settings.podNamespace();
        this.ownPod = settings.podName().isEmpty()
                ? Optional.empty()
                : Optional.of(new PodId(settings.podNamespace(), settings.podName()));
        this.node = new OwnNode(
                server, nodeName, new EniConfigKeys(settings.eniConfigAnnotation(), settings.eniConfigLabel()));
        this.pods = new OwnPods(server, nodeName);
        this.cniNode = new OwnCniNode(server, nodeName);
        this.eniConfigs = new EniConfigs(server);
        this.events = new Events(server, nodeName, pods::uidOf, random, InstantSource.system());
        this.annotations =
                settings.annotatePodIp() ? Optional.of(new PodAnnotations(server, random)) : Optional.empty();
    }

    /** The ties of a node that has a name in Kubernetes. */
    static Optional<Cluster> of(NodeSettings settings, Function<Access, ApiServer> apiServers, RandomGenerator random) {
        KubernetesSettings kubernetes = settings.kubernetes();
        if (kubernetes.nodeName().isEmpty()) {
            LOG.warn("MY_NODE_NAME is not set: going on without the API server");
        }
        return kubernetes
                .nodeName()
                .map(name -> new Cluster(
                        apiServers.apply(new Access(
                                kubernetes.endpoint(),
                                USER_AGENT + settings.cloud().version())),
                        name,
                        kubernetes,
                        random));
    }

    /** Tells {@code daemon} what the API server says, from now on. */
    void follow(Node daemon) {
        following.add(node.changes().subscribe().with(daemon::nodeChanged, Cluster::ended));
        following.add(pods.demand().map(Cluster::names).subscribe().with(daemon::podsScheduled, Cluster::ended));
    }

    private static void ended(Throwable failure) {
        LOG.errorf(failure, "a watch of the API server has ended for good");
    }

    private static Set<PodName> names(Set<PodId> ids) {
        return ids.stream().map(id -> new PodName(id.namespace(), id.name())).collect(Collectors.toUnmodifiableSet());
    }

    void assigned(Assignment has) {
        annotations
                .filter(_ -> has.pod().isKnown())
                .ifPresent(pen -> pen.write(id(has), has.address().toString()));
    }

    void released(Assignment had) {
        annotations
                .filter(_ -> had.pod().isKnown())
                .ifPresent(pen -> pen.clear(id(had), had.address().toString()));
    }

    private static PodId id(Assignment assignment) {
        return new PodId(assignment.pod().namespace(), assignment.pod().name());
    }

    /** The pods of this node. */
    OwnPods pods() {
        return pods;
    }

    /** What the node asks the controller for. */
    OwnCniNode cniNode() {
        return cniNode;
    }

    /** Where new interfaces are created, by name. */
    EniConfigs eniConfigs() {
        return eniConfigs;
    }

    /**
     * Something that one node of the cluster does for all.
     *
     * @param lease the name of the Lease by which they agree on it
     * @param pause from the end of the work to its next beginning, on any node
     */
    ClusterChore chore(String lease, Duration pause) {
        return ClusterChore.of(server, namespace, lease, nodeName, pause, InstantSource.system());
    }

    /** What people see with kubectl describe. */
    Events events() {
        return events;
    }

    /** Tells people, on the node, what is wrong with the state file. */
    void stateFileTrouble(String trouble) {
        tellOfNode(EventType.WARNING, "StateFileTrouble", "KeepState", trouble);
    }

    /** Tells people something about the node; a note that is too long is cut. */
    void tellOfNode(EventType type, String reason, String action, String note) {
        events.record(
                new EventSubject.OfNode(nodeName),
                type,
                reason,
                action,
                note.substring(0, Math.min(note.length(), ReasonEvents.LONGEST_NOTE)));
    }

    /** Tells people why pods have no address. */
    ReasonSink reasons() {
        return new ReasonEvents(events, nodeName);
    }

    /** Tell people of missing permissions, if the daemon's own pod is known, and of repairs. */
    List<NodeObserver> observers() {
        List<NodeObserver> observers = new ArrayList<>(List.of(new RepairEvents(events, nodeName)));
        ownPod.ifPresent(pod -> observers.add(new PermissionEvents(events, pod)));
        return observers;
    }

    @Override
    public void close() {
        following.forEach(Cancellable::cancel);
        eniConfigs.close();
        server.close();
    }
}
