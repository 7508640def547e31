package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The way to the API server that a packaged daemon takes: Quarkus' configuration, the endpoint of CLUSTER_ENDPOINT. */
@QuarkusTest
class ApiServersTest {

    @Inject
    ApiServers servers;

    @Test
    void theEndpointOfTheSettingsIsAsked() {
        try (TestApiServer cluster = new TestApiServer();
                ApiServer server =
                        servers.open(new ApiServer.Access(Optional.of(cluster.url()), "./aws-k8s-agent-v9"))) {
            cluster.create(new NodeBuilder()
                    .withNewMetadata()
                    .withName("node-1")
                    .addToAnnotations("vpccni.io/max-eni", "2")
                    .endMetadata()
                    .build());

            NodeFacts facts = new OwnNode(server, "node-1", new NodeFacts.EniConfigKeys("a", "l"))
                    .changes()
                    .toUni()
                    .await()
                    .atMost(Duration.ofSeconds(30));

            assertThat(facts.warmTargets().maxEnis()).hasValue(2);
            assertThat(cluster.userAgents()).contains("./aws-k8s-agent-v9");
        }
    }
}
