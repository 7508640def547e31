package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vpccni.client.install.Install;
import io.vpccni.emulator.fabric.WorldName;
import io.vpccni.emulator.runtime.PodTool;
import io.vpccni.emulator.runtime.WorldFile;
import io.vpccni.kube.BranchAnnotation;
import io.vpccni.kube.crd.SecurityGroupPolicy;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** Security groups for pods as in {@code quarkus:dev}: the controller and both daemons in one process, pods by {@code dev/pod}. */
@QuarkusTest
@TestProfile(SecurityGroupsTest.WithCluster.class)
@RequiresNetworkNamespaces
class SecurityGroupsTest {

    public static final class WithCluster implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("vpccni.emulator.kubernetes", "true", "VPCCNI_BRANCH_IDLE", "0");
        }
    }

    /** The shortest rest that can be set. */
    private static final Duration COOL_DOWN = Duration.ofSeconds(30);

    private static final int PODS = 10;

    @ConfigProperty(name = "VPCCNI_SOCKET")
    Path socket;

    @Inject
    KubernetesClient client;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void podsOfAPolicyHaveItsGroupsEverywhereAndLeaveNothingBehind() throws Exception {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("amazon-vpc-cni")
                        .withNamespace("kube-system")
                        .endMetadata()
                        .addToData("branch-eni-cooldown", Long.toString(COOL_DOWN.toSeconds()))
                        .build())
                .create();
        String group = tool("group", "web", "--allow", "tcp:80:10.0.0.0/16", "--allow", "icmp::10.0.0.0/16")
                .strip();
        tool("policy", "web", "--labels", "app=web", "--groups", "web");
        Eventually.is(18, "branches that the nodes offer", this::offered);

        for (int i = 0; i < PODS; i++) {
            tool("add", "web-" + i, "--labels", "app=web");
        }

        List<JsonNode> branches = branches();
        assertThat(branches).hasSize(PODS);
        assertThat(branches)
                .allSatisfy(eni -> assertThat(eni.path("groupIds"))
                        .singleElement()
                        .satisfies(id -> assertThat(id.asText()).isEqualTo(group)));
        for (int i = 0; i < PODS; i++) {
            assertThat(BranchAnnotation.read(Objects.requireNonNull(pods().withName("web-" + i)
                                    .get()
                                    .getMetadata()
                                    .getAnnotations()
                                    .get(BranchAnnotation.KEY)))
                            .ipv4()
                            .orElseThrow())
                    .hasToString(address("web-" + i));
        }
        List<String> first = podsOn("node1");
        List<String> second = podsOn("node2");
        assertThat(first).hasSize(PODS / 2);
        assertOnlyTheOpenPortAnswers(pod("node1", first.get(0)), pod("node2", second.get(0)));
        assertOnlyTheOpenPortAnswers(pod("node1", first.get(0)), pod("node1", first.get(1)));

        client.resources(SecurityGroupPolicy.class)
                .inNamespace("default")
                .withName("web")
                .delete();
        for (int i = 0; i < PODS; i++) {
            tool("del", "web-" + i);
        }
        assertThat(branches()).hasSize(PODS);
        Eventually.within(COOL_DOWN.plus(Eventually.LONG), "the end of all branches", this::branches, List::isEmpty);
        assertThat(pods().list().getItems()).isEmpty();
    }

    private void assertOnlyTheOpenPortAnswers(Pod caller, Pod server) throws IOException {
        String address = address(server.name());
        try (ServerSocketChannel open = server.listen(80);
                ServerSocketChannel closed = server.listen(8080)) {
            try (Pod.Conversation conversation = caller.talkTo(address, 80, open)) {
                assertThat(conversation.carries()).isTrue();
                assertThat(conversation.seen()).isEqualTo(address(caller.name()));
            }
            assertThatThrownBy(() -> caller.talkTo(address, 8080, closed))
                    .as("%s to port 8080 of %s", caller.name(), server.name())
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    private String tool(String... arguments) throws Exception {
        String classes = Objects.requireNonNull(
                        Install.class.getProtectionDomain().getCodeSource())
                .getLocation()
                .getPath();
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = new PodTool(
                        worldFile(),
                        classes,
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(List.of(arguments));
        assertThat(code)
                .as(() -> List.of(arguments) + ": " + err.toString(StandardCharsets.UTF_8)
                        + out.toString(StandardCharsets.UTF_8))
                .isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private NonNamespaceOperation<io.fabric8.kubernetes.api.model.Pod, PodList, PodResource> pods() {
        return client.pods().inNamespace("default");
    }

    private Path worldFile() {
        return Objects.requireNonNull(socket.getParent()).resolveSibling("world.json");
    }

    private WorldFile world() throws IOException {
        return WorldFile.read(worldFile());
    }

    private Pod pod(String node, String name) throws IOException {
        return new Pod(new WorldName(world().world()).pod(node, name), name);
    }

    private String address(String pod) {
        return pods().withName(pod).get().getStatus().getPodIP();
    }

    private List<String> podsOn(String node) {
        return pods().withField("spec.nodeName", node).list().getItems().stream()
                .map(pod -> pod.getMetadata().getName())
                .toList();
    }

    private int offered() {
        return client.nodes().list().getItems().stream()
                .map(node -> node.getStatus().getAllocatable().get(BranchAnnotation.KEY))
                .filter(Objects::nonNull)
                .mapToInt(quantity -> quantity.getNumericalAmount().intValue())
                .sum();
    }

    /** Interfaces that EC2 has as branches of a trunk, as the emulator's admin API shows them. */
    private List<JsonNode> branches() throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(world().adminUrl().resolve("/world")).build();
        JsonNode all = new ObjectMapper()
                .readTree(
                        http.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .path("networkInterfaces");
        List<JsonNode> branches = new ArrayList<>();
        all.forEach(eni -> {
            if (eni.has("association")) {
                branches.add(eni);
            }
        });
        return branches;
    }
}
