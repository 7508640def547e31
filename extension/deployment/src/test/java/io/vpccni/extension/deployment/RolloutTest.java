package io.vpccni.extension.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.kubernetes.KubernetesServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RolloutTest {

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
    private final KubernetesServer cluster = KubernetesServer.start(emulator);
    private final KubernetesClient client = client(cluster.url().toString());

    private static KubernetesClient client(String url) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl(url)
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    @AfterEach
    void close() {
        client.close();
        cluster.close();
        emulator.close();
    }

    private static Map<String, byte[]> manifest(String cpu) {
        String yaml = """
                apiVersion: v1
                kind: ServiceAccount
                metadata:
                  name: aws-node
                  namespace: kube-system
                ---
                apiVersion: apps/v1
                kind: DaemonSet
                metadata:
                  name: aws-node
                  namespace: kube-system
                spec:
                  selector:
                    matchLabels:
                      k8s-app: aws-node
                  template:
                    spec:
                      containers:
                        - name: aws-node
                          resources:
                            requests:
                              cpu: %s
                """.formatted(cpu);
        return Map.of("kubernetes.yml", yaml.getBytes(StandardCharsets.UTF_8));
    }

    private String cpu() {
        Container daemon = client.apps()
                .daemonSets()
                .inNamespace("kube-system")
                .withName("aws-node")
                .get()
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst();
        return String.valueOf(daemon.getResources().getRequests().get("cpu"));
    }

    @Test
    void whatIsThereIsChangedAndWhatIsMissingIsMade() {
        new Rollout(client).apply(manifest("25m"), List.of("kubernetes.yml"));
        assertThat(cpu()).isEqualTo("25m");

        new Rollout(client).apply(manifest("50m"), List.of("kubernetes.yml"));

        assertThat(cpu()).isEqualTo("50m");
        assertThat(client.serviceAccounts()
                        .inNamespace("kube-system")
                        .withName("aws-node")
                        .get())
                .isNotNull();
    }

    @Test
    void aFileThatIsNotThereIsNamedBeforeAnythingIsApplied() {
        assertThatThrownBy(() -> new Rollout(client).apply(manifest("25m"), List.of("kubernetes.yml", "controler.yml")))
                .hasMessageContaining("controler.yml");
        assertThat(client.apps().daemonSets().inAnyNamespace().list().getItems())
                .isEmpty();
    }

    @Test
    void aClusterThatCannotBeReachedIsNamed() {
        cluster.close();

        assertThatThrownBy(() -> new Rollout(client).apply(manifest("25m"), List.of("kubernetes.yml")))
                .hasMessageContaining("ServiceAccount aws-node of kubernetes.yml")
                .hasMessageContaining(cluster.url().toString());
    }
}
