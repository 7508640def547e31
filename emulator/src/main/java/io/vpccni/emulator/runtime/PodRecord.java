package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What the tool remembers of a pod between its calls, in {@code pods/NAME.json} of the node's folder. Written before the
 * plugins are called: a pod that failed half way can still be deleted.
 *
 * @param uid of the pod's object; empty in a world without an API server
 * @param address empty before ADD has given one
 */
record PodRecord(String name, String namespace, String uid, String containerId, String address) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ID_BYTES = 32;

    /** With an id as containerd makes them. */
    static PodRecord create(String name, String namespace, String uid) {
        byte[] id = new byte[ID_BYTES];
        RandomGenerator.getDefault().nextBytes(id);
        return new PodRecord(name, namespace, uid, HexFormat.of().formatHex(id), "");
    }

    PodRecord withAddress(String next) {
        return new PodRecord(name, namespace, uid, containerId, next);
    }

    Sandbox sandbox(Path networkNamespace) {
        Sandbox sandbox = Sandbox.ofPod(containerId, networkNamespace, namespace, name);
        return (uid.isEmpty() ? sandbox : sandbox.withArgument("K8S_POD_UID", uid))
                .withCapability("io.kubernetes.cri.pod-annotations", JSON.createObjectNode());
    }

    static Optional<PodRecord> find(WorldFile.Node node, String name) throws IOException {
        try {
            JsonNode pod = JSON.readTree(Files.readString(file(node, name)));
            return Optional.of(new PodRecord(
                    pod.path("name").asText(),
                    pod.path("namespace").asText(),
                    pod.path("uid").asText(),
                    pod.path("containerId").asText(),
                    pod.path("address").asText()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    static List<PodRecord> all(WorldFile.Node node) throws IOException {
        var pods = new ArrayList<PodRecord>();
        Path folder = folder(node);
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
                for (Path file : files) {
                    String name = file.getFileName().toString().replaceFirst("\\.json$", "");
                    find(node, name).ifPresent(pods::add);
                }
            }
        }
        pods.sort(Comparator.comparing(PodRecord::name));
        return pods;
    }

    void keep(WorldFile.Node node) throws IOException {
        Files.createDirectories(folder(node));
        Files.writeString(
                file(node, name),
                JSON.createObjectNode()
                        .put("name", name)
                        .put("namespace", namespace)
                        .put("uid", uid)
                        .put("containerId", containerId)
                        .put("address", address)
                        .toPrettyString());
    }

    void forget(WorldFile.Node node) throws IOException {
        Files.deleteIfExists(file(node, name));
    }

    private static Path file(WorldFile.Node node, String name) {
        return folder(node).resolve(name + ".json");
    }

    private static Path folder(WorldFile.Node node) {
        return node.folder().resolve("pods");
    }
}
