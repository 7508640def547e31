package io.vpccni.netlink.testing;

import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Namespaces for one test, with names of their own under {@code /run/netns}, so that {@code ip netns exec} can look
 * into a test that hangs. All are removed at the end.
 */
public final class TestNamespaces implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final List<Path> paths = new ArrayList<>();
    private final List<NetnsFd> descriptors = new ArrayList<>();

    /** A new namespace: only {@code lo}, which is down. */
    public NetnsFd create() throws IOException {
        var path =
                Path.of("/run/netns", "vpccni-test-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet());
        var namespace = Netns.create(path);
        paths.add(path);
        descriptors.add(namespace);
        return namespace;
    }

    /** The file of a namespace made here. */
    public Path pathOf(NetnsFd namespace) {
        return paths.get(descriptors.indexOf(namespace));
    }

    @Override
    public void close() {
        descriptors.forEach(NetnsFd::close);
        for (var path : paths) {
            try {
                Netns.delete(path);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
