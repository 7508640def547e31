package io.vpccni.client.cni;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;

/** Connects a plugin to the process it runs in. */
public final class Main {

    private Main() {}

    /**
     * Runs a plugin and returns its exit code, so that a training run of the AOT cache may end without {@code halt}.
     *
     * <p>The streams are bare: nothing here needs buffers or character sets, and a result that cannot be written is an error.
     */
    public static int run(String plugin) {
        try {
            return new Plugin(plugin, Settings.fromSystem())
                    .run(
                            System.getenv(),
                            new FileInputStream(FileDescriptor.in),
                            new FileOutputStream(FileDescriptor.out),
                            new FileOutputStream(FileDescriptor.err));
        } catch (IOException | RuntimeException e) {
            System.err.println(plugin + ": " + e);
            return 1;
        }
    }
}
