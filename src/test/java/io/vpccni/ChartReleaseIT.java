package io.vpccni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.DryRun;
import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.kubernetes.KubernetesServer;
import io.vpccni.testing.Charts;
import io.vpccni.testing.Clusters;
import io.vpccni.testing.KubernetesObjects;
import io.vpccni.testing.Manifests;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What Helm says to a release on the API server of the tests. */
class ChartReleaseIT {

    private static final String CHART = "aws-vpc-cni";

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
    private final KubernetesServer cluster = KubernetesServer.start(emulator);
    private final KubernetesClient client =
            new KubernetesClientBuilder().withConfig(Clusters.config(cluster)).build();

    @AfterEach
    void close() {
        client.close();
        cluster.close();
        emulator.close();
    }

    @Test
    void whatAManifestMadeIsTakenOverOnceItIsMarked() {
        for (JsonNode object : Manifests.in(Manifests.BUILT.resolve("kubernetes.yml"))) {
            client.resource(KubernetesObjects.generic(object)).serverSideApply();
        }
        assertThatThrownBy(this::tryToInstall).hasMessageContaining("invalid ownership metadata");

        for (JsonNode object : Manifests.in(Manifests.BUILT.resolve("kubernetes.yml"))) {
            mark(object);
        }

        assertThat(tryToInstall()).isEqualTo("pending-install");
    }

    /** Without the release itself, which Helm keeps in a Secret. */
    private String tryToInstall() {
        return new Helm(Charts.packed(CHART))
                .install()
                .withName(CHART)
                .withNamespace("kube-system")
                .withKubeConfigContents(kubeConfig())
                .disableOpenApiValidation()
                .withDryRunOption(DryRun.SERVER)
                .set("originalMatchLabels", true)
                .call()
                .getStatus();
    }

    /** As docs/helm.md has it. */
    private void mark(JsonNode object) {
        client.resource(KubernetesObjects.generic(object))
                .edit(found -> new GenericKubernetesResourceBuilder(found)
                        .editMetadata()
                        .addToAnnotations("meta.helm.sh/release-name", CHART)
                        .addToAnnotations("meta.helm.sh/release-namespace", "kube-system")
                        .addToLabels("app.kubernetes.io/managed-by", "Helm")
                        .endMetadata()
                        .build());
    }

    private String kubeConfig() {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                  - name: test
                    cluster:
                      server: %s
                contexts:
                  - name: test
                    context:
                      cluster: test
                      user: test
                users:
                  - name: test
                    user: {}
                current-context: test
                """.formatted(cluster.url());
    }
}
