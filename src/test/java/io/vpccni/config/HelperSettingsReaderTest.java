package io.vpccni.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HelperSettingsReaderTest {

    private static HelperSettings read(Environment environment) {
        return new HelperSettingsReader(environment, _ -> Map.of()).read();
    }

    @Test
    void withoutVariablesItTellsCloudWatchOfTheClusterThatTheInstanceIsIn() {
        HelperSettings settings = read(new Environment(Map.of()));

        assertThat(settings.cloudWatch()).isTrue();
        assertThat(settings.prometheus()).isFalse();
        assertThat(settings.interval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.clusterId()).isEmpty();
        assertThat(settings.region()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"yes, true", "TRUE, true", "No, false", "false, false"})
    void theWordsOfTheReferenceAreTaken(String word, boolean meant) {
        HelperSettings settings = read(new Environment(Map.of("USE_CLOUDWATCH", word, "USE_PROMETHEUS", word)));

        assertThat(settings.cloudWatch()).isEqualTo(meant);
        assertThat(settings.prometheus()).isEqualTo(meant);
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({"USE_CLOUDWATCH, 1", "USE_PROMETHEUS, on", "METRIC_UPDATE_INTERVAL, 30s", "METRIC_UPDATE_INTERVAL, 0"})
    void otherWordsEndTheStart(String name, String value) {
        Environment environment = new Environment(Map.of(name, value));

        read(environment);

        assertThat(environment.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.fatal()).isTrue();
            assertThat(problem.variable()).isEqualTo(name);
        });
    }
}
