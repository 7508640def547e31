package io.vpccni.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The Helm charts that the build leaves, as Helm sees them. */
public final class Charts {

    /** Where they are, packed and unpacked. */
    public static final Path BUILT = Path.of("target/helm");

    private Charts() {}

    /** The packed chart of that name; fails if there is none, or an old one beside it. */
    public static Path packed(String chart) {
        try (var files = Files.list(BUILT)) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().matches(chart + "-\\d.*\\.tgz"))
                    .toList();
            if (found.size() != 1) {
                throw new AssertionError("not one " + chart + " in " + BUILT + ": " + found);
            }
            return found.getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What a release in {@code kube-system}, of the chart's own name, has.
     *
     * @param values YAML that counts more than the chart's own values
     * @throws IllegalStateException with Helm's words, if it refuses
     */
    public static List<JsonNode> rendered(String chart, String values) {
        try {
            Path file = Files.createTempFile(chart, ".yaml");
            try {
                Files.writeString(file, values);
                return Manifests.in(new Helm(packed(chart))
                        .template()
                        .withName(chart)
                        .withNamespace("kube-system")
                        .withValuesFile(file)
                        .call());
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
