package io.vpccni.image;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A folder that holds what we add to the base, laid out as in the image.
 *
 * @param folder emptied at the start
 */
record ImageRoot(Path folder) {

    private static final CopyOption[] AS_IT_IS = {StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS};

    private static final String PROGRAMS = "opt/cni/bin";
    private static final String PROBE = "grpc-health-probe";
    private static final String SBOM = "sbom.json";
    private static final String INIT = "aws-vpc-cni-init";

    /** From what changes least to what changes most. */
    private enum Layer {
        RUNTIME("opt/java"),
        PROGRAMS(ImageRoot.PROGRAMS, "init", "app/" + PROBE),
        LIBRARIES("app/lib"),
        APPLICATION("app/app", "app/quarkus", "app/quarkus-run.jar", "app/" + SBOM),
        CACHE("app/" + Launch.CACHE);

        private final List<String> places;

        Layer(String... places) {
            this.places = List.of(places);
        }
    }

    /** Removes what an earlier build left. */
    void empty() throws IOException {
        Folders.delete(folder);
        Files.createDirectories(folder);
    }

    Path java() {
        return folder.resolve("opt/java");
    }

    Path programs() {
        return folder.resolve(PROGRAMS);
    }

    private Path init() {
        return folder.resolve("init");
    }

    Path application() {
        return folder.resolve("app");
    }

    /** Our node programs with their runtime, and the core plugins; the names that manifests have for two of them as well. */
    void addPrograms(Path clientJar, Machine machine) throws IOException, InterruptedException, ImageException {
        List<String> install = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                clientJar.toString(),
                "--root",
                folder.toString(),
                "--paths-without-root"));
        machine.modules().ifPresent(modules -> install.addAll(List.of("--modules", modules.toString())));
        Command.run(install);
        for (Path plugin : machine.corePluginFiles()) {
            Files.copy(plugin, programs().resolve(plugin.getFileName()), AS_IT_IS);
        }
        Files.createDirectories(application());
        Files.createDirectories(init());
        Files.copy(programs().resolve(PROBE), application().resolve(PROBE), AS_IT_IS);
        Files.move(programs().resolve(INIT), init().resolve(INIT));
    }

    /** The application as it is packaged. All files get the time that they have in the image, which its AOT cache asks for. */
    void addApplication(Path packaged) throws IOException, ImageException {
        if (!Files.exists(packaged.resolve("quarkus-run.jar"))) {
            throw new ImageException("no packaged application in " + packaged);
        }
        try (Stream<Path> all = Files.walk(packaged)) {
            for (Path from : all.filter(Files::isRegularFile).toList()) {
                Path to = application().resolve(packaged.relativize(from).toString());
                Files.createDirectories(to.getParent());
                Files.copy(from, to, AS_IT_IS);
                Files.setLastModifiedTime(to, FileTime.from(FileEntriesLayer.DEFAULT_MODIFICATION_TIME));
            }
        }
    }

    void addBillOfMaterials(Path ofApplication, Machine machine) throws IOException {
        BillOfMaterials.write(
                ofApplication, java(), machine.corePluginFiles(), application().resolve(SBOM));
    }

    /** The layers, without those that nothing was added to. */
    List<FileEntriesLayer> layers() throws IOException {
        List<FileEntriesLayer> layers = new ArrayList<>();
        for (Layer layer : Layer.values()) {
            FileEntriesLayer.Builder builder =
                    FileEntriesLayer.builder().setName(layer.toString().toLowerCase(Locale.ROOT));
            List<String> present = layer.places.stream()
                    .filter(place -> Files.exists(folder.resolve(place)))
                    .toList();
            for (String place : present) {
                builder.addEntryRecursive(
                        folder.resolve(place), AbsoluteUnixPath.get("/" + place), (path, _) -> permissions(path));
            }
            if (!present.isEmpty()) {
                layers.add(builder.build());
            }
        }
        return layers;
    }

    /** Everybody may read, and run what its owner may run; nobody may write, as the image's root is read-only. */
    private static FilePermissions permissions(Path path) {
        return Files.isExecutable(path)
                ? FilePermissions.fromOctalString("755")
                : FilePermissions.fromOctalString("644");
    }
}
