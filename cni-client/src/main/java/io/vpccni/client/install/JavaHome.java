package io.vpccni.client.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Java runtime of the node programs: {@code java.base} and nothing else. */
final class JavaHome {

    /**
     * The JDK's class for Unix sockets makes a random generator when it is loaded. With this file it finds one without going
     * through twelve providers and a thousand lines.
     */
    private static final String SECURITY = """
            # Node programs use no cryptography; see JavaHome.
            security.provider.1=SUN
            securerandom.source=file:/dev/urandom
            """;

    private JavaHome() {}

    /**
     * Links the runtime into a new folder. Nothing is compressed: each start would have to undo it.
     *
     * @param modules of a JDK for other machines; without them it is one for this machine
     */
    static void link(Path home, Optional<Path> modules) throws IOException, InterruptedException, InstallException {
        Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
        if (!Files.isExecutable(jlink)) {
            throw new InstallException("this needs a JDK, " + jlink + " does not exist");
        }
        List<String> words = new ArrayList<>(List.of(
                jlink.toString(),
                "--add-modules=java.base",
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                "--compress=zip-0",
                "--output=" + home));
        modules.ifPresent(folder -> words.add("--module-path=" + folder));
        Tool.run(words, Map.of());
        Files.writeString(home.resolve("conf/security/java.security"), SECURITY);
    }

    /** Whether this machine can run it, be it by emulation: only then it can be trained. */
    static boolean runsHere(Path home) throws InterruptedException {
        try {
            Tool.run(List.of(home.resolve("bin/java").toString(), "-version"), Map.of());
            return true;
        } catch (IOException | InstallException e) {
            return false;
        }
    }
}
