package io.vpccni.config;

import io.vpccni.config.NodeSettings.CloudSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * How the role {@code metrics-helper} is to behave. Names in the docs are the variables they come from.
 *
 * @param cloud how AWS is reached
 * @param region AWS_REGION; empty for the one that IMDS tells
 * @param clusterId AWS_CLUSTER_ID: the dimension in CloudWatch; empty for what the instance's tags tell
 * @param cloudWatch USE_CLOUDWATCH
 * @param prometheus USE_PROMETHEUS
 * @param interval METRIC_UPDATE_INTERVAL: between two looks at the daemons; CloudWatch is told at every second one
 * @param endpoint CLUSTER_ENDPOINT; empty for the one that every pod finds
 * @param cloudWatchEndpoint AWS_ENDPOINT_URL_CLOUDWATCH
 */
public record HelperSettings(
        CloudSettings cloud,
        Optional<String> region,
        Optional<String> clusterId,
        boolean cloudWatch,
        boolean prometheus,
        Duration interval,
        Optional<String> endpoint,
        Optional<String> cloudWatchEndpoint) {}
