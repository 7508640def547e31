package io.vpccni.extension.deployment;

import io.quarkus.container.image.deployment.ContainerImageConfig;
import io.quarkus.container.spi.AvailableContainerImageExtensionBuildItem;
import io.quarkus.container.spi.ContainerImageBuildRequestBuildItem;
import io.quarkus.container.spi.ContainerImageBuilderBuildItem;
import io.quarkus.container.spi.ContainerImageInfoBuildItem;
import io.quarkus.container.spi.ContainerImageLabelBuildItem;
import io.quarkus.container.spi.ContainerImagePushRequestBuildItem;
import io.quarkus.deployment.IsProduction;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.pkg.builditem.ArtifactResultBuildItem;
import io.quarkus.deployment.pkg.builditem.JarBuildItem;
import io.quarkus.deployment.pkg.builditem.OutputTargetBuildItem;
import io.vpccni.image.ImageBuild;
import io.vpccni.image.ImageException;
import io.vpccni.image.Machine;
import io.vpccni.image.Push;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Makes the container image where {@code quarkus.container-image.build} or {@code push} asks for it. The images of Quarkus' own
 * extensions hold a Java program; ours holds programs for the node besides, and runtimes for both.
 */
class ImageProcessor {

    private static final Logger LOG = Logger.getLogger(ImageProcessor.class);
    private static final String NAME = "vpc-cni";

    @BuildStep
    AvailableContainerImageExtensionBuildItem availability() {
        return new AvailableContainerImageExtensionBuildItem(NAME);
    }

    /** @param last makes this a part of every build that ends in an artifact; nothing is produced */
    @BuildStep(onlyIf = IsProduction.class)
    void build(
            ContainerImageConfig wanted,
            ImageBuildConfig config,
            ContainerImageInfoBuildItem image,
            JarBuildItem application,
            OutputTargetBuildItem target,
            List<ContainerImageLabelBuildItem> labels,
            Optional<ContainerImageBuildRequestBuildItem> buildRequest,
            Optional<ContainerImagePushRequestBuildItem> pushRequest,
            BuildProducer<ContainerImageBuilderBuildItem> done,
            BuildProducer<ArtifactResultBuildItem> last) {
        boolean isPush = wanted.isPushExplicitlyEnabled() || pushRequest.isPresent();
        if (!isPush && !wanted.isBuildExplicitlyEnabled() && buildRequest.isEmpty()) {
            return;
        }
        Path packaged = Objects.requireNonNull(application.getPath().getParent());
        Map<String, String> allLabels = new TreeMap<>(wanted.labels());
        labels.forEach(label -> allLabels.putIfAbsent(label.getName(), label.getValue()));
        try {
            ImageBuild build = new ImageBuild(
                    target.getOutputDirectory().resolve("image"),
                    config.base(),
                    packaged,
                    clientJar(packaged),
                    target.getOutputDirectory().resolve("sbom.json"),
                    config.aot(),
                    allLabels);
            List<Machine> machines = machines(config);
            if (isPush) {
                LOG.infof("pushed %s", build.push(machines, push(wanted, image)));
            } else {
                build.save(machines, image.getImage())
                        .forEach(file -> LOG.infof("image %s in %s", image.getImage(), file));
            }
        } catch (ImageException | IOException e) {
            throw new IllegalStateException("no image: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("no image: interrupted", e);
        }
        done.produce(new ContainerImageBuilderBuildItem(NAME));
    }

    private static List<Machine> machines(ImageBuildConfig config) throws ImageException {
        List<Machine> machines = new ArrayList<>();
        for (var entry : config.machines().entrySet()) {
            machines.add(Machine.of(
                    entry.getKey(), entry.getValue().jdk(), entry.getValue().corePlugins()));
        }
        if (machines.isEmpty()) {
            machines.add(Machine.ofTheBuild(Optional.empty()));
        }
        machines.stream()
                .filter(machine -> machine.corePlugins().isEmpty())
                .forEach(machine -> LOG.warnf(
                        "the image for %s has no core plugins: set vpccni.image.machines.%1$s.core-plugins, or have portmap and"
                                + " host-local on every node",
                        machine.architecture()));
        return machines;
    }

    private static Path clientJar(Path packaged) throws IOException {
        try (Stream<Path> libraries = Files.list(packaged.resolve("lib/main"))) {
            return libraries
                    .filter(file -> file.getFileName().toString().startsWith("io.vpccni.vpc-cni-client-"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no node programs in " + packaged));
        }
    }

    private static Push push(ContainerImageConfig wanted, ContainerImageInfoBuildItem image) {
        return new Push(
                image.getImage(),
                List.copyOf(image.getAdditionalTags()),
                wanted.username().flatMap(user -> wanted.password().map(password -> new Push.Login(user, password))),
                wanted.insecure());
    }
}
