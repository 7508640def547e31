package io.vpccni.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** The CNI plugin host-local of this machine, as distributions install it. */
public final class HostLocal {

    /** Where Debian has it. */
    public static final Path FOLDER = Path.of("/usr/lib/cni");

    private HostLocal() {}

    /** Asked by {@link RequiresHostLocal}. */
    static boolean isInstalled() {
        return Files.isExecutable(FOLDER.resolve("host-local"));
    }
}
