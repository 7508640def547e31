package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a running world is, for tools beside it:
 *
 * <pre>
 * {"world":"dev", "adminUrl":"http://127.0.0.1:1234", "kubernetesUrl":"http://127.0.0.1:1235", "outsideAddress":"203.0.113.10",
 *  "nodes":[{"name":"node1", "networkNamespace":"/run/netns/vpccni-dev-node1",
 *            "socket":"/tmp/vpccni-dev/node1/ipamd.sock", "folder":"/tmp/vpccni-dev/node1"}]}
 * </pre>
 *
 * @param world name of the fabric's world
 * @param kubernetesUrl null without an API server
 * @param outsideAddress null without a fabric
 */
public record WorldFile(
        String world,
        URI adminUrl,
        @Nullable URI kubernetesUrl,
        @Nullable String outsideAddress,
        List<Node> nodes) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A node.
     *
     * @param networkNamespace null without a fabric
     * @param socket where its daemon listens for plugins
     * @param folder its state, and the root of its plugins: {@code opt/cni/bin}, {@code etc/cni/net.d}
     */
    public record Node(String name, @Nullable Path networkNamespace, Path socket, Path folder) {
        public Path plugins() {
            return folder.resolve("opt/cni/bin");
        }

        public Path configuration() {
            return folder.resolve("etc/cni/net.d/10-aws.conflist");
        }
    }

    public WorldFile {
        nodes = List.copyOf(nodes);
    }

    /** {@code ${VPCCNI_WORLD}}, or {@code ${TMPDIR:-/tmp}/vpccni-dev/world.json}. */
    public static Path usualPath() {
        String other = System.getenv("VPCCNI_WORLD");
        if (other != null) {
            return Path.of(other);
        }
        String temporary = System.getenv().getOrDefault("TMPDIR", "/tmp");
        return Path.of(temporary, "vpccni-dev", "world.json");
    }

    public Optional<Node> node(String name) {
        return nodes.stream().filter(node -> node.name().equals(name)).findFirst();
    }

    /**
     * Reads the file.
     *
     * @throws java.nio.file.NoSuchFileException when no world is running
     */
    public static WorldFile read(Path path) throws IOException {
        JsonNode root = JSON.readTree(Files.readString(path));
        var nodes = new ArrayList<Node>();
        for (JsonNode node : root.path("nodes")) {
            String namespace = optional(node, "networkNamespace");
            nodes.add(new Node(
                    text(path, node, "name"),
                    namespace == null ? null : Path.of(namespace),
                    Path.of(text(path, node, "socket")),
                    Path.of(text(path, node, "folder"))));
        }
        String kubernetesUrl = optional(root, "kubernetesUrl");
        return new WorldFile(
                text(path, root, "world"),
                URI.create(text(path, root, "adminUrl")),
                kubernetesUrl == null ? null : URI.create(kubernetesUrl),
                optional(root, "outsideAddress"),
                nodes);
    }

    /** Readers see the old file or the new one, whole. */
    public void write(Path path) throws IOException {
        var root = JSON.createObjectNode()
                .put("world", world)
                .put("adminUrl", adminUrl.toString())
                .put("kubernetesUrl", kubernetesUrl == null ? null : kubernetesUrl.toString())
                .put("outsideAddress", outsideAddress);
        var list = root.putArray("nodes");
        for (Node node : nodes) {
            list.addObject()
                    .put("name", node.name())
                    .put(
                            "networkNamespace",
                            node.networkNamespace() == null
                                    ? null
                                    : node.networkNamespace().toString())
                    .put("socket", node.socket().toString())
                    .put("folder", node.folder().toString());
        }
        Path whole = path.resolveSibling(path.getFileName() + ".new");
        Files.createDirectories(path.toAbsolutePath().getParent());
        Files.writeString(whole, root.toPrettyString() + "\n");
        Files.move(whole, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static @Nullable String optional(JsonNode node, String field) {
        return node.path(field).isTextual() ? node.path(field).textValue() : null;
    }

    private static String text(Path path, JsonNode node, String field) throws IOException {
        String text = optional(node, field);
        if (text == null) {
            throw new IOException(path + ": " + field + " is missing");
        }
        return text;
    }
}
