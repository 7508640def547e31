package io.vpccni.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FileEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageRootTest {

    @TempDir
    private Path folder = Path.of("");

    private Path packaged = Path.of("");

    @BeforeEach
    void packageAnApplication() throws IOException {
        packaged = Files.createDirectory(folder.resolve("packaged"));
        for (String file : List.of("quarkus-run.jar", "app/ours.jar", "quarkus/generated.jar", "lib/main/theirs.jar")) {
            write(packaged.resolve(file));
        }
    }

    @Test
    void whatChangesOftenLiesAboveWhatSeldomChanges() throws Exception {
        ImageRoot root = new ImageRoot(folder.resolve("root"));
        root.empty();
        write(root.application().resolve("application.aot"));
        root.addApplication(packaged);
        write(root.java().resolve("bin/java"));
        write(root.programs().resolve("aws-cni"));

        assertThat(root.layers())
                .extracting(FileEntriesLayer::getName)
                .containsExactly("runtime", "programs", "libraries", "application", "cache");
        assertThat(files(root.layers().get(2))).containsExactly("/app/lib/main/theirs.jar");
        assertThat(files(root.layers().get(3)))
                .containsExactly("/app/app/ours.jar", "/app/quarkus/generated.jar", "/app/quarkus-run.jar");
    }

    @Test
    void nothingCanBeWrittenByOthersAndProgramsCanBeRun() throws Exception {
        ImageRoot root = new ImageRoot(folder.resolve("root"));
        root.empty();
        root.addApplication(packaged);
        Path program = root.programs().resolve("aws-cni");
        write(program);
        assertThat(program.toFile().setExecutable(true)).isTrue();

        Map<String, String> modes = root.layers().stream()
                .flatMap(layer -> layer.getEntries().stream())
                .collect(Collectors.toMap(
                        entry -> entry.getExtractionPath().toString(),
                        entry -> entry.getPermissions().toOctalString()));

        assertThat(modes)
                .containsEntry("/opt/cni/bin", "755")
                .containsEntry("/opt/cni/bin/aws-cni", "755")
                .containsEntry("/app/quarkus-run.jar", "644");
    }

    /** The AOT cache is refused where a jar has another time than in training. */
    @Test
    void filesHaveTheTimeThatTheyHaveInTheImage() throws Exception {
        ImageRoot root = new ImageRoot(folder.resolve("root"));
        root.empty();
        root.addApplication(packaged);

        for (FileEntriesLayer layer : root.layers()) {
            for (FileEntry entry : layer.getEntries()) {
                if (Files.isRegularFile(entry.getSourceFile())) {
                    Instant inFolder =
                            Files.getLastModifiedTime(entry.getSourceFile()).toInstant();
                    assertThat(inFolder).isEqualTo(entry.getModificationTime());
                }
            }
        }
    }

    @Test
    void anEarlierBuildLeavesNothing() throws Exception {
        ImageRoot root = new ImageRoot(folder.resolve("root"));
        write(root.programs().resolve("former"));

        root.empty();

        assertThat(root.layers()).isEmpty();
    }

    @Test
    void aFolderWithoutAnApplicationIsRefused() throws Exception {
        ImageRoot root = new ImageRoot(folder.resolve("root"));
        root.empty();

        assertThatThrownBy(() -> root.addApplication(folder))
                .isInstanceOf(ImageException.class)
                .hasMessage("no packaged application in " + folder);
    }

    private static List<String> files(FileEntriesLayer layer) {
        return layer.getEntries().stream()
                .filter(entry -> Files.isRegularFile(entry.getSourceFile()))
                .map(entry -> entry.getExtractionPath().toString())
                .toList();
    }

    private static void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "content");
    }
}
