package io.vpccni.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where introspection listens. */
class ListenSourceTest {

    @ParameterizedTest(name = "{0} {1} -> {2}")
    @CsvSource({
        "'', '', ''",
        "'', '10.0.0.1:8080', 'quarkus.http.host=10.0.0.1 quarkus.http.port=8080'",
        "'', ':8080', 'quarkus.http.host=0.0.0.0 quarkus.http.port=8080'",
        "'', '[::1]:8080', 'quarkus.http.host=::1 quarkus.http.port=8080'",
        "'', 'unix:/run/x.sock', 'quarkus.http.host=127.0.0.1 quarkus.http.port=0'",
        "'true', '10.0.0.1:8080', 'quarkus.http.host=127.0.0.1 quarkus.http.port=0'",
        "'false', '', ''",
        "'', 'nonsense', ''",
    })
    void theServerListensWhereItIsTold(String disabled, String address, String properties) {
        assertThat(ListenSource.properties(disabled, address)).isEqualTo(map(properties));
    }

    @Test
    void aSocketMayBeWrittenAsAUrl() {
        assertThat(BindAddress.parse("unix:///run/x.sock")).isEqualTo(new BindAddress.Unix(Path.of("/run/x.sock")));
    }

    private static Map<String, String> map(String text) {
        return Stream.of(text.split(" "))
                .filter(pair -> !pair.isEmpty())
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }
}
