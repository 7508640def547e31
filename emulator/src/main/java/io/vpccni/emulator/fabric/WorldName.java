package io.vpccni.emulator.fabric;

import io.vpccni.netlink.ns.Netns;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Tells worlds on one machine apart: the name is part of the name of each namespace, as {@code ip netns} lists them.
 *
 * @param name 1 to 12 lower case letters and digits; no dash, so that no world's namespaces look like another's
 */
public record WorldName(String name) {
    /** Where {@code ip netns} looks. */
    public static final Path DIRECTORY = Path.of("/run/netns");

    private static final Pattern NAME = Pattern.compile("[a-z0-9]{1,12}");

    public WorldName {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a world's name has 1 to 12 lower case letters and digits, not '" + name + "'");
        }
    }

    /** The router and the internet behind it. */
    public Path router() {
        return file("vpc");
    }

    public Path node(String node) {
        return file(node);
    }

    public Path pod(String node, String pod) {
        return file("pod-" + node + "-" + pod);
    }

    /** All namespaces of this world that exist, also those of an emulator that was killed. */
    public List<Path> present() throws IOException {
        return matching("vpc|node\\d+|pod-.+");
    }

    /** The namespaces of the pods of a node that exist. */
    public List<Path> pods(String node) throws IOException {
        return matching("pod-" + Pattern.quote(node) + "-.+");
    }

    /** Removes the namespaces, and with them every link inside. */
    static void remove(List<Path> namespaces) throws IOException {
        for (Path namespace : namespaces) {
            Netns.delete(namespace);
        }
    }

    private Path file(String rest) {
        return DIRECTORY.resolve("vpccni-" + name + "-" + rest);
    }

    private List<Path> matching(String rest) throws IOException {
        var found = new ArrayList<Path>();
        if (Files.isDirectory(DIRECTORY)) {
            var pattern = Pattern.compile("vpccni-" + name + "-(" + rest + ")");
            try (DirectoryStream<Path> files = Files.newDirectoryStream(
                    DIRECTORY,
                    file -> pattern.matcher(file.getFileName().toString()).matches())) {
                files.forEach(found::add);
            }
        }
        return found;
    }
}
