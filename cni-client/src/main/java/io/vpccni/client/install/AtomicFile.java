package io.vpccni.client.install;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Writes a file that others may be executing: it appears complete and with its mode, or not at all. */
final class AtomicFile {

    private AtomicFile() {}

    static void write(Path path, String text, String mode) throws IOException {
        Path draft = path.resolveSibling("." + path.getFileName() + ".new");
        Files.writeString(draft, text, StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString(mode));
        Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
