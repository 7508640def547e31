package io.vpccni.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vpccni.config.Environment;
import io.vpccni.config.HelperSettings;
import io.vpccni.config.HelperSettingsReader;
import io.vpccni.config.JsonObject;
import io.vpccni.config.Role;
import io.vpccni.ec2.AwsClients;
import io.vpccni.ec2.CloudWatch;
import io.vpccni.kube.ApiServer;
import io.vpccni.kube.ApiServer.Access;
import io.vpccni.kube.ApiServers;
import io.vpccni.kube.DaemonPods;
import io.vpccni.telemetry.ClusterMetrics.Audience;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/** Starts and stops the metrics helper with the application, where that is its role. */
@ApplicationScoped
public class HelperLife {

    private static final Logger LOG = Logger.getLogger(HelperLife.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Tags of the instance that name its cluster, the best first. */
    private static final List<String> NAMING_TAGS = List.of("eks:cluster-name", "CLUSTER_ID", "Name");

    private static final String UNNAMED = "k8s-cluster";

    private final Config config;
    private final ApiServers apiServers;
    private final MeterRegistry registry;
    private final List<AutoCloseable> open = new ArrayList<>();

    HelperLife(Config config, ApiServers apiServers, MeterRegistry registry) {
        this.config = config;
        this.apiServers = apiServers;
        this.registry = registry;
    }

    void start(@Observes StartupEvent event) {
        if (!Role.of(config.getOptionalValue(Role.variable(), String.class)).contains(Role.METRICS_HELPER)) {
            return;
        }
        Environment environment = new Environment(name -> config.getOptionalValue(name, String.class));
        HelperSettings settings = new HelperSettingsReader(environment, JsonObject::texts).read();
        environment.settle(LOG);
        start(settings);
    }

    private void start(HelperSettings settings) {
        ApiServer server = keep(apiServers.open(new Access(settings.endpoint(), "cni-metrics-helper")));
        List<Audience> audiences = new ArrayList<>();
        if (settings.prometheus()) {
            audiences.add(new ClusterGauges(registry));
        }
        if (settings.cloudWatch()) {
            AwsClients aws = keep(new AwsClients(settings.cloud(), RandomGenerator.getDefault()));
            String region = settings.region()
                    .orElseGet(
                            () -> aws.imds().identity().await().atMost(PATIENCE).region());
            String cluster = settings.clusterId()
                    .orElseGet(() -> clusterId(aws, region).await().atMost(PATIENCE));
            CloudWatch cloudWatch = keep(aws.cloudWatch(region, settings.cloudWatchEndpoint()));
            audiences.add(new CloudWatchReport(cloudWatch, cluster));
            LOG.infof("CloudWatch is told of cluster %s in %s", cluster, region);
        }
        keep(new ClusterMetrics(new DaemonPods(server), audiences)).start(settings.interval());
    }

    /** What the tags of our instance call the cluster. */
    static Uni<String> clusterId(AwsClients aws, String region) {
        return aws.imds()
                .identity()
                .chain(node -> aws.tags(region, InstantSource.system()).find(node.instanceId(), NAMING_TAGS))
                .map(tags -> NAMING_TAGS.stream()
                        .map(tags::get)
                        .filter(Objects::nonNull)
                        .filter(value -> !value.isEmpty())
                        .findFirst()
                        .orElse(UNNAMED));
    }

    private <T extends AutoCloseable> T keep(T resource) {
        open.addFirst(resource);
        return resource;
    }

    void stop(@Observes ShutdownEvent event) {
        for (AutoCloseable resource : open) {
            try {
                resource.close();
            } catch (Exception e) {
                LOG.warnf("%s did not close: %s", resource, e.getMessage());
            }
        }
        open.clear();
    }
}
