package io.vpccni.client.install;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;

/** Writes a file that others may be executing: it appears complete and with its mode, or not at all. */
public final class AtomicFile {

    private AtomicFile() {}

    static void write(Path path, String text, String mode) throws IOException {
        Path draft = draft(path);
        Files.writeString(draft, text, StandardCharsets.UTF_8);
        publish(draft, path, PosixFilePermissions.fromString(mode));
    }

    /** Writes the text unless it is there, with the mode; returns whether it had to. */
    static boolean writeIfChanged(Path path, String text, String mode) throws IOException {
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(mode);
        if (isRegular(path)
                && Files.getPosixFilePermissions(path).equals(permissions)
                && Arrays.equals(Files.readAllBytes(path), text.getBytes(StandardCharsets.UTF_8))) {
            return false;
        }
        write(path, text, mode);
        return true;
    }

    /** Copies content and mode unless both are there; returns whether it had to. */
    public static boolean copyIfChanged(Path source, Path target) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(source);
        if (isRegular(target)
                && Files.getPosixFilePermissions(target).equals(permissions)
                && Files.mismatch(source, target) < 0) {
            return false;
        }
        Path draft = draft(target);
        Files.copy(source, draft, StandardCopyOption.REPLACE_EXISTING);
        publish(draft, target, permissions);
        return true;
    }

    private static Path draft(Path path) {
        return path.resolveSibling("." + path.getFileName() + ".new");
    }

    private static void publish(Path draft, Path path, Set<PosixFilePermission> permissions) throws IOException {
        Files.setPosixFilePermissions(draft, permissions);
        Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static boolean isRegular(Path path) {
        return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }
}
