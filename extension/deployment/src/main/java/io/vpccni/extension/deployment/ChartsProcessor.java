package io.vpccni.extension.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.quarkus.container.spi.ContainerImageInfoBuildItem;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.ApplicationInfoBuildItem;
import io.quarkus.deployment.builditem.GeneratedFileSystemResourceBuildItem;
import io.quarkus.deployment.pkg.builditem.OutputTargetBuildItem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Leaves the Helm charts of {@code src/main/helm} in {@code target/helm}, packed and unpacked: with the version and the image of the
 * build in the place of {@code @version@}, {@code @image@} and {@code @tag@}, and with the definitions of the custom resources of the
 * manifest that they are the same as.
 */
class ChartsProcessor {

    private static final String FOLDER = "helm/";

    /** By the chart's name: the file of {@code src/main/kubernetes} that has definitions for it. */
    private static final Map<String, String> DEFINED_IN =
            Map.of("aws-vpc-cni", "kubernetes.yml", "vpc-cni-controller", "controller.yml");

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    @BuildStep
    void leaveCharts(
            OutputTargetBuildItem target,
            ApplicationInfoBuildItem application,
            ContainerImageInfoBuildItem image,
            BuildProducer<GeneratedFileSystemResourceBuildItem> written)
            throws IOException {
        Path sources = target.getOutputDirectory().resolveSibling("src/main");
        Map<String, String> facts = Map.of(
                "@version@", application.getVersion(),
                "@image@", image.getImage(),
                "@tag@", image.getTag());
        for (Path folder : foldersIn(sources.resolve("helm"))) {
            String name = folder.getFileName().toString();
            SortedMap<String, byte[]> files = complete(folder, facts);
            if (DEFINED_IN.containsKey(name)) {
                files.putAll(definitions(sources.resolve("kubernetes").resolve(DEFINED_IN.get(name))));
            }
            files.forEach((path, content) ->
                    written.produce(new GeneratedFileSystemResourceBuildItem(FOLDER + name + "/" + path, content)));
            written.produce(new GeneratedFileSystemResourceBuildItem(
                    FOLDER + name + "-" + application.getVersion() + ".tgz", ChartArchive.of(name, files)));
        }
    }

    private static List<Path> foldersIn(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** The files of a chart by their paths in it, complete. */
    private static SortedMap<String, byte[]> complete(Path folder, Map<String, String> facts) throws IOException {
        SortedMap<String, byte[]> complete = new TreeMap<>();
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file);
                for (Map.Entry<String, String> fact : facts.entrySet()) {
                    text = text.replace(fact.getKey(), fact.getValue());
                }
                complete.put(folder.relativize(file).toString(), text.getBytes(StandardCharsets.UTF_8));
            }
        }
        return complete;
    }

    /** Helm creates what is in this folder before the rest, and never changes or deletes it. */
    private static SortedMap<String, byte[]> definitions(Path manifest) throws IOException {
        SortedMap<String, byte[]> definitions = new TreeMap<>();
        try (MappingIterator<JsonNode> objects = YAML.readerFor(JsonNode.class).readValues(manifest.toFile())) {
            while (objects.hasNext()) {
                JsonNode object = objects.next();
                if (object.path("kind").asText().equals("CustomResourceDefinition")) {
                    String name = object.at("/metadata/name").asText();
                    definitions.put("crds/" + name + ".yaml", YAML.writeValueAsBytes(object));
                }
            }
        }
        return definitions;
    }
}
