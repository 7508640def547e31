package io.vpccni.client.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * All that decides about an installation's content; the file {@code installed} in it, one line each.
 *
 * @param jar SHA-256 of the programs' classes
 * @param runtime version of the Java runtime
 * @param home where the runtime is when the programs run
 * @param socket where the daemon listens
 * @param version the programs' version
 */
record Stamp(String jar, String runtime, String home, String socket, String version) {

    private static final String FILE = "installed";

    static Stamp of(Path jar, Path home, String socket, String version) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
            return new Stamp(
                    HexFormat.of().formatHex(digest), Runtime.version().toString(), home.toString(), socket, version);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** @throws InstallException when no complete installation is there */
    static Stamp read(Path home) throws IOException, InstallException {
        List<String> lines = isAt(home) ? Files.readAllLines(home.resolve(FILE)) : List.of();
        if (lines.size() != 5) {
            throw new InstallException("no complete Java runtime of the node programs in " + home);
        }
        return new Stamp(lines.get(0), lines.get(1), lines.get(2), lines.get(3), lines.get(4));
    }

    static boolean isAt(Path home) {
        return Files.isRegularFile(home.resolve(FILE));
    }

    Stamp at(Path otherHome) {
        return new Stamp(jar, runtime, otherHome.toString(), socket, version);
    }

    boolean isIn(Path home) throws IOException {
        return isAt(home) && Files.readString(home.resolve(FILE)).equals(text());
    }

    /** Says that everything else in {@code home} is there; to be written last. */
    void write(Path home) throws IOException {
        AtomicFile.write(home.resolve(FILE), text(), "rw-r--r--");
    }

    private String text() {
        return String.join("\n", jar, runtime, home, socket, version, "");
    }
}
