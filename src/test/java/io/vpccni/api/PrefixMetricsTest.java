package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.daemon.AddRequest;
import io.vpccni.daemon.DelRequest;
import io.vpccni.daemon.Node;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodName;
import io.vpccni.pool.PrefixFigures;
import io.vpccni.pool.Sandbox;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.IpCidr;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What metrics and introspection say of a node with prefixes. */
class PrefixMetricsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));

    @TempDir
    private Path folder;

    private Node node;
    private ReferenceMetrics reference;
    private SimpleMeterRegistry registry;

    @BeforeEach
    void start() throws Exception {
        NodeSettings settings = new NodeSettingsReader(
                        new Environment(Map.of(
                                "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                        emulator.node("node1").imdsEndpoint().toString(),
                                "AWS_VPC_K8S_CNI_BACKING_STORE",
                                        folder.resolve("ipam.json").toString(),
                                "VPCCNI_DRY_DATAPLANE", "true",
                                "ENABLE_PREFIX_DELEGATION", "true",
                                "WARM_PREFIX_TARGET", "1",
                                "AWS_MANAGE_ENIS_NON_SCHEDULABLE", "true")),
                        _ -> Map.of())
                .read();
        node = Node.of(settings);
        reference = new ReferenceMetrics(node);
        registry = new SimpleMeterRegistry();
        OwnMetrics own = new OwnMetrics(node, registry);
        assertThat(own).isNotNull();
        node.start();
        node.ready().await().atMost(LONG);
    }

    @AfterEach
    void close() {
        node.close();
        emulator.close();
    }

    @Test
    void podsAreCountedByTheirPrefix() throws Exception {
        Assignment first = add(1);
        add(2);
        add(3);
        settled(2, 1);

        IpCidr prefix = IpCidr.delegatedPrefixOf(first.address());
        assertThat(reference.text())
                .containsPattern("(?m)^awscni_total_ipv4_prefixes 2(\\.0)?$")
                .containsPattern("(?m)^awscni_assigned_ip_per_cidr\\{cidr=\"" + prefix + "\"} 3(\\.0)?$")
                .doesNotContain("/32");
        assertThat(gauge("vpccni_free_prefixes")).isEqualTo(1);
        assertThat(gauge("vpccni_prefix_fragmentation")).as("13 of 32").isEqualTo(13.0 / 32);
    }

    @Test
    void aNodeWithoutPodsHasNoFragments() throws Exception {
        settled(1, 1);

        assertThat(gauge("vpccni_prefix_fragmentation")).isZero();
        add(1);
        settled(2, 1);
        node.del(new DelRequest(sandbox(1))).await().atMost(LONG);
        Eventually.is(0.0, "fragmentation", () -> gauge("vpccni_prefix_fragmentation"));
        assertThat(gauge("vpccni_free_prefixes"))
                .as("one has a cooling address")
                .isEqualTo(1);
    }

    @Test
    void introspectionShowsTheSettingsThatCount() {
        JsonNode body = new IntrospectionPages(node, Optional::empty)
                .answer("/v1/ipamd-env-settings", Map.of())
                .body();

        assertThat(body.path("AWS_MANAGE_ENIS_NON_SCHEDULABLE").asBoolean()).isTrue();
        assertThat(body.path("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG").asBoolean(true))
                .isFalse();
    }

    private void settled(int prefixes, int free) throws Exception {
        Eventually.get(
                "prefixes",
                () -> node.view().orElseThrow().prefixFigures(),
                (PrefixFigures figures) -> figures.prefixes() == prefixes && figures.free() == free);
    }

    private double gauge(String name) {
        return registry.get(name).gauge().value();
    }

    private Assignment add(int pod) {
        return node.add(new AddRequest(sandbox(pod), new PodName("shop", "cart-" + pod), LONG, Optional.empty()))
                .await()
                .atMost(LONG);
    }

    private static Sandbox sandbox(int pod) {
        return new Sandbox("aws-cni", "c" + pod, "eth0");
    }
}
