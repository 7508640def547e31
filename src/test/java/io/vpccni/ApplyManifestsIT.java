package io.vpccni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.vpccni.config.ControllerSettings;
import io.vpccni.config.ControllerSettingsReader;
import io.vpccni.config.Environment;
import io.vpccni.config.HelperSettings;
import io.vpccni.config.HelperSettingsReader;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.kubernetes.KubernetesServer;
import io.vpccni.testing.Clusters;
import io.vpccni.testing.KubernetesObjects;
import io.vpccni.testing.Manifests;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** All that the build leaves in {@code target/kubernetes}. */
class ApplyManifestsIT {

    private static final Path CONTROLLER = Manifests.BUILT.resolve("controller.yml");

    static List<Path> files() {
        return Manifests.files(Manifests.BUILT);
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFieldIsOneThatKubernetesKnows(Path file) {
        for (JsonNode object : Manifests.in(file)) {
            KubernetesObjects.assertKnownFields(object);
        }
    }

    @Test
    void aClusterTakesThemTwice() {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                KubernetesServer cluster = KubernetesServer.start(emulator);
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Clusters.config(cluster))
                        .build()) {
            KubernetesObjects.applyTwice(
                    client,
                    files().stream()
                            .flatMap(file -> Manifests.in(file).stream())
                            .toList());
            assertThat(client.apps()
                            .daemonSets()
                            .inNamespace("kube-system")
                            .list()
                            .getItems())
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"controller.yml, vpc-cni-controller", "metrics-helper.yml, cni-metrics-helper"})
    void aDeploymentHasTheDaemonsImageAndNoRightsOnItsNode(String file, String name) {
        JsonNode pod = deployment(file, name);
        JsonNode container = pod.at("/containers/0");

        assertThat(container.path("image").asText())
                .isEqualTo(Manifests.in(Manifests.BUILT.resolve("kubernetes.yml"), "DaemonSet", "aws-node")
                        .at("/spec/template/spec/containers/0/image")
                        .asText());
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean())
                .isTrue();
        assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true))
                .isFalse();
        assertThat(container.at("/securityContext/capabilities").toString()).isEqualTo("{\"drop\":[\"ALL\"]}");
    }

    @Test
    void theControllerStartsOnceTheClusterIsNamed() {
        Map<String, String> variables = variables(controller());
        Environment unnamed = new Environment(variables);
        new ControllerSettingsReader(unnamed, _ -> Map.of()).read();
        assertThat(unnamed.problems()).singleElement().asString().contains("CLUSTER_NAME");

        variables.put("CLUSTER_NAME", "prod");
        Environment named = new Environment(variables);
        ControllerSettings settings = new ControllerSettingsReader(named, _ -> Map.of()).read();

        assertThat(named.problems()).isEmpty();
        JsonNode service =
                Manifests.in(CONTROLLER, "Service", settings.webhooks().service());
        assertThat(service.at("/spec/ports/0/port").asInt()).isEqualTo(443);
        assertThat(controller().at("/containers/0/ports"))
                .anySatisfy(port -> assertThat(port.path("containerPort").asInt())
                        .isEqualTo(settings.webhooks().port()));
    }

    @Test
    void theMetricsHelperStartsAsItIs() {
        JsonNode pod = deployment("metrics-helper.yml", "cni-metrics-helper");
        Map<String, String> variables = variables(pod);
        Environment environment = new Environment(variables);

        HelperSettings settings = new HelperSettingsReader(environment, _ -> Map.of()).read();

        assertThat(environment.problems()).isEmpty();
        assertThat(settings.cloudWatch()).isTrue();
        assertThat(settings.prometheus()).isFalse();
        assertThat(pod.at("/containers/0/ports/0/containerPort").asText())
                .isEqualTo(variables.get("QUARKUS_MANAGEMENT_PORT"));
    }

    private static Map<String, String> variables(JsonNode pod) {
        Map<String, String> variables = new HashMap<>();
        pod.at("/containers/0/env").forEach(variable -> {
            if (variable.has("value")) {
                variables.put(
                        variable.path("name").asText(), variable.path("value").asText());
            }
        });
        return variables;
    }

    private static JsonNode controller() {
        return deployment("controller.yml", "vpc-cni-controller");
    }

    private static JsonNode deployment(String file, String name) {
        return Manifests.in(Manifests.BUILT.resolve(file), "Deployment", name).at("/spec/template/spec");
    }
}
