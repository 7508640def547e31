package io.vpccni.telemetry;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vpccni.kube.DaemonPods;
import io.vpccni.loop.Chores;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/** Looks at all daemons again and again, and tells of them what they are together. */
final class ClusterMetrics implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ClusterMetrics.class);

    /** Daemons that are asked at the same time. */
    private static final int AT_ONCE = 16;

    /** Somebody who is told the figures of a look. */
    interface Audience {
        Uni<Void> hear(Map<Figure, Double> figures);
    }

    private final DaemonPods daemons;
    private final List<Audience> audiences;
    private final ClusterSums sums = new ClusterSums();
    private final Chores chores = new Chores();

    ClusterMetrics(DaemonPods daemons, List<Audience> audiences) {
        this.daemons = daemons;
        this.audiences = List.copyOf(audiences);
    }

    /** The first look is after one interval. */
    void start(Duration interval) {
        chores.every(interval, "looking at the daemons", this::look);
    }

    /** Asks every daemon, and tells what came of it. */
    Uni<Void> look() {
        return daemons.running()
                .chain(pods -> pages(pods)
                        .map(pages -> figures(new HashSet<>(pods), pages))
                        .chain(this::tell));
    }

    private Uni<Map<String, Exposition>> pages(List<String> pods) {
        return Multi.createFrom()
                .iterable(pods)
                .onItem()
                .transformToUni(pod -> daemons.metrics(pod)
                        .map(page -> Map.entry(pod, Exposition.parse(page)))
                        .onFailure()
                        .invoke(failure ->
                                LOG.warnf("%s is left out, it does not answer: %s", pod, failure.getMessage()))
                        .onFailure()
                        .recoverWithNull())
                .merge(AT_ONCE)
                .collect()
                .asMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    private synchronized Map<Figure, Double> figures(Set<String> pods, Map<String, Exposition> pages) {
        LOG.debugf("%d of %d daemons answered", pages.size(), pods.size());
        return sums.look(pods, pages);
    }

    private Uni<Void> tell(Map<Figure, Double> figures) {
        return Multi.createFrom()
                .iterable(audiences)
                .onItem()
                .transformToUniAndConcatenate(audience -> audience.hear(figures))
                .collect()
                .asList()
                .replaceWithVoid();
    }

    @Override
    public void close() {
        chores.close();
    }
}
