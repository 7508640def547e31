package io.vpccni.emulator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.netlink.testing.TestNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CniRuntimeTest {
    private static final String CHAIN = """
            {"cniVersion":"0.4.0","name":"net","plugins":[
              {"type":"first","key":"value","capabilities":{"portMappings":true,"bandwidth":false}},
              {"type":"second"}]}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private ScriptPlugins plugins = new ScriptPlugins(Path.of("set before each test"));
    private final Sandbox sandbox = Sandbox.ofPod("c1", Path.of("/run/netns/pod"), "default", "web");

    @BeforeEach
    void makePlugins() throws IOException {
        plugins = new ScriptPlugins(Files.createDirectory(folder.resolve("bin")));
        plugins.writeGood("first", "10.0.0.9/32");
        plugins.writeGood("second", "10.0.0.10/32");
    }

    private CniRuntime runtime(String list) {
        return CniRuntime.of(
                NetworkList.parse(list), List.of(folder.resolve("none"), plugins.folder()), folder.resolve("cache"));
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }

    @Test
    void addCallsPluginsInOrderEachWithTheResultBefore() throws Exception {
        var outcome = runtime(CHAIN).add(sandbox);

        assertThat(plugins.commands()).containsExactly("ADD first", "ADD second");
        var second = plugins.made().getLast().input();
        assertThat(plugins.made().getFirst().input().has("prevResult")).isFalse();
        assertThat(second.at("/prevResult/ips/0/address").asText()).isEqualTo("10.0.0.9/32");
        assertThat(second.path("name").asText()).isEqualTo("net");
        assertThat(second.path("cniVersion").asText()).isEqualTo("0.4.0");
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Outcome.Done.class,
                        done -> assertThat(done.result())
                                .isEqualTo(
                                        read(
                                                "{\"cniVersion\":\"0.4.0\",\"ips\":[{\"version\":\"4\",\"address\":\"10.0.0.10/32\"}]}")));
    }

    private static JsonNode read(String text) {
        try {
            return json(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void pluginsGetTheEnvironmentOfTheSpecification() throws Exception {
        runtime(CHAIN).add(sandbox);

        assertThat(plugins.made().getFirst().environment())
                .isEqualTo("c1 /run/netns/pod eth0 "
                        + "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;K8S_POD_INFRA_CONTAINER_ID=c1 "
                        + folder.resolve("none") + ":" + plugins.folder());
    }

    @Test
    void onlyCapabilitiesAPluginHasComeAsRuntimeConfig() throws Exception {
        var ports = json("[{\"hostPort\":80}]");
        var rich = sandbox.withCapability("portMappings", ports)
                .withCapability("bandwidth", json("{}"))
                .withCapability("unknown", json("1"));

        runtime(CHAIN).add(rich);

        assertThat(plugins.made().getFirst().input().path("runtimeConfig"))
                .isEqualTo(json("{\"portMappings\":[{\"hostPort\":80}]}"));
        assertThat(plugins.made().getLast().input().has("runtimeConfig")).isFalse();
    }

    @Test
    void deleteGoesBackwardsWithTheLastResultAndForgetsIt() throws Exception {
        var runtime = runtime(CHAIN);
        runtime.add(sandbox);

        // Another process: only the folder is shared.
        assertThat(runtime(CHAIN).delete(sandbox)).isEqualTo(new Outcome.Done(null));
        runtime.delete(sandbox);

        assertThat(plugins.commands())
                .containsExactly("ADD first", "ADD second", "DEL second", "DEL first", "DEL second", "DEL first");
        assertThat(plugins.made().subList(2, 4))
                .allSatisfy(call -> assertThat(
                                call.input().at("/prevResult/ips/0/address").asText())
                        .isEqualTo("10.0.0.10/32"));
        assertThat(plugins.made().getLast().input().has("prevResult")).isFalse();
    }

    @Test
    void theResultIsKeptInTheFormatOfLibcni() throws Exception {
        runtime(CHAIN).add(sandbox);

        var entry = json(Files.readString(folder.resolve("cache/results/net-c1-eth0")));
        assertThat(entry.path("kind").asText()).isEqualTo("cniCacheV1");
        assertThat(entry.at("/result/ips/0/address").asText()).isEqualTo("10.0.0.10/32");
        assertThat(entry.path("config").binaryValue()).asString().isEqualTo(CHAIN);
        assertThat(entry.at("/cniArgs/1")).isEqualTo(json("[\"K8S_POD_NAMESPACE\",\"default\"]"));
    }

    @Test
    void checkGoesForwardsWithTheLastResult() throws Exception {
        var runtime = runtime(CHAIN);
        runtime.add(sandbox);

        assertThat(runtime.check(sandbox)).isEqualTo(new Outcome.Done(null));
        assertThat(plugins.commands()).endsWith("CHECK first", "CHECK second");
        assertThat(plugins.made()
                        .getLast()
                        .input()
                        .at("/prevResult/ips/0/address")
                        .asText())
                .isEqualTo("10.0.0.10/32");
    }

    @Test
    void checkIsNotCalledWhereItIsDisabledOrThereIsNothingToCompare() throws Exception {
        var disabled = CHAIN.replace("\"name\"", "\"disableCheck\":true,\"name\"");

        assertThat(runtime(CHAIN).check(sandbox)).isInstanceOf(Outcome.Skipped.class);
        runtime(CHAIN).add(sandbox);
        assertThat(runtime(disabled).check(sandbox)).isInstanceOf(Outcome.Skipped.class);
        assertThat(plugins.commands()).containsExactly("ADD first", "ADD second");
    }

    @Test
    void anErrorObjectIsUnderstoodAndEndsTheChain() throws Exception {
        plugins.write("first", """
                echo 'noise' >&2
                echo '{"cniVersion":"0.4.0","code":11,"msg":"no address","details":"try later"}'
                exit 1
                """);

        var outcome = runtime(CHAIN).add(sandbox);

        assertThat(outcome).isEqualTo(new Outcome.Failed("first", "ADD", 11, "no address", "try later"));
        assertThat(((Outcome.Failed) outcome).text())
                .isEqualTo("first failed at ADD, code 11 (try again later): no address\n  try later");
        assertThat(plugins.commands()).containsExactly("ADD first");
        assertThat(folder.resolve("cache/results/net-c1-eth0")).doesNotExist();
    }

    @Test
    void aFailedDeleteKeepsTheResultForTheNextTry() throws Exception {
        runtime(CHAIN).add(sandbox);
        plugins.write("second", "exit 1");

        assertThat(runtime(CHAIN).delete(sandbox)).isInstanceOf(Outcome.Failed.class);
        assertThat(plugins.commands()).endsWith("DEL second");
        assertThat(folder.resolve("cache/results/net-c1-eth0")).exists();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "only stderr, echo broken >&2; exit 3, exit code 3 and no error object, broken",
        "nothing at all, exit 4, exit code 4 and no error object, ''",
        "no JSON, echo oops; exit 1, exit code 1 and no error object, oops",
        "a good exit without a result, echo oops, 'its output is not a result: ''oops\n''', ''",
        "empty good exit, true, 'its output is not a result: ''''', ''"
    })
    void whatIsNoAnswerIsShownAsItIs(String name, String body, String message, String details) throws Exception {
        plugins.write("first", body);

        assertThat(runtime(CHAIN).add(sandbox)).isEqualTo(new Outcome.Failed("first", "ADD", 0, message, details));
    }

    @Test
    void aMissingPluginIsNamedWithThePath() throws Exception {
        Files.delete(plugins.folder().resolve("first"));

        assertThat(runtime(CHAIN).add(sandbox))
                .isEqualTo(new Outcome.Failed(
                        "first",
                        "ADD",
                        0,
                        "there is no such plugin in " + folder.resolve("none") + ":" + plugins.folder(),
                        ""));
    }

    @Test
    @RequiresNetworkNamespaces
    void pluginsRunInTheNetworkNamespaceOfTheNode() throws Exception {
        plugins.write("first", "echo \"{\\\"namespace\\\":\\\"$(readlink /proc/self/ns/net)\\\"}\"");
        var alone = "{\"name\":\"net\",\"plugins\":[{\"type\":\"first\"}]}";
        try (var namespaces = new TestNamespaces()) {
            var path = namespaces.pathOf(namespaces.create());

            var outcome = (Outcome.Done) runtime(alone).inNode(path).add(sandbox);

            var inode = Files.getAttribute(path, "unix:ino");
            assertThat(outcome.result()).isNotNull();
            assertThat(outcome.result().path("namespace").asText()).isEqualTo("net:[" + inode + "]");
            assertThat(outcome.result().path("cniVersion").asText()).isEqualTo("0.1.0");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no JSON, x, not JSON",
        "no plugins, '{\"name\":\"n\",\"plugins\":[]}', a list needs a name and plugins",
        "no name, '{\"plugins\":[{\"type\":\"a\"}]}', a list needs a name and plugins",
        "no type, '{\"name\":\"n\",\"plugins\":[{}]}', a plugin without a type"
    })
    void whatIsNoListIsRefused(String name, String text, String message) {
        assertThatThrownBy(() -> NetworkList.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }
}
