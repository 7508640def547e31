package io.vpccni.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A disk of 64 KiB that can be full or read-only: a tmpfs in a mount namespace of its own, which a process keeps open and
 * which others enter by that process' root. The machine's own mounts stay as they are, and the disk ends with the process.
 */
public final class TinyDisk implements AutoCloseable {

    private static final String MOUNT = "/mnt";

    private final Process keeper;
    private final Path folder;

    /** Needs root on Linux. */
    public TinyDisk() throws IOException {
        this.keeper = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "sh",
                        "-c",
                        "mount -t tmpfs -o size=64k tiny " + MOUNT + " && echo mounted && exec cat")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.folder = Path.of("/proc/" + keeper.pid() + "/root" + MOUNT);
        if (keeper.getInputStream().read() < 0) {
            throw new IOException("no tmpfs could be mounted");
        }
    }

    /** Its root folder, for any thread of any process. */
    public Path folder() {
        return folder;
    }

    /** Leaves no byte free. */
    public void fill() throws IOException {
        try (OutputStream filler = Files.newOutputStream(filler())) {
            while (true) {
                filler.write(new byte[4096]);
            }
        } catch (IOException full) {
            if (!String.valueOf(full.getMessage()).contains("No space left")) {
                throw full;
            }
        }
    }

    /** Gives the room back that {@link #fill} took. */
    public void makeRoom() throws IOException {
        Files.delete(filler());
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    public void readOnly() throws IOException, InterruptedException {
        remount("ro");
    }

    public void writable() throws IOException, InterruptedException {
        remount("rw");
    }

    private void remount(String how) throws IOException, InterruptedException {
        List<String> command = List.of(
                "nsenter", "--mount", "--target", Long.toString(keeper.pid()), "mount", "-o", "remount," + how, MOUNT);
        Process mount = new ProcessBuilder(command).inheritIO().start();
        if (!mount.waitFor(30, TimeUnit.SECONDS) || mount.exitValue() != 0) {
            throw new IOException(command + " failed");
        }
    }

    @Override
    public void close() {
        keeper.destroy();
    }
}
