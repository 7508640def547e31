package io.vpccni.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A kind of machine that an image is for.
 *
 * @param jdk where its Java runtimes come from: a JDK for this architecture, of this JVM's version
 * @param corePlugins a folder with the CNI project's plugins for it
 */
public record Machine(Architecture architecture, Path jdk, Optional<Path> corePlugins) {

    private static final Path OWN_JDK = Path.of(System.getProperty("java.home"));

    /** That of the build. */
    public static Machine ofTheBuild(Optional<Path> corePlugins) {
        return new Machine(Architecture.ofThisMachine(), OWN_JDK, corePlugins);
    }

    /**
     * The one that is called so.
     *
     * @param architecture {@code amd64} or {@code arm64}
     * @throws ImageException when there is no such kind, when another architecture has no JDK, or a folder is missing
     */
    public static Machine of(String architecture, Optional<Path> jdk, Optional<Path> corePlugins)
            throws ImageException {
        Architecture known = Architecture.of(architecture);
        if (jdk.isEmpty() && known != Architecture.ofThisMachine()) {
            throw new ImageException("an image for " + known + " needs a JDK for " + known
                    + ", of the build's version and with its jmods: vpccni.image.machines." + known + ".jdk");
        }
        for (Optional<Path> folder : List.of(jdk, corePlugins)) {
            if (folder.isPresent() && !Files.isDirectory(folder.get())) {
                throw new ImageException(
                        "vpccni.image.machines." + known + " names " + folder.get() + ", which is no folder");
            }
        }
        return new Machine(known, jdk.orElse(OWN_JDK), corePlugins);
    }

    /** The modules to link a runtime from; none where they are this JVM's own. */
    Optional<Path> modules() {
        return jdk.equals(OWN_JDK) ? Optional.empty() : Optional.of(jdk.resolve("jmods"));
    }

    List<Path> corePluginFiles() throws IOException {
        if (corePlugins.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(corePlugins.get())) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
