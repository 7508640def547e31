package io.vpccni.client.init;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Kernel settings.
 *
 * @param root {@code /proc/sys}, which shows the network namespace of whoever looks
 */
record Sysctls(Path root) {

    boolean has(String key) {
        return Files.exists(root.resolve(key));
    }

    /** {@code sysctl -w}: the key with slashes. A value that is there already is not written. */
    void set(String key, String value) throws IOException {
        Path file = root.resolve(key);
        if (!Files.readString(file).strip().equals(value)) {
            Files.write(file, value.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
        }
    }
}
