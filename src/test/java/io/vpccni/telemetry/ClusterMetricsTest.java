package io.vpccni.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vpccni.config.Environment;
import io.vpccni.config.HelperSettings;
import io.vpccni.config.HelperSettingsReader;
import io.vpccni.ec2.AwsClients;
import io.vpccni.ec2.CloudWatch;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.Listener;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloudwatch.CloudWatchServer;
import io.vpccni.emulator.cloudwatch.CloudWatchServer.Put;
import io.vpccni.emulator.kubernetes.KubernetesServer;
import io.vpccni.kube.ApiServer;
import io.vpccni.kube.DaemonPods;
import io.vpccni.testing.Clusters;
import io.vpccni.testing.Manifests;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** With real HTTP on all sides: daemons' pages, the API server's proxy with the helper's rights, CloudWatch by the SDK. */
class ClusterMetricsTest {

    private static final Logger LOG = Logger.getLogger(ClusterMetricsTest.class);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int PORT = 61_678;

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
    private final KubernetesServer cluster = KubernetesServer.start(emulator);
    private final CloudWatchServer cloudWatch = CloudWatchServer.start();
    private final KubernetesClient administrator =
            new KubernetesClientBuilder().withConfig(Clusters.config(cluster)).build();
    private final ApiServer server = new ApiServer(
            () -> Clusters.config(cluster),
            new ApiServer.Access(Optional.empty(), "cni-metrics-helper"),
            new Random(1));
    private final HelperSettings settings = new HelperSettingsReader(
                    new Environment(Map.of(
                            "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                    emulator.nodes().getFirst().imdsEndpoint().toString(),
                            "AWS_ENDPOINT_URL_CLOUDWATCH", cloudWatch.endpoint().toString())),
                    _ -> Map.of())
            .read();
    private final AwsClients aws = new AwsClients(settings.cloud(), new Random(1));
    private final CloudWatch sink = aws.cloudWatch("us-west-2", settings.cloudWatchEndpoint());
    private final List<Listener> daemons = new ArrayList<>();
    private final AtomicInteger adds = new AtomicInteger(1_000);

    ClusterMetricsTest() {
        cluster.enforce(Manifests.rights());
    }

    @AfterEach
    void close() {
        daemons.forEach(Listener::close);
        sink.close();
        aws.close();
        server.close();
        administrator.close();
        cloudWatch.close();
        cluster.close();
        emulator.close();
    }

    private void daemon(int number) {
        String address = "127.1." + number / 250 + "." + (number % 250 + 1);
        String name = "aws-node-" + number;
        daemons.add(Listener.open(address, PORT, exchange -> {
            byte[] page = page().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        }));
        pod(name, address);
    }

    private void pod(String name, String address) {
        administrator
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("kube-system")
                        .addToLabels("k8s-app", "aws-node")
                        .endMetadata()
                        .build())
                .create();
        administrator
                .pods()
                .inNamespace("kube-system")
                .withName(name)
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"status\":{\"phase\":\"Running\",\"podIP\":\"" + address + "\"}}");
    }

    private String page() {
        return """
                # HELP awscni_assigned_ip_addresses The number of IP addresses assigned to pods
                # TYPE awscni_assigned_ip_addresses gauge
                awscni_assigned_ip_addresses 7
                awscni_eni_max 3
                awscni_add_ip_req_count %d
                awscni_aws_api_latency_ms{api="AssignPrivateIpAddresses",error="false",status="200",quantile="0.99"} 120
                jvm_threads_live_threads 40
                """.formatted(adds.get());
    }

    private ClusterMetrics helper(ClusterMetrics.Audience... audiences) {
        return new ClusterMetrics(new DaemonPods(server), List.of(audiences));
    }

    private static void look(ClusterMetrics helper) {
        helper.look().await().atMost(LONG);
    }

    @Test
    void theFiguresOf200NodesAreRightInCloudWatch() {
        for (int number = 0; number < 200; number++) {
            daemon(number);
        }
        ClusterMetrics helper = helper(new CloudWatchReport(sink, "prod"));
        long heap = heapInUse();
        Instant begun = Instant.now();

        look(helper);
        LOG.infof(
                "200 nodes looked at in %s, which then hold %d KiB of the heap",
                Duration.between(begun, Instant.now()), (heapInUse() - heap) / 1024);
        assertThat(cloudWatch.calls()).as("told at every second look").isEmpty();
        adds.addAndGet(3);
        look(helper);

        assertThat(cloudWatch.calls())
                .singleElement()
                .satisfies(call -> assertThat(call.data())
                        .containsExactlyInAnyOrder(
                                put("assignIPAddresses", 1_400),
                                put("assignIPAddresses", 1_400),
                                put("eniMaxAvailable", 600),
                                put("eniMaxAvailable", 600),
                                put("awsAPILatency", 120),
                                put("awsAPILatency", 120),
                                put("addReqCount", 600)));
    }

    /** Bytes, what nobody needs any more left out. */
    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static Put put(String metric, double value) {
        return new Put("Kubernetes", metric, value, "Count", Map.of("CLUSTER_ID", "prod"));
    }

    @Test
    void aDaemonThatDoesNotAnswerHidesNoOther() {
        daemon(0);
        pod("aws-node-away", "127.1.9.9");
        SimpleMeterRegistry registry = new SimpleMeterRegistry();

        look(helper(new ClusterGauges(registry)));

        assertThat(registry.get("awscni_assigned_ip_addresses").gauge().value()).isEqualTo(7);
        assertThat(registry.get("awscni_ip_max").gauge().value())
                .as("on no page")
                .isNaN();
        assertThat(registry.getMeters()).hasSize(6);
    }

    @Test
    void callsThatCloudWatchRefusesAreLostAndTheNextOnesAreNot() {
        daemon(0);
        ClusterMetrics helper = helper(new CloudWatchReport(sink, "prod"));
        cloudWatch.refuse(1);

        for (int looks = 0; looks < 4; looks++) {
            look(helper);
        }

        assertThat(cloudWatch.calls())
                .singleElement()
                .satisfies(call -> assertThat(call.data()).hasSize(8));
    }

    @Test
    void theClusterIsNamedByTheTagsOfTheInstance() {
        assertThat(clusterId()).as("the instance's Name").isEqualTo("node1");

        tag("CLUSTER_ID", "staging");
        assertThat(clusterId()).isEqualTo("staging");

        tag("eks:cluster-name", "prod");
        assertThat(clusterId()).isEqualTo("prod");

        for (String key : List.of("Name", "CLUSTER_ID", "eks:cluster-name")) {
            tag(key, "");
        }
        assertThat(clusterId()).isEqualTo("k8s-cluster");
    }

    private String clusterId() {
        Uni<String> id = HelperLife.clusterId(aws, "us-west-2");
        return id.await().atMost(LONG);
    }

    private void tag(String key, String value) {
        String instance = emulator.nodes().getFirst().instanceId();
        emulator.decide(
                (core, now) -> core.submit(new Ec2Request.CreateTags(List.of(instance), Map.of(key, value)), now));
    }
}
