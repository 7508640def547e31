package io.vpccni.image;

import com.google.cloud.tools.jib.api.CacheDirectoryCreationException;
import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/**
 * Makes the image, for one kind of machine or for several, to files or to a registry.
 *
 * @param folder for what is put together, and for files of images
 * @param base an image with glibc and iptables: {@code registry/repository:tag}, or {@code tar:///path} as {@code docker save} writes
 * @param packaged the application's folder, of the kind {@code aot-jar}
 * @param clientJar the node programs
 * @param sbom what the application is made of, as CycloneDX' plugin for Maven writes it
 * @param withCache whether the application is trained for an AOT cache; only machines whose programs run here get one
 * @param labels of the image
 */
public record ImageBuild(
        Path folder,
        String base,
        Path packaged,
        Path clientJar,
        Path sbom,
        boolean withCache,
        Map<String, String> labels) {

    private static final String NAME = "vpc-cni";
    private static final String TAR = "tar://";
    private static final int METRICS = 61678;

    /**
     * Writes a file for each kind of machine, as {@code docker save} does, and returns them.
     *
     * @param name the image's, with its tag
     * @throws ImageException when there can be no image, and says why
     */
    public List<Path> save(List<Machine> machines, String name)
            throws IOException, InterruptedException, ImageException {
        List<Path> files = new ArrayList<>();
        for (Machine machine : machines) {
            Path file = folder.resolve(NAME + "-" + machine.architecture() + ".tar");
            containerize(machine, Containerizer.to(TarImage.at(file).named(Registry.parse(name))));
            files.add(file);
        }
        return files;
    }

    /**
     * Brings the image to its registry and returns its digest there. For several kinds of machines there is an image for each, whose
     * tag ends with the architecture, and a common name for all.
     *
     * @throws ImageException when there can be no image, or the registry refuses it, and says why
     */
    public String push(List<Machine> machines, Push to) throws IOException, InterruptedException, ImageException {
        if (machines.size() == 1) {
            return push(machines.getFirst(), to).getDigest().toString();
        }
        ImageReference name = Registry.parse(to.name());
        Map<Architecture, String> tags = new EnumMap<>(Architecture.class);
        for (Machine machine : machines) {
            String tag = name.getQualifier() + "-" + machine.architecture();
            push(machine, new Push(withTag(name, tag), List.of(), to.login(), to.insecure()));
            tags.put(machine.architecture(), tag);
        }
        return Registry.join(to, tags);
    }

    private static String withTag(ImageReference name, String tag) {
        return ImageReference.of(name.getRegistry(), name.getRepository(), tag).toString();
    }

    private JibContainer push(Machine machine, Push to) throws IOException, InterruptedException, ImageException {
        Containerizer target = Containerizer.to(Registry.image(Registry.parse(to.name()), to.login()))
                .setAllowInsecureRegistries(to.insecure());
        to.moreTags().forEach(target::withAdditionalTag);
        return containerize(machine, target);
    }

    private JibContainer containerize(Machine machine, Containerizer target)
            throws IOException, InterruptedException, ImageException {
        ImageRoot root = new ImageRoot(folder.resolve(machine.architecture().toString()));
        boolean isTrained = fill(root, machine);
        JibContainerBuilder builder = onBase().setFileEntriesLayers(root.layers())
                .setPlatforms(Set.of(new Platform(machine.architecture().toString(), "linux")))
                .setWorkingDirectory(AbsoluteUnixPath.get(Launch.FOLDER))
                .setEntrypoint(Launch.entrypoint(isTrained))
                .addEnvironmentVariable("JDK_JAVA_OPTIONS", Launch.HEAP)
                .addExposedPort(Port.tcp(METRICS))
                .setLabels(labels);
        try {
            return builder.containerize(target.setToolName(NAME).setApplicationLayersCache(folder.resolve("cache")));
        } catch (RegistryException | CacheDirectoryCreationException | ExecutionException e) {
            throw new ImageException(reason(e), e);
        }
    }

    /** Puts together what goes into the image; returns whether there is an AOT cache. */
    private boolean fill(ImageRoot root, Machine machine) throws IOException, InterruptedException, ImageException {
        root.empty();
        JavaRuntime.link(machine.modules(), root.java());
        root.addPrograms(clientJar, machine);
        root.addApplication(packaged);
        root.addBillOfMaterials(sbom, machine);
        boolean isTrained = withCache && JavaRuntime.runsHere(root.java());
        if (isTrained) {
            Training.run(root);
        }
        return isTrained;
    }

    private JibContainerBuilder onBase() throws ImageException {
        if (base.startsWith(TAR)) {
            Path file = Path.of(base.substring(TAR.length()));
            if (!Files.exists(file)) {
                throw new ImageException("there is no base image " + file);
            }
            return Jib.from(TarImage.at(file));
        }
        return Jib.from(Registry.image(Registry.parse(base), Optional.empty()));
    }

    private static String reason(Exception e) {
        Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
