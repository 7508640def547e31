package io.vpccni.conflist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv6Address;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Scenarios in {@code src/test/resources/conflist}: environment, node and perhaps a user's template, and what comes of it. */
class ConflistTest {

    private static final Path SCENARIOS = Path.of("src/test/resources/conflist");
    private static final Set<String> FILES =
            Set.of("in-environment.properties", "in-node.properties", "in-template.conflist", "out-10-aws.conflist");

    @TempDir
    private Path folder = Path.of("");

    static Stream<Path> scenarios() throws IOException {
        return list(SCENARIOS);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void theConfigurationIsWhatSettingsNodeAndTemplateSay(Path scenario) throws Exception {
        Path template = scenario.resolve("in-template.conflist");

        String text = ConflistTemplate.find(Optional.of(template).filter(Files::exists))
                .render(Conflist.of(settings(scenario), node(scenario)));

        assertThat(text).isEqualTo(Files.readString(scenario.resolve("out-10-aws.conflist")));
        assertThat(list(scenario))
                .allMatch(file -> FILES.contains(file.getFileName().toString()));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a comma is missing           | {"name": "n" "plugins": []}                     | , line 1, column 14: Unexpected character
            a name before the mistake    | {"name": "__VETHPREFIX__", "plugins": [}        | , line 1, column 40: Unexpected close marker
            something follows            | {"name": "n", "plugins": [{"type": "t"}]} x     | , line 1, column 43: Unrecognized token
            it is empty                  | ''                                              | : a network configuration needs a name and plugins
            there are no plugins         | {"name": "n", "plugins": []}                    | : a network configuration needs a name and plugins
            there is no name             | {"plugins": [{"type": "t"}]}                    | : a network configuration needs a name and plugins
            a plugin has no type         | {"name": "n", "plugins": [{"a": 1}]}            | : a plugin without a type: {"a":1}
            """)
    void aTemplateThatIsNoneSaysWhereItIsWrong(String name, String text, String complaint) throws IOException {
        Path file = Files.writeString(folder.resolve("mine"), text);

        assertThatThrownBy(() -> ConflistTemplate.find(Optional.of(file)))
                .isInstanceOf(MalformedTemplateException.class)
                .hasMessageStartingWith(file + complaint);
    }

    @Test
    void aTemplateThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> ConflistTemplate.find(Optional.of(folder.resolve("none"))))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none");
    }

    @Test
    void aValueThatIsNoNumberMayNotStandOutsideAString() throws Exception {
        Path file = Files.writeString(
                folder.resolve("mine"), "{\"name\": \"n\", \"plugins\": [{\"type\": \"t\", \"a\": __NODEIP__}]}");
        Path ipv6 = SCENARIOS.resolve("ipv6");

        assertThatThrownBy(
                        () -> ConflistTemplate.find(Optional.of(file)).render(Conflist.of(settings(ipv6), node(ipv6))))
                .isInstanceOf(MalformedTemplateException.class)
                .hasMessageContaining("line 1, column ");
    }

    @Test
    void onlyANodeThatIsToHaveIpv6EgressCanLackIpv6() throws IOException {
        Set<String> lacking = list(SCENARIOS)
                .filter(scenario -> Conflist.lacksIpv6(settings(scenario), node(scenario)))
                .map(scenario -> scenario.getFileName().toString())
                .collect(Collectors.toSet());

        assertThat(lacking).containsExactly("ipv6-egress-on-a-node-without-ipv6");
    }

    private static NodeSettings settings(Path scenario) {
        Environment environment = new Environment(properties(scenario.resolve("in-environment.properties")));
        NodeSettings settings = new NodeSettingsReader(environment, _ -> Map.of()).read();
        assertThat(environment.problems()).isEmpty();
        return settings;
    }

    private static NodeAddresses node(Path scenario) {
        Map<String, String> node = properties(scenario.resolve("in-node.properties"));
        return new NodeAddresses(
                Ipv4Address.parse(node.getOrDefault("ipv4", "")),
                Optional.ofNullable(node.get("ipv6")).map(Ipv6Address::parse));
    }

    private static Map<String, String> properties(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> map = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> map.put(name, properties.getProperty(name)));
        return map;
    }

    private static Stream<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList().stream();
        }
    }
}
