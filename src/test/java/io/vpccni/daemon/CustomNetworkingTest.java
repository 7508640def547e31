package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.LONG;
import static io.vpccni.daemon.NodeFixture.burst;
import static io.vpccni.daemon.NodeFixture.done;
import static io.vpccni.daemon.NodeFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.vpccni.kube.TestApiServer;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Reason;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Custom networking with ENIConfigs, on the HTTP emulator and a mock of the API server. */
class CustomNetworkingTest {

    private static final Map<String, String> ON = Map.of("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "true");

    private static final ResourceDefinitionContext ENI_CONFIGS = new ResourceDefinitionContext.Builder()
            .withGroup("crd.k8s.amazonaws.com")
            .withVersion("v1alpha1")
            .withKind("ENIConfig")
            .withPlural("eniconfigs")
            .withNamespaced(false)
            .build();

    private final TestApiServer cluster = new TestApiServer();

    @TempDir
    private Path folder;

    private NodeFixture nodes;

    @BeforeEach
    void open() {
        nodes = new NodeFixture(folder, cluster);
        cluster.create(new NodeBuilder()
                .withNewMetadata()
                .withName(NodeFixture.NODE_NAME)
                .addToLabels("k8s.amazonaws.com/eniConfig", "zone-a")
                .endMetadata()
                .build());
    }

    @AfterEach
    void close() {
        nodes.close();
        cluster.close();
    }

    @Test
    void podsLiveInTheSubnetOfTheEniConfigAndNotOnTheFirstInterface() {
        eniConfig("zone-a", second());
        Node node = nodes.start(ON);

        List<Assignment> served = done(burst(node, 18));

        assertThat(served).allMatch(has -> has.eni().subnet().value().equals(second()));
        assertThat(nodes.interfaces().getFirst().addresses()).as("its own only").hasSize(1);
        assertThat(nodes.interfaces()).hasSize(3);
    }

    @Test
    void withoutTheEniConfigNothingIsCreatedUntilItIsThere() throws Exception {
        Node node = nodes.start(ON);
        Eventually.is(
                Reason.ENI_CONFIG_MISSING, "the reason", () -> refusal(node, 1).reason());
        assertThat(nodes.interfaces()).hasSize(1);

        eniConfig("zone-a", second());

        assertThat(done(node.add(request(2, LONG))).eni().subnet().value()).isEqualTo(second());
    }

    @Test
    void addressesThatTheFirstInterfaceHadGoBack() throws Exception {
        eniConfig("zone-a", second());
        nodes.start(Map.of()).close();

        nodes.start(ON);

        Eventually.is(
                1,
                "addresses of the first interface",
                () -> nodes.interfaces().getFirst().addresses().size());
    }

    private static Refusal refusal(Node node, int pod) {
        try {
            node.add(request(pod, Duration.ofMillis(200))).await().atMost(LONG);
            throw new AssertionError("the pod got an address");
        } catch (Refusal refusal) {
            return refusal;
        }
    }

    private String second() {
        String own = nodes.interfaces().getFirst().subnetId();
        return nodes.subnets().stream()
                .filter(subnet -> !subnet.equals(own))
                .findFirst()
                .orElseThrow();
    }

    private void eniConfig(String name, String subnet) {
        cluster.client()
                .genericKubernetesResources(ENI_CONFIGS)
                .resource(new GenericKubernetesResourceBuilder()
                        .withApiVersion("crd.k8s.amazonaws.com/v1alpha1")
                        .withKind("ENIConfig")
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .addToAdditionalProperties("spec", Map.of("subnet", subnet))
                        .build())
                .create();
    }
}
