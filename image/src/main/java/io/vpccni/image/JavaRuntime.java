package io.vpccni.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The application's Java runtime: what a JDK has of it, without the rest. */
final class JavaRuntime {

    /**
     * What the application and its libraries use, as {@code jdeps} finds it, without java.desktop, which they do without where it is
     * missing. The last lines are what it does not see: elliptic curves of TLS, agents, jcmd to look at a sick daemon with, names of
     * hosts, jar files as file systems.
     */
    static final List<String> MODULES = List.of(
            "java.base",
            "java.compiler",
            "java.logging",
            "java.management",
            "java.naming",
            "java.security.jgss",
            "java.sql",
            "java.xml",
            "jdk.jfr",
            "jdk.management",
            "jdk.net",
            "jdk.unsupported",
            "jdk.crypto.ec",
            "java.instrument",
            "jdk.jcmd",
            "jdk.naming.dns",
            "jdk.zipfs");

    private JavaRuntime() {}

    /**
     * Links it with this JVM's JDK.
     *
     * @param modules of a JDK for other machines; without them it is one for this machine
     */
    static void link(Optional<Path> modules, Path target) throws IOException, InterruptedException, ImageException {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "--add-modules=" + String.join(",", MODULES),
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                "--output=" + target));
        if (modules.isPresent()) {
            if (!Files.exists(modules.get().resolve("java.base.jmod"))) {
                throw new ImageException(modules.get() + " has no java.base.jmod: the JDK's jmods belong there");
            }
            words.add("--module-path=" + modules.get());
        }
        Command.run(words);
    }

    /** Whether this machine can run it, be it by emulation. */
    static boolean runsHere(Path home) throws InterruptedException {
        try {
            Command.run(List.of(home.resolve("bin/java").toString(), "-version"));
            return true;
        } catch (IOException | ImageException e) {
            return false;
        }
    }
}
