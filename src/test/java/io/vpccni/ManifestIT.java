package io.vpccni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What the build left in {@code target/kubernetes}. */
class ManifestIT {

    private static final Path MANIFEST = Path.of("target/kubernetes/kubernetes.json");

    @Test
    void theWorkloadIsADaemonSetAndNothingElse() throws IOException {
        assertThat(items())
                .extracting(item -> item.path("kind").asText())
                .contains("DaemonSet")
                .doesNotContain("Deployment");
    }

    @Test
    void theDaemonSetHasWhatTheDataPlaneNeeds() throws IOException {
        JsonNode pod = StreamSupport.stream(items().spliterator(), false)
                .filter(item -> item.path("kind").asText().equals("DaemonSet"))
                .findFirst()
                .orElseThrow()
                .at("/spec/template/spec");
        JsonNode container = pod.at("/containers/0");

        assertThat(pod.path("hostNetwork").asBoolean()).isTrue();
        assertThat(pod.path("hostPID").asBoolean()).isTrue();
        assertThat(pod.path("containers")).hasSize(1);
        assertThat(container.path("name").asText()).isEqualTo("aws-node");
        assertThat(container.at("/securityContext/capabilities/add"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrder("NET_ADMIN", "NET_RAW", "SYS_ADMIN");
        assertThat(container.at("/readinessProbe/exec/command/0").asText()).isEqualTo("/app/grpc-health-probe");
        assertThat(container.path("volumeMounts")).anySatisfy(mount -> {
            assertThat(mount.path("mountPath").asText()).isEqualTo("/var/run/netns");
            assertThat(mount.path("mountPropagation").asText()).isEqualTo("HostToContainer");
        });
    }

    /** One JSON document after the other, or one list. */
    private static Iterable<JsonNode> items() throws IOException {
        JsonNode root = new ObjectMapper().readTree(MANIFEST.toFile());
        return root.has("items") ? root.path("items") : root;
    }
}
