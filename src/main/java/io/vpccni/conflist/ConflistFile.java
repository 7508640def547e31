package io.vpccni.conflist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;

/**
 * The file that container runtimes look for. A runtime that reads it meanwhile sees the old one or the new one, whole.
 *
 * @param folder the node's folder of network configurations
 */
public record ConflistFile(Path folder) {

    private static final String NAME = "10-aws.conflist";
    private static final String MODE = "rw-r--r--";

    public Path path() {
        return folder.resolve(NAME);
    }

    /** Whether there is a folder to publish into. */
    public boolean hasFolder() {
        return Files.isDirectory(folder);
    }

    public boolean exists() {
        return Files.exists(path());
    }

    /** Writes the text unless it is there; returns whether it had to. */
    public boolean publish(String text) throws IOException {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        if (exists()
                && Arrays.equals(Files.readAllBytes(path()), content)
                && Files.getPosixFilePermissions(path()).equals(PosixFilePermissions.fromString(MODE))) {
            return false;
        }
        // Runtimes take no notice of a name that ends like this.
        Path draft = folder.resolve("." + NAME + ".new");
        Files.write(draft, content);
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString(MODE));
        Files.move(draft, path(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return true;
    }

    /** Removes the file; returns whether it was there. */
    public boolean withdraw() throws IOException {
        return Files.deleteIfExists(path());
    }
}
