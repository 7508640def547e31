package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.Pod;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** The pods that the scheduler has placed on this node. */
public final class OwnPods {

    private static final Logger LOG = Logger.getLogger(OwnPods.class);

    /** Changes of so many pods, or of so long a time, make one set: a Deployment that grows is one demand. */
    private static final int BATCH = 256;

    private static final Duration WINDOW = Duration.ofMillis(20);

    /** No node runs more pods. A longer list means that the selection is not what we think it is. */
    static final int MOST = 2_048;

    private final ApiServer server;
    private final String node;
    private final Latest<Map<PodId, PodFacts>> pods = new Latest<>(Map.of());

    public OwnPods(ApiServer server, String node) {
        this.server = server;
        this.node = node;
    }

    /**
     * The pods that still need an address from us, whenever that set is another one. Never ends; silent while the API server is
     * away.
     */
    public Multi<Set<PodId>> demand() {
        return server.<Pod>watch(
                        "the pods of node " + node,
                        client -> client.pods().inAnyNamespace().withField("spec.nodeName", node))
                .map(OwnPods::facts)
                .group()
                .intoLists()
                .of(BATCH, WINDOW)
                .map(this::takeIn)
                .map(OwnPods::needingAddress)
                .skip()
                .repetitions();
    }

    /** Which pod of that name is on this node, as far as the watch has told. */
    public Optional<String> uidOf(PodId pod) {
        return known(pod).map(PodFacts::uid);
    }

    /** The pod of that name, as far as the watch has told. */
    public Optional<PodFacts> known(PodId pod) {
        return Optional.ofNullable(pods.get().get(pod));
    }

    /** All of this node, by name, as the watch tells of them. */
    public Latest<Map<PodId, PodFacts>> all() {
        return pods;
    }

    /** The pod of that name as the API server has it now. */
    public Uni<Optional<PodFacts>> read(PodId pod) {
        return server.call(client -> Optional.ofNullable(client.pods()
                        .inNamespace(pod.namespace())
                        .withName(pod.name())
                        .get())
                .map(PodFacts::of));
    }

    /** What cannot be reached or read now, in words; empty when all is well. */
    public Optional<String> trouble() {
        return server.troubles().values().stream().findFirst();
    }

    private static Seen<PodFacts> facts(Seen<Pod> seen) {
        return switch (seen) {
            case Seen.All<Pod> all ->
                new Seen.All<>(all.objects().stream().map(PodFacts::of).toList());
            case Seen.Changed<Pod> changed -> new Seen.Changed<>(PodFacts.of(changed.object()));
            case Seen.Gone<Pod> gone -> new Seen.Gone<>(PodFacts.of(gone.object()));
        };
    }

    private Map<PodId, PodFacts> takeIn(List<Seen<PodFacts>> batch) {
        Map<PodId, PodFacts> now = after(pods.get(), batch);
        pods.set(now);
        return now;
    }

    /** What is known after a batch. The end of a pod does not end a younger one with its name. */
    static Map<PodId, PodFacts> after(Map<PodId, PodFacts> before, List<Seen<PodFacts>> batch) {
        Map<PodId, PodFacts> known = new HashMap<>(before);
        for (Seen<PodFacts> seen : batch) {
            switch (seen) {
                case Seen.All<PodFacts> all -> {
                    known.clear();
                    all.objects().forEach(pod -> put(known, pod));
                }
                case Seen.Changed<PodFacts> changed -> put(known, changed.object());
                case Seen.Gone<PodFacts> gone ->
                    known.computeIfPresent(
                            gone.object().id(),
                            (_, pod) -> pod.uid().equals(gone.object().uid()) ? null : pod);
            }
        }
        return Map.copyOf(known);
    }

    private static void put(Map<PodId, PodFacts> known, PodFacts pod) {
        if (known.size() >= MOST && !known.containsKey(pod.id())) {
            LOG.debugf("%s is not counted: %d pods are known already", pod.id(), MOST);
            return;
        }
        known.put(pod.id(), pod);
    }

    static Set<PodId> needingAddress(Map<PodId, PodFacts> pods) {
        return pods.values().stream()
                .filter(PodFacts::needsAddress)
                .map(PodFacts::id)
                .collect(Collectors.toUnmodifiableSet());
    }
}
