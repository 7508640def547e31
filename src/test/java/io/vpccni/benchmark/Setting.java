package io.vpccni.benchmark;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where things are on this machine.
 *
 * @param application the packaged application
 * @param client the client module's folder
 * @param memory a folder on tmpfs, as /var/run of a node is
 * @param disk a folder on disk
 */
record Setting(Path application, Path client, Path memory, Path disk) {

    /** Not more: the fabric's name is part of each namespace's name, and one name must not be used twice at a time. */
    static final String WORLD = "bench";

    static Setting ofMachine() {
        Path project = Path.of(System.getProperty("benchmark.project", "")).toAbsolutePath();
        Setting setting = new Setting(
                project.resolve("target/quarkus-app/quarkus-run.jar"),
                project.resolve("cni-client"),
                Path.of("/dev/shm/vpccni-" + WORLD),
                project.resolve("target/" + WORLD));
        if (!Files.exists(setting.application())) {
            throw new IllegalStateException("package the application first: there is no " + setting.application());
        }
        return setting;
    }

    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin/java");
    }

    /** An empty folder of that name. */
    static Path fresh(Path folder) throws IOException {
        remove(folder);
        return Files.createDirectories(folder);
    }

    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> found = Files.walk(folder)) {
            files = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }

    /** The machine in general words. */
    String machine() {
        return "%d processors, %s %s, Java %s (%s); state files on %s and %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("java.version"),
                        System.getProperty("java.vendor"),
                        kind(memory),
                        kind(disk));
    }

    private static String kind(Path folder) {
        try {
            return Files.getFileStore(requireNonNull(folder.getParent())).type();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
