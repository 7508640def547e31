package io.vpccni.client.cni;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.vpccni.client.grpc.MessageReader;
import io.vpccni.client.grpc.MessageWriter;
import io.vpccni.client.grpc.StockServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PluginTest {

    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private static final String[] METHODS = {"Add", "Del", "Check", "Gc", "Status"};
    private static final byte[] CONFIG = "{\"name\":\"aws-cni\"}".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private record Ended(int exitCode, String stdout, String stderr) {}

    @Test
    void withoutCommandItTellsAboutItself() throws IOException {
        assertThat(run(Map.of(), CONFIG))
                .isEqualTo(
                        new Ended(
                                0,
                                "",
                                "AWS CNI 1.2.3\nCNI protocol versions supported: 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0\n"));
    }

    @Test
    void versionNeedsNoDaemon() throws IOException {
        assertThat(run(Map.of("CNI_COMMAND", "VERSION"), CONFIG))
                .isEqualTo(new Ended(
                        0,
                        "{\"cniVersion\":\"1.1.0\",\"supportedVersions\":"
                                + "[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\",\"1.1.0\"]}",
                        ""));
    }

    @ParameterizedTest(name = "{0} without {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "ADD    | CNI_NETNS                                       | CNI_NETNS",
                "ADD    | CNI_PATH CNI_IFNAME CNI_NETNS CNI_CONTAINERID   | CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH",
                "CHECK  | CNI_CONTAINERID CNI_NETNS                       | CNI_CONTAINERID,CNI_NETNS",
                "DEL    | CNI_CONTAINERID CNI_NETNS CNI_IFNAME            | CNI_CONTAINERID,CNI_IFNAME",
                "GC     | CNI_CONTAINERID CNI_PATH                        | CNI_PATH",
                "STATUS | CNI_PATH                                        | CNI_PATH",
            })
    void missingVariablesAreNamed(String command, String removed, String named) throws IOException {
        Map<String, String> environment = environment(command);
        Arrays.asList(removed.split(" ")).forEach(environment::remove);

        Ended ended = run(environment, CONFIG);

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.stdout())
                .isEqualTo("{\"cniVersion\":\"1.1.0\",\"code\":4,\"msg\":\"required env variables [" + named
                        + "] missing\",\"details\":\"CNI_COMMAND is " + command + "\"}");
    }

    @Test
    void anUnknownCommandIsRefused() throws IOException {
        assertThat(run(environment("add\"\n"), CONFIG))
                .isEqualTo(new Ended(
                        1,
                        "{\"cniVersion\":\"1.1.0\",\"code\":4,\"msg\":\"unknown CNI_COMMAND: add\\\"\\n\",\"details\":\"\"}",
                        ""));
    }

    @Test
    void aLongVariableIsRefused() throws IOException {
        Map<String, String> environment = environment("ADD");
        environment.put("CNI_ARGS", "x".repeat(8193));

        assertThat(run(environment, CONFIG).stdout())
                .contains("\"code\":4,\"msg\":\"CNI_ARGS has 8193 characters, the limit is 8192\"");
    }

    @Test
    void endlessStdinIsNotReadToItsEnd() throws IOException {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return ' ';
            }
        };

        Ended ended = run(environment("ADD"), endless, 70);

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.stdout())
                .contains("\"code\":6,\"msg\":\"the network configuration on stdin has more than 1048576 bytes\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Add", "Del", "Check", "Gc", "Status"})
    void eachCommandIsOneCallOfItsOwnMethod(String method) throws IOException {
        try (StockServer _ = server(_ -> reply(0, bytes("the result")), method)) {
            Map<String, String> environment = environment(method.toUpperCase(Locale.ROOT));

            assertThat(run(environment, CONFIG)).isEqualTo(new Ended(0, "the result", ""));
        }
    }

    @Test
    void theDaemonLearnsTheWholeCall() throws Exception {
        CompletableFuture<byte[]> seen = new CompletableFuture<>();
        try (StockServer _ = recording(seen)) {
            Map<String, String> environment = environment("ADD");
            environment.put("CNI_ARGS", "K8S_POD_NAME=µ");
            environment.put("CNI_NETNS_OVERRIDE", "TRUE");
            environment.put("TRACEPARENT", TRACE);

            assertThat(run(environment, CONFIG).exitCode()).isZero();
        }
        Map<Integer, String> fields = new TreeMap<>();
        MessageReader reader = new MessageReader(seen.join());
        while (reader.next()) {
            fields.put(
                    reader.field(),
                    reader.field() == 9
                            ? String.valueOf(reader.integer())
                            : new String(reader.bytes(), StandardCharsets.UTF_8));
        }
        assertThat(fields)
                .containsExactly(
                        Map.entry(1, "c1"),
                        Map.entry(2, "/run/netns/n1"),
                        Map.entry(3, "eth0"),
                        Map.entry(4, "K8S_POD_NAME=µ"),
                        Map.entry(5, "/opt/cni/bin"),
                        Map.entry(6, "{\"name\":\"aws-cni\"}"),
                        Map.entry(7, "egress-cni"),
                        Map.entry(8, "1.2.3"),
                        Map.entry(9, "1"),
                        Map.entry(10, TRACE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00-1-2-01", TRACE + "-more"})
    void whatCannotNameASpanIsLeftOut(String trace) throws Exception {
        CompletableFuture<byte[]> seen = new CompletableFuture<>();
        try (StockServer _ = recording(seen)) {
            Map<String, String> environment = environment("ADD");
            environment.put("TRACEPARENT", trace);

            assertThat(run(environment, CONFIG).exitCode()).isZero();
        }
        MessageReader reader = new MessageReader(seen.join());
        while (reader.next()) {
            assertThat(reader.field()).isNotEqualTo(10);
            if (reader.field() == 9) {
                reader.integer();
            } else {
                reader.bytes();
            }
        }
    }

    @Test
    void theDaemonsErrorIsPrintedAsItIs() throws IOException {
        try (StockServer _ = server(_ -> reply(1, bytes("{\"code\":999}")), METHODS)) {
            assertThat(run(environment("ADD"), CONFIG)).isEqualTo(new Ended(1, "{\"code\":999}", ""));
        }
    }

    @ParameterizedTest(name = "{0} bytes")
    @ValueSource(ints = {0, 16_000, 65_000, 65_536, 200_000, 1_048_576})
    void configurationsOfAnySizeArriveAndLargeRepliesComeBack(int size) throws IOException {
        byte[] config = new byte[size];
        new Random(size).nextBytes(config);
        CompletableFuture<byte[]> seen = new CompletableFuture<>();
        try (StockServer _ = server(
                request -> {
                    seen.complete(field(request, 6));
                    return reply(0, new byte[4 * size - size / 16]);
                },
                METHODS)) {
            Ended ended = run(environment("ADD"), config);

            assertThat(ended.exitCode()).as(ended.stdout()).isZero();
            assertThat(ended.stdout()).hasSize(4 * size - size / 16);
            assertThat(seen.join()).isEqualTo(config);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ADD,    11, 'add cmd: Error received from AddNetwork gRPC call: '",
        "CHECK,  11, 'check cmd: '",
        "GC,     11, 'gc cmd: '",
        "STATUS, 50, 'status cmd: '",
    })
    void withoutDaemonACommandFailsAndSaysWhatHelps(String command, int code, String prefix) throws IOException {
        Ended ended = run(environment(command), CONFIG);

        assertThat(ended)
                .isEqualTo(new Ended(
                        1,
                        "{\"cniVersion\":\"1.1.0\",\"code\":" + code + ",\"msg\":\"" + prefix + socket()
                                + ": No such file or directory\",\"details\":"
                                + "\"is the aws-node pod running on this node?\"}",
                        ""));
    }

    @Test
    void withoutDaemonDelSucceeds() throws IOException {
        assertThat(run(environment("DEL"), CONFIG))
                .isEqualTo(new Ended(
                        0,
                        "",
                        "del cmd: Error received from DelNetwork gRPC call: " + socket()
                                + ": No such file or directory\n"));
    }

    @Test
    void aSlowDaemonIsNotWaitedForForever() throws IOException {
        CompletableFuture<byte[]> never = new CompletableFuture<>();
        try (StockServer _ = server(_ -> never.join(), METHODS)) {
            InputStream config = new ByteArrayInputStream(CONFIG);

            Ended ended = run(environment("ADD"), config, 1);

            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.stdout())
                    .contains("\"code\":11,\"msg\":\"add cmd: Error received from AddNetwork gRPC call: ");
            never.cancel(false);
        }
    }

    @ParameterizedTest
    @CsvSource({"ADD", "DEL", "STATUS"})
    void aStatusOfTheDaemonFailsEveryCommand(String command) throws IOException {
        try (StockServer _ = server(
                _ -> {
                    throw Status.INTERNAL.withDescription("no µ").asRuntimeException();
                },
                METHODS)) {
            Ended ended = run(environment(command), CONFIG);

            assertThat(ended.exitCode()).isEqualTo(1);
            assertThat(ended.stdout()).contains("\"code\":999,").contains(socket() + ": INTERNAL: no µ\"");
        }
    }

    @Test
    void aDaemonWithoutTheMethodIsReported() throws IOException {
        try (StockServer _ = server(_ -> new byte[0], "Other")) {
            assertThat(run(environment("ADD"), CONFIG).stdout())
                    .contains("\"code\":999,")
                    .contains("UNIMPLEMENTED: Method not found: vpccni.v1.Cni/Add");
        }
    }

    @Test
    void aMalformedReplyIsReported() throws IOException {
        try (StockServer _ = server(_ -> new byte[] {0x12, 9, 1}, METHODS)) {
            assertThat(run(environment("DEL"), CONFIG).stdout())
                    .contains("\"code\":999,")
                    .contains("the message in the answer is malformed at byte 2, field 2");
        }
    }

    /** A daemon that is content with every call and keeps the first. */
    private StockServer recording(CompletableFuture<byte[]> seen) throws IOException {
        return server(
                request -> {
                    seen.complete(request);
                    return reply(0, new byte[0]);
                },
                METHODS);
    }

    private StockServer server(StockServer.Method method, String... names) throws IOException {
        return StockServer.onSocket(Path.of(socket()), StockServer.service("vpccni.v1.Cni", method, names));
    }

    private String socket() {
        return folder.resolve("d.sock").toString();
    }

    private Ended run(Map<String, String> environment, byte[] config) throws IOException {
        return run(environment, new ByteArrayInputStream(config), 20);
    }

    private Ended run(Map<String, String> environment, InputStream config, int deadlineSeconds) throws IOException {
        ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        Settings settings = new Settings(socket(), deadlineSeconds, "1.2.3");
        int exitCode = new Plugin("egress-cni", settings).run(environment, config, stdout, stderr);
        return new Ended(exitCode, stdout.toString(StandardCharsets.UTF_8), stderr.toString(StandardCharsets.UTF_8));
    }

    private static Map<String, String> environment(String command) {
        return new HashMap<>(Map.of(
                "CNI_COMMAND", command,
                "CNI_CONTAINERID", "c1",
                "CNI_NETNS", "/run/netns/n1",
                "CNI_IFNAME", "eth0",
                "CNI_PATH", "/opt/cni/bin"));
    }

    private static byte[] field(byte[] message, int number) throws Exception {
        MessageReader reader = new MessageReader(message);
        while (reader.next()) {
            if (reader.field() == number) {
                return reader.bytes();
            }
        }
        return new byte[0];
    }

    private static byte[] reply(int exitCode, byte[] stdout) {
        return new MessageWriter(0).integer(1, exitCode).bytes(2, stdout).toBytes();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
