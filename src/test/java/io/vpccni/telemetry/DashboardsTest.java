package io.vpccni.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.testing.Manifests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dashboard and alerts ask for metrics that the code has. */
class DashboardsTest {

    private static final Pattern ASKED = Pattern.compile("\\b(?:awscni|vpccni)_[a-z0-9_]+");
    private static final Pattern NAMED = Pattern.compile("\"((?:awscni|vpccni)[._][a-z0-9._]+)\"");

    /** What a registry adds to a name. */
    private static final Pattern ADDED = Pattern.compile("(_total|(_seconds)?(_bucket|_sum|_count))$");

    private static final String DASHBOARD = "src/main/grafana/vpc-cni.json";

    @ParameterizedTest
    @ValueSource(strings = {DASHBOARD, "src/main/kubernetes/prometheus-rules.yml"})
    void everyMetricThatIsAskedForIsNamedInTheCode(String file) throws IOException {
        Set<String> asked = ASKED.matcher(Files.readString(Path.of(file)))
                .results()
                .map(found -> found.group())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> named = named();

        assertThat(asked)
                .hasSizeGreaterThan(10)
                .allSatisfy(metric -> assertThat(named)
                        .as("%s of %s", metric, file)
                        .containsAnyOf(metric, ADDED.matcher(metric).replaceFirst("")));
    }

    private static Set<String> named() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .flatMap(file -> NAMED.matcher(text(file)).results())
                    .map(found -> found.group(1).replace('.', '_'))
                    .collect(Collectors.toSet());
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void panelsHaveIdsOfTheirOwnAndDoNotOverlap() throws IOException {
        JsonNode panels =
                new ObjectMapper().readTree(Path.of(DASHBOARD).toFile()).path("panels");
        Set<String> cells = new TreeSet<>();
        for (JsonNode panel : panels) {
            JsonNode place = panel.path("gridPos");
            assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = place.path("x").asInt();
                    x < place.path("x").asInt() + place.path("w").asInt();
                    x++) {
                for (int y = place.path("y").asInt();
                        y < place.path("y").asInt() + place.path("h").asInt();
                        y++) {
                    assertThat(cells.add(x + "," + y))
                            .as("%s at %d, %d", panel.path("title"), x, y)
                            .isTrue();
                }
            }
        }

        assertThat(panels.findValuesAsText("id")).doesNotHaveDuplicates();
    }

    @Test
    void everyAlertSaysWhatItIsAndHowBad() {
        JsonNode groups = Manifests.in(Path.of("src/main/kubernetes/prometheus-rules.yml"), "PrometheusRule", "vpc-cni")
                .at("/spec/groups");
        for (JsonNode group : groups) {
            assertThat(group.path("rules")).isNotEmpty().allSatisfy(rule -> {
                assertThat(rule.at("/labels/severity").asText()).isIn("info", "warning", "critical");
                assertThat(rule.at("/annotations/summary").asText()).isNotEmpty();
                assertThat(rule.path("expr").asText()).isNotEmpty();
            });
        }
    }
}
