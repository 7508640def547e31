package io.vpccni.client.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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

    /** Links the runtime into a new folder. Nothing is compressed: each start would have to undo it. */
    static void link(Path home) throws IOException, InterruptedException, InstallException {
        Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
        if (!Files.isExecutable(jlink)) {
            throw new InstallException("this needs a JDK, " + jlink + " does not exist");
        }
        Tool.run(
                List.of(
                        jlink.toString(),
                        "--add-modules=java.base",
                        "--strip-debug",
                        "--no-header-files",
                        "--no-man-pages",
                        "--compress=zip-0",
                        "--output=" + home),
                Map.of());
        Files.writeString(home.resolve("conf/security/java.security"), SECURITY);
    }
}
