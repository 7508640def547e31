package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import java.util.List;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;

/** A cluster's figures in CloudWatch, where the reference puts them: namespace Kubernetes, one dimension CLUSTER_ID, counts. */
public final class CloudWatch implements AutoCloseable {

    /** Figures in one call, as many as the reference puts in one. */
    public static final int BATCH = 20;

    private static final String NAMESPACE = "Kubernetes";
    private static final String DIMENSION = "CLUSTER_ID";

    private final CloudWatchAsyncClient client;

    CloudWatch(CloudWatchAsyncClient client) {
        this.client = client;
    }

    /** One value of a metric. */
    public record Datum(String metric, double value) {}

    /**
     * Puts at most {@link #BATCH} figures as of now; fails with what the SDK fails with, after its own tries.
     *
     * @param cluster its id
     */
    public Uni<Void> put(String cluster, List<Datum> data) {
        Dimension dimension = Dimension.builder().name(DIMENSION).value(cluster).build();
        List<MetricDatum> batch = data.stream()
                .map(datum -> MetricDatum.builder()
                        .metricName(datum.metric())
                        .value(datum.value())
                        .unit(StandardUnit.COUNT)
                        .dimensions(dimension)
                        .build())
                .toList();
        return Uni.createFrom()
                .completionStage(() -> client.putMetricData(
                        request -> request.namespace(NAMESPACE).metricData(batch)))
                .replaceWithVoid();
    }

    @Override
    public void close() {
        client.close();
    }
}
