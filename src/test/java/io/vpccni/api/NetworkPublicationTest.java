package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.conflist.ConflistTemplate;
import io.vpccni.daemon.AddRequest;
import io.vpccni.daemon.Node;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.kube.TestApiServer;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node on the emulator, and the folders of its machine. */
@Timeout(60)
class NetworkPublicationTest {

    private static final String EARLIER = "what an earlier daemon left";

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
    private final TestApiServer cluster = new TestApiServer();

    @TempDir
    private Path folder = Path.of("");

    private Path networks = Path.of("");
    private Path binaries = Path.of("");

    /** What the application makes of one node, without its socket. */
    private record Started(Node node, NetworkPublication publication) implements AutoCloseable {
        @Override
        public void close() {
            publication.close();
            node.close();
        }
    }

    @BeforeEach
    void makeFolders() throws IOException {
        networks = Files.createDirectory(folder.resolve("net.d"));
        binaries = Files.createDirectory(folder.resolve("bin"));
    }

    @AfterEach
    void stop() {
        cluster.close();
        emulator.close();
    }

    @Test
    void theConfigurationAppearsWhenTheNodeHasAddresses() throws Exception {
        failAlways("AssignPrivateIpAddresses");
        failAlways("CreateNetworkInterface");
        try (Started started = start(Map.of())) {
            Eventually.is(true, "the node is ready", () -> started.node().isReady());
            Eventually.get("the refusals", this::failures, failures -> failures > 2);
            assertThat(networks).isEmptyDirectory();

            emulator.run(core -> core.faults().clearErrors());

            Eventually.is(true, "published", () -> Files.exists(file()));
            assertThat(new ObjectMapper()
                            .readTree(file().toFile())
                            .at("/plugins/0/type")
                            .asText())
                    .isEqualTo("aws-cni");
            assertThat(networks.toFile().list()).containsExactly("10-aws.conflist");
        }
        assertThat(file()).as("after the daemon's end").exists();
    }

    @Test
    void aNodeThatWantsNoAddressAheadOfItsPodsIsPublished() throws Exception {
        try (Started _ = start(Map.of("WARM_ENI_TARGET", "0"))) {
            Eventually.is(true, "published", () -> Files.exists(file()));
        }
    }

    @Test
    void whatAnEarlierDaemonLeftStaysUntilTheNodeServes() throws Exception {
        Files.writeString(file(), EARLIER);
        failAlways("DescribeNetworkInterfaces");
        failAlways("DescribeInstances");
        try (Started started = start(Map.of())) {
            Eventually.get(
                    "the start's trouble", () -> started.node().startTrouble(), trouble -> trouble.contains("no"));
            assertThat(file()).hasContent(EARLIER);

            emulator.run(core -> core.faults().clearErrors());

            Eventually.get("the content", () -> Files.readString(file()), text -> text.contains("\"aws-cni\""));
        }
    }

    @Test
    void whatSomebodyElseChangedIsPutRight() throws Exception {
        try (Started _ = start(Map.of())) {
            Eventually.is(true, "published", () -> Files.exists(file()));
            String published = Files.readString(file());

            Files.writeString(file(), "{}");

            Eventually.is(published, "the content", () -> Files.readString(file()));
        }
    }

    @Test
    void aNodeThatCanServeNobodyForLongIsWithdrawnAndComesBack() throws Exception {
        Files.writeString(file(), EARLIER);
        failAlways("DescribeNetworkInterfaces");
        failAlways("DescribeInstances");
        try (Started _ = start(Map.of("VPCCNI_WITHDRAW_CONFLIST_AFTER", "1", "MY_NODE_NAME", "node1"))) {
            Eventually.is(false, "published", () -> Files.exists(file()));
            Eventually.get("the event", this::events, all -> all.stream().anyMatch(NetworkPublicationTest::withdrawn));

            emulator.run(core -> core.faults().clearErrors());

            Eventually.is(true, "published", () -> Files.exists(file()));
            Eventually.get(
                    "the event",
                    this::events,
                    all -> all.stream()
                            .anyMatch(event -> event.getReason().equals("NetworkPublished")
                                    && event.getType().equals("Normal")));
        }
    }

    private static boolean withdrawn(Event event) {
        return event.getReason().equals("NetworkWithdrawn")
                && event.getType().equals("Warning")
                && event.getRegarding().getKind().equals("Node")
                && event.getNote().startsWith("nothing could serve a pod for 1 s, so the node is not ready: ");
    }

    /** Nobody comes to a node that is not ready, so nobody could show that it serves again. */
    @Test
    void aNodeThatCouldConnectNoPodIsTriedAgainAfterAsLong() throws Exception {
        Path noFolder = Files.writeString(folder.resolve("file"), "");
        try (Started started = start(Map.of(
                "VPCCNI_WITHDRAW_CONFLIST_AFTER",
                "1",
                "AWS_VPC_K8S_CNI_BACKING_STORE",
                noFolder.resolve("ipam.json").toString()))) {
            Eventually.is(true, "published", () -> Files.exists(file()));

            for (String pod : List.of("a", "b")) {
                assertThatThrownBy(
                                () -> started.node().add(request(pod)).await().atMost(Eventually.LONG))
                        .hasMessageContaining("CHECKPOINT_FAILED");
            }

            Eventually.is(false, "published", () -> Files.exists(file()));
            Eventually.is(true, "published", () -> Files.exists(file()));
        }
    }

    private static AddRequest request(String pod) {
        return new AddRequest(
                new Sandbox("aws-cni", "container-" + pod, "eth0"),
                new PodName("shop", pod),
                Eventually.LONG,
                Optional.empty());
    }

    @Test
    void withoutThePlaceToPublishNothingIsMade() throws Exception {
        Path elsewhere = folder.resolve("elsewhere");
        try (Started started = start(Map.of("HOST_CNI_CONFDIR_PATH", elsewhere.toString()))) {
            started.node().ready().await().atMost(Eventually.LONG);

            assertThat(elsewhere).doesNotExist();
            assertThat(binaries).as("a machine that is no node").isEmptyDirectory();
        }
    }

    @Test
    void aNodeWithoutOurPluginsGetsThemBeforeItsConfiguration() throws Exception {
        Path image = folder.resolve("image");
        Files.createDirectories(image.resolve("vpc-cni"));
        Files.writeString(image.resolve("vpc-cni/installed"), "jar\n25\n/opt/cni/bin/vpc-cni\n/run/d.sock\nv1\n");
        Files.writeString(binaries.resolve("aws-cni"), "the reference's");
        try (Started _ = start(Map.of("VPCCNI_CLIENT_PATH", image.toString()))) {
            Eventually.is(true, "published", () -> Files.exists(file()));

            assertThat(binaries.resolve("aws-cni")).content().startsWith("#!" + binaries.resolve("vpc-cni/bin/java"));
            assertThat(binaries.resolve("egress-cni")).isExecutable();
            assertThat(binaries.resolve("vpc-cni/aws-cni.args")).content().contains("-Dvpccni.socket=/run/d.sock");
        }
    }

    @Test
    void pluginsThatCannotBeInstalledAreNamedOnceAndTriedAgain() throws Exception {
        Path image = folder.resolve("image");
        Files.createDirectories(image.resolve("vpc-cni"));
        Path stamp = Files.writeString(image.resolve("vpc-cni/installed"), "of no version that is known\n");
        List<String> said = new CopyOnWriteArrayList<>();
        Handler listener = listener(said);
        Logger log = Logger.getLogger(NetworkPublication.class.getName());
        log.addHandler(listener);
        try (Started daemon = start(Map.of("VPCCNI_CLIENT_PATH", image.toString()))) {
            daemon.node().ready().await().atMost(Eventually.LONG);
            Eventually.is(false, "the first complaint", said::isEmpty);
            assertThat(file()).doesNotExist();

            Files.writeString(stamp, "jar\n25\n/opt/cni/bin/vpc-cni\n/run/d.sock\nv1\n");
            Eventually.is(true, "published", () -> Files.exists(file()));

            assertThat(binaries.resolve("egress-cni")).isExecutable();
            assertThat(said).singleElement().asString().contains("Failed to install CNI binaries: ");
        } finally {
            log.removeHandler(listener);
        }
    }

    /** Hears what is said as an error. */
    private static Handler listener(List<String> said) {
        return new Handler() {
            @Override
            public void publish(LogRecord record) {
                if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
                    said.add(((ExtLogRecord) record).getFormattedMessage());
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
    }

    private Started start(Map<String, String> others) throws Exception {
        Map<String, String> variables = new HashMap<>(Map.of(
                "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        emulator.node("node1").imdsEndpoint().toString(),
                "AWS_VPC_K8S_CNI_BACKING_STORE", folder.resolve("ipam.json").toString(),
                "HOST_CNI_CONFDIR_PATH", networks.toString(),
                "HOST_CNI_BIN_PATH", binaries.toString(),
                "VPCCNI_CLIENT_PATH", folder.resolve("none").toString(),
                "VPCCNI_DRY_DATAPLANE", "true"));
        variables.putAll(others);
        Node node =
                Node.of(new NodeSettingsReader(new Environment(variables), _ -> Map.of()).read(), _ -> cluster.open());
        NetworkPublication publication = new NetworkPublication(
                node, ConflistTemplate.find(Optional.empty()), InstantSource.system(), Duration.ofMillis(100));
        node.observe(publication);
        node.start();
        publication.start();
        return new Started(node, publication);
    }

    private Path file() {
        return networks.resolve("10-aws.conflist");
    }

    private void failAlways(String action) {
        emulator.run(core ->
                core.faults().inject(new InjectedError(action, "UnauthorizedOperation", "no", 403, Integer.MAX_VALUE)));
    }

    /** How often the emulator has refused a call. */
    private int failures() {
        return emulator.ask(core -> core.faults().errors().stream()
                .mapToInt(error -> Integer.MAX_VALUE - error.count())
                .sum());
    }

    private List<Event> events() {
        return cluster.client().events().v1().events().inAnyNamespace().list().getItems();
    }
}
