package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.Pod;
import io.smallrye.mutiny.Multi;
import io.vpccni.branch.BranchPod;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The pods of the cluster that ask for a branch interface. Of all other pods nothing is kept. */
public final class SgpPods {

    private final ApiServer server;
    private final Map<BranchPod, SgpPod> known = new HashMap<>();
    private volatile boolean listed;

    /** What became of one pod. */
    public sealed interface News {
        /** New, or different from before. */
        record Told(SgpPod pod) implements News {}

        /** Not there any more. */
        record Gone(SgpPod pod) implements News {}
    }

    public SgpPods(ApiServer server) {
        this.server = server;
    }

    /** What is there, and then what changes. Never ends; silent while the API server is away. */
    public Multi<News> news() {
        return server.<Pod>watch("the pods", client -> client.pods().inAnyNamespace())
                .map(SgpPods::reduced)
                .onItem()
                .transformToMultiAndConcatenate(seen -> Multi.createFrom().iterable(takeIn(seen)));
    }

    private static Seen<Optional<SgpPod>> reduced(Seen<Pod> seen) {
        return switch (seen) {
            case Seen.All<Pod> all ->
                new Seen.All<>(all.objects().stream()
                        .filter(SgpPod::asksForBranch)
                        .map(pod -> Optional.of(SgpPod.of(pod)))
                        .toList());
            case Seen.Changed<Pod> changed -> new Seen.Changed<>(reduced(changed.object()));
            case Seen.Gone<Pod> gone -> new Seen.Gone<>(reduced(gone.object()));
        };
    }

    private static Optional<SgpPod> reduced(Pod pod) {
        return Optional.of(pod).filter(SgpPod::asksForBranch).map(SgpPod::of);
    }

    private synchronized List<News> takeIn(Seen<Optional<SgpPod>> seen) {
        return switch (seen) {
            case Seen.All<Optional<SgpPod>> all ->
                takeIn(all.objects().stream().flatMap(Optional::stream).toList());
            case Seen.Changed<Optional<SgpPod>>(Optional<SgpPod> pod) ->
                pod.filter(this::isNew).<News>map(News.Told::new).stream().toList();
            case Seen.Gone<Optional<SgpPod>>(Optional<SgpPod> pod) ->
                pod.filter(gone -> known.remove(gone.pod()) != null).<News>map(News.Gone::new).stream()
                        .toList();
        };
    }

    private List<News> takeIn(Collection<SgpPod> all) {
        Set<BranchPod> gone = new HashSet<>(known.keySet());
        all.forEach(pod -> gone.remove(pod.pod()));
        List<News> news = new ArrayList<>();
        gone.forEach(pod -> news.add(new News.Gone(known.remove(pod))));
        all.stream().filter(this::isNew).forEach(pod -> news.add(new News.Told(pod)));
        listed = true;
        return news;
    }

    private boolean isNew(SgpPod pod) {
        return !pod.equals(known.put(pod.pod(), pod));
    }

    /** Whether the pods of the cluster are known: until then an interface that nobody seems to have may be somebody's. */
    public boolean isListed() {
        return listed;
    }

    /** Those that were placed on the node and have not ended. */
    public synchronized List<SgpPod> on(String node) {
        return known.values().stream()
                .filter(pod -> !pod.over() && pod.node().filter(node::equals).isPresent())
                .toList();
    }

    /** All that have a node and have not ended. */
    public synchronized List<SgpPod> placed() {
        return known.values().stream()
                .filter(pod -> !pod.over() && pod.node().isPresent())
                .toList();
    }
}
