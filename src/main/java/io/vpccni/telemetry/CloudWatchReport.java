package io.vpccni.telemetry;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.CloudWatch;
import io.vpccni.ec2.CloudWatch.Datum;
import io.vpccni.telemetry.ClusterMetrics.Audience;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/** Tells CloudWatch the figures of two looks at once, batch by batch; a batch that is refused is lost. Looks come one after another. */
final class CloudWatchReport implements Audience {

    private static final Logger LOG = Logger.getLogger(CloudWatchReport.class);

    /** Looks that go together. */
    private static final int LOOKS = 2;

    private final CloudWatch cloudWatch;
    private final String cluster;
    private final List<Map<Figure, Double>> collected = new ArrayList<>();

    /** {@code cluster}: its id. */
    CloudWatchReport(CloudWatch cloudWatch, String cluster) {
        this.cloudWatch = cloudWatch;
        this.cluster = cluster;
    }

    @Override
    public Uni<Void> hear(Map<Figure, Double> figures) {
        collected.add(figures);
        if (collected.size() < LOOKS) {
            return Uni.createFrom().voidItem();
        }
        List<Datum> due = collected.stream()
                .flatMap(look -> look.entrySet().stream())
                .map(figure -> new Datum(figure.getKey().cloudWatch(), figure.getValue()))
                .toList();
        collected.clear();
        return Multi.createFrom()
                .iterable(due)
                .group()
                .intoLists()
                .of(CloudWatch.BATCH)
                .onItem()
                .transformToUniAndConcatenate(this::put)
                .collect()
                .asList()
                .replaceWithVoid();
    }

    private Uni<Void> put(List<Datum> batch) {
        return cloudWatch
                .put(cluster, batch)
                .onFailure()
                .invoke(failure ->
                        LOG.warnf("CloudWatch did not take %d figures: %s", batch.size(), failure.getMessage()))
                .onFailure()
                .recoverWithNull();
    }
}
