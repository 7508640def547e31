package io.vpccni.extension.deployment;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.quarkus.container.spi.ContainerImageBuilderBuildItem;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.GeneratedFileSystemResourceBuildItem;
import io.quarkus.deployment.pkg.builditem.ArtifactResultBuildItem;
import io.quarkus.kubernetes.client.spi.KubernetesClientBuildItem;
import io.quarkus.kubernetes.spi.GeneratedKubernetesResourceBuildItem;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Brings the manifests to a cluster when they are built and the image is pushed: {@code ./mvnw package
 * -Dvpccni.kubernetes.deploy=kubernetes.yml}. Quarkus' own deployer looks for a Deployment, and knows no DaemonSet.
 */
class DeployProcessor {

    /**
     * @param ofQuarkus the manifest of the DaemonSet among them
     * @param others the other manifests among them
     * @param pushed the image is where the cluster can get it, if it is built at all
     * @param last makes this a part of every build that ends in an artifact; nothing is produced
     */
    @BuildStep
    void deploy(
            ManifestsBuildConfig config,
            KubernetesClientBuildItem cluster,
            List<GeneratedKubernetesResourceBuildItem> ofQuarkus,
            List<GeneratedFileSystemResourceBuildItem> others,
            List<ContainerImageBuilderBuildItem> pushed,
            BuildProducer<ArtifactResultBuildItem> last) {
        List<String> files = config.deploy().orElse(List.of());
        if (files.isEmpty()) {
            return;
        }
        Map<String, byte[]> manifests = new TreeMap<>();
        ofQuarkus.forEach(file -> manifests.put(file.getName(), file.getContent()));
        others.stream()
                .filter(file -> file.getName().startsWith(OptionalManifestsProcessor.FOLDER))
                .forEach(file -> manifests.put(
                        file.getName().substring(OptionalManifestsProcessor.FOLDER.length()), file.getData()));
        try (KubernetesClient client = cluster.buildClient()) {
            new Rollout(client).apply(manifests, files);
        }
    }
}
