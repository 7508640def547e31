package io.vpccni.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.CloudWatch;
import io.vpccni.ec2.CloudWatch.Datum;
import io.vpccni.kube.DaemonPods;
import io.vpccni.loop.Chores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Looks at all daemons again and again, and tells of them what they are together. */
final class ClusterMetrics implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ClusterMetrics.class);

    /** Daemons that are asked at the same time. */
    private static final int AT_ONCE = 16;

    /** Looks whose figures go to CloudWatch together. */
    private static final int LOOKS = 2;

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

    /** CloudWatch is told of two looks at once, batch by batch; a batch that is refused is lost. */
    static Audience cloudWatch(CloudWatch cloudWatch, String cluster) {
        List<Datum> collected = new ArrayList<>();
        int[] looks = {0};
        return figures -> {
            figures.forEach((figure, value) -> collected.add(new Datum(figure.cloudWatch(), value)));
            looks[0]++;
            if (looks[0] % LOOKS != 0) {
                return Uni.createFrom().voidItem();
            }
            List<Datum> due = List.copyOf(collected);
            collected.clear();
            return Multi.createFrom()
                    .iterable(due)
                    .group()
                    .intoLists()
                    .of(CloudWatch.BATCH)
                    .onItem()
                    .transformToUniAndConcatenate(batch -> cloudWatch
                            .put(cluster, batch)
                            .onFailure()
                            .invoke(failure ->
                                    LOG.warnf("CloudWatch took %d figures not: %s", batch.size(), failure.getMessage()))
                            .onFailure()
                            .recoverWithNull())
                    .collect()
                    .asList()
                    .replaceWithVoid();
        };
    }

    /** Prometheus is shown sums under the names that they have on the nodes; nothing before the first look. */
    static Audience prometheus(MeterRegistry registry) {
        Map<Figure, Double> shown = new ConcurrentHashMap<>();
        for (Figure figure : Figure.values()) {
            if (figure.kind() == Figure.Kind.SHOWN_SUM) {
                Gauge.builder(figure.metric(), () -> shown.getOrDefault(figure, Double.NaN))
                        .description("The sum of all nodes")
                        .register(registry);
            }
        }
        return figures -> {
            shown.keySet().retainAll(figures.keySet());
            shown.putAll(figures);
            return Uni.createFrom().voidItem();
        };
    }

    @Override
    public void close() {
        chores.close();
    }
}
