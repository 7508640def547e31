package io.vpccni.extension.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.quarkus.container.spi.ContainerImageInfoBuildItem;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.GeneratedFileSystemResourceBuildItem;
import io.quarkus.deployment.pkg.builditem.OutputTargetBuildItem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Leaves what a cluster may have beside the DaemonSet in {@code target/kubernetes}, one file for each in {@code src/main/kubernetes},
 * for its users to apply. Quarkus knows one workload, that of {@code kubernetes.yml}.
 */
class OptionalManifestsProcessor {

    /** In {@code target}, where Quarkus leaves its manifest too. */
    static final String FOLDER = "kubernetes/";

    private static final String OF_QUARKUS = "kubernetes.yml";

    @BuildStep
    void complete(
            OutputTargetBuildItem target,
            ContainerImageInfoBuildItem image,
            BuildProducer<GeneratedFileSystemResourceBuildItem> written)
            throws IOException {
        for (Path file : Manifests.of(target)) {
            if (!file.endsWith(OF_QUARKUS)) {
                written.produce(new GeneratedFileSystemResourceBuildItem(
                        FOLDER + file.getFileName(), withImage(file, image.getImage())));
            }
        }
    }

    /** Containers that name no image have that of the daemon, since there is one image for all programs. */
    private static byte[] withImage(Path file, String image) throws IOException {
        StringBuilder complete = new StringBuilder();
        for (JsonNode document : Manifests.in(file)) {
            for (JsonNode container : document.at("/spec/template/spec/containers")) {
                if (!container.has("image")) {
                    ((ObjectNode) container).put("image", image);
                }
            }
            complete.append(Manifests.YAML.writeValueAsString(document));
        }
        return complete.toString().getBytes(StandardCharsets.UTF_8);
    }
}
