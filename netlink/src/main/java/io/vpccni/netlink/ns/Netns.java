package io.vpccni.netlink.ns;

import io.vpccni.netlink.Errno;
import io.vpccni.netlink.sys.ErrnoException;
import io.vpccni.netlink.sys.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;

/** What can be done with network namespaces: act inside, make, remove ({@code ip netns}). Needs CAP_SYS_ADMIN. */
public final class Netns {
    private static final Set<Path> DIRECTORIES_OF_IP = Set.of(Path.of("/run/netns"), Path.of("/var/run/netns"));
    private static final String OF_THIS_THREAD = "/proc/thread-self/ns/net";

    private Netns() {}

    /**
     * Runs a short action inside the namespace, on the one thread of the process that may enter others: for files under
     * {@code /proc/sys/net}, and to open sockets, which stay in the namespace where they were opened.
     *
     * <p>The action must start no thread, process or executor, must not log, block or call this again: new threads
     * inherit the namespace and do unrelated work in it for ever, and everybody else waits meanwhile. {@code
     * NetworkInterface} and {@code /proc/net} show the process's own namespace all the same.
     */
    public static <T> T call(NetnsFd namespace, IoCallable<T> action) throws IOException {
        return Opener.SHARED.inside(namespace, action);
    }

    /**
     * Makes a namespace and binds it to a new file; under {@code /run/netns} the {@code ip} command knows it by that
     * name ({@code ip netns add}). Takes about 1.5 ms. It lives until {@link #delete}.
     *
     * @throws java.nio.file.FileAlreadyExistsException when the file exists
     */
    public static NetnsFd create(Path path) throws IOException {
        var directory = path.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(path + ": cannot be the file of a namespace");
        }
        Files.createDirectories(directory);
        if (DIRECTORIES_OF_IP.contains(directory)) {
            share(directory.toString());
        }
        Files.createFile(path);
        try {
            return inNewNamespace(() -> {
                Libc.mount(OF_THIS_THREAD, path.toString(), Libc.MS_BIND);
                return NetnsFd.open(path);
            });
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /** Makes a namespace without a name ({@code unshare --net}). It lives while the result or a link end into it does. */
    public static NetnsFd createUnnamed() throws IOException {
        return inNewNamespace(() -> NetnsFd.open(Path.of(OF_THIS_THREAD)));
    }

    /**
     * Takes a namespace's file away ({@code ip netns delete}); the namespace goes with its last user. Also an empty file
     * that never became one, or lost it in a restart of the machine.
     *
     * @return false when there is no such file
     * @throws IOException when the file is something else, which is left alone
     */
    public static boolean delete(Path path) throws IOException {
        try {
            NetnsFd.open(path).close();
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            if (!Files.isRegularFile(path) || Files.size(path) != 0) {
                throw e;
            }
        }
        try {
            Libc.unmountDetached(path.toString());
        } catch (ErrnoException e) {
            if (!e.is(Errno.EINVAL)) {
                throw new IOException(path + ": cannot be unmounted (" + e.errno() + ")", e);
            }
        }
        return Files.deleteIfExists(path);
    }

    /**
     * Writes {@code /proc/sys/KEY} inside the namespace ({@code sysctl -w}).
     *
     * @param key for example {@code net/ipv4/ip_forward}
     * @return false when there is no such file: the kernel lacks the feature, or the link is gone
     */
    public static boolean sysctl(NetnsFd namespace, String key, String value) throws IOException {
        var file = file(key);
        try {
            return call(namespace, () -> {
                Files.writeString(file, value, StandardOpenOption.WRITE);
                return true;
            });
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Reads {@code /proc/sys/KEY} inside the namespace, without the line end; empty when there is no such file. */
    public static Optional<String> sysctl(NetnsFd namespace, String key) throws IOException {
        var file = file(key);
        try {
            return Optional.of(call(namespace, () -> Files.readString(file)).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    // Keys hold link names, which come from outside.
    private static Path file(String key) {
        var file = Path.of("/proc/sys", key);
        if (!key.startsWith("net/") || !file.normalize().equals(file)) {
            throw new IllegalArgumentException("not a network sysctl: " + key);
        }
        return file;
    }

    // As ip does it: a name made in one mount namespace is then seen in all that share the directory.
    private static void share(String directory) throws IOException {
        try {
            Libc.mount("", directory, Libc.MS_SHARED | Libc.MS_REC);
        } catch (ErrnoException e) {
            if (!e.is(Errno.EINVAL)) {
                throw e;
            }
            Libc.mount(directory, directory, Libc.MS_BIND | Libc.MS_REC);
            Libc.mount("", directory, Libc.MS_SHARED | Libc.MS_REC);
        }
    }

    // On a thread of its own, which ends in the new namespace: no way back is needed, so none can fail.
    private static NetnsFd inNewNamespace(IoCallable<NetnsFd> action) throws IOException {
        var task = new FutureTask<>(() -> {
            Libc.unshareNetwork();
            return action.call();
        });
        Thread.ofPlatform().name("netns-maker").daemon().start(task);
        return Opener.await(task);
    }
}
