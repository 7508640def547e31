package io.vpccni.extension.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** A folder that lasts as long as one emulator. */
final class DevFolder {

    private static final Logger LOG = Logger.getLogger(DevFolder.class);

    private DevFolder() {}

    static void empty(Path folder) {
        try {
            delete(folder);
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a tool beside the world (dev/containerd) still writes may stay for a moment: it notices that the world is gone, ends
     * and removes its own files.
     */
    static void remove(Path folder) {
        try {
            delete(folder);
        } catch (IOException | UncheckedIOException e) {
            LOG.debugf("%s is not gone completely: %s", folder, e.getMessage());
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> found = Files.walk(folder)) {
            List<Path> deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        }
    }
}
