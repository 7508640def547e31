package io.vpccni.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.vpccni.emulator.kubernetes.Rights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Files of Kubernetes objects. */
public final class Manifests {

    /** What the build leaves. */
    public static final Path BUILT = Path.of("target/kubernetes");

    /** What it is made of. */
    private static final Path SOURCES = Path.of("src/main/kubernetes");

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    private Manifests() {}

    /** What the programs are granted. */
    public static Rights rights() {
        return rightsBy("kubernetes.yml", "controller.yml", "metrics-helper.yml");
    }

    /** The same, and what the daemon needs for ANNOTATE_POD_IP besides. */
    public static Rights rightsWithPodAnnotations() {
        return rightsBy("kubernetes.yml", "pod-annotations.yml");
    }

    private static Rights rightsBy(String... files) {
        return Rights.of(Stream.of(files)
                .flatMap(file -> in(SOURCES.resolve(file)).stream())
                .toList());
    }

    /** The files of a folder, which is not empty. */
    public static List<Path> files(Path folder) {
        try (var files = Files.list(folder)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                throw new AssertionError("no manifests in " + folder);
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The objects of a file. */
    public static List<JsonNode> in(Path file) {
        try {
            return in(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The objects of a file's text. */
    public static List<JsonNode> in(String yaml) {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(yaml)) {
            return documents.readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The object of that kind and name; fails if the file has none. */
    public static JsonNode in(Path file, String kind, String name) {
        return in(file).stream()
                .filter(object -> object.path("kind").asText().equals(kind)
                        && object.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name + " in " + file));
    }

    /** Values by their paths; what has a name or a path to be mounted at is found by it, wherever it stands in its list. */
    public static Map<String, String> flat(JsonNode node) {
        Map<String, String> found = new TreeMap<>();
        collect("", node, found);
        return found;
    }

    private static void collect(String path, JsonNode node, Map<String, String> found) {
        if (node.isObject() && !node.isEmpty()) {
            node.properties().forEach(field -> collect(path + "/" + field.getKey(), field.getValue(), found));
        } else if (node.isArray() && node.path(0).isObject()) {
            for (int index = 0; index < node.size(); index++) {
                collect(path + "/" + identity(node.get(index), index), node.get(index), found);
            }
        } else if (found.put(path, node.isValueNode() ? node.asText() : node.toString()) != null) {
            throw new AssertionError("there are two of " + path);
        }
    }

    private static String identity(JsonNode element, int index) {
        for (String field : new String[] {"mountPath", "name", "key", "operator"}) {
            if (element.has(field)) {
                return element.path(field).asText().replace('/', '.');
            }
        }
        return Integer.toString(index);
    }
}
