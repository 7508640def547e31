package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes from outside and is wrong ends with an error that says so, leaves nothing, and disturbs nobody. */
@RequiresNetworkNamespaces
class BadInputTest {

    private static final String WIRING =
            "add command: failed to setup network: SetupPodNetwork: failed to setup veth pair: ";
    private static final String DECODING =
            "add cmd: error loading config from args: add cmd: error loading config from args: ";
    private static final String ARGUMENTS = "add cmd: failed to load k8s config from arg: ARGS: ";

    @TempDir
    private static Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private static TestWorld world;

    @SuppressWarnings("NullAway.Init")
    private static TestWorld.Daemon daemon;

    @SuppressWarnings("NullAway.Init")
    private static CniChannel channel;

    @SuppressWarnings("NullAway.Init")
    private static TestWorld.Traces untouched;

    @BeforeAll
    static void start() throws Exception {
        world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
        daemon = world.startDaemon("node1", Map.of("IP_COOLDOWN_PERIOD", "0", "MAX_ENI", "1"));
        channel = new CniChannel(world.node("node1").socket());
        untouched = world.traces("node1");
    }

    @AfterAll
    static void stop() throws Exception {
        channel.close();
        daemon.close();
        world.close();
    }

    /** What is wrong, and the error's code and the beginnings of its message and details. */
    enum Input {
        NAMESPACE_THAT_DOES_NOT_EXIST(
                (call, pod) -> call.setNetns("/run/netns/nobody"),
                999,
                WIRING + "cannot open the pod's network namespace: ",
                "WIRING_FAILED: "),
        REGULAR_FILE_AS_NAMESPACE(
                (call, pod) -> call.setNetns(write(folder.resolve("file"))),
                999,
                WIRING + "cannot open the pod's network namespace: ",
                "WIRING_FAILED: "),
        NAMESPACE_OF_THE_NODE(
                (call, pod) -> call.setNetns(String.valueOf(world.node("node1").networkNamespace())),
                999,
                WIRING + "/",
                "WIRING_FAILED: "),
        NO_NAMESPACE((call, pod) -> call.clearNetns(), 4, "required env variables [CNI_NETNS] missing", ""),
        RELATIVE_NAMESPACE(
                (call, pod) -> call.setNetns("run/netns/x"),
                4,
                "invalid network namespace",
                "CNI_NETNS is an absolute path"),
        INTERFACE_THAT_IS_THERE(
                (call, pod) -> occupy(pod),
                999,
                WIRING + "the pod has an interface eth0 already, made by somebody else",
                "WIRING_FAILED: "),
        INTERFACE_NAME_TOO_LONG(
                (call, pod) -> call.setIfName("interface0123456"),
                4,
                "invalid interface name",
                "CNI_IFNAME has 1 to 15"),
        INTERFACE_NAME_WITH_A_PATH(
                (call, pod) -> call.setIfName("../eth0"), 4, "invalid interface name", "CNI_IFNAME has 1 to 15"),
        CONTAINER_ID_WITH_A_PATH(
                (call, pod) -> call.setContainerId("../../etc"),
                4,
                "invalid characters in containerID",
                "CNI_CONTAINERID"),
        UNKNOWN_VERSION(
                (call, pod) -> config(call, CniChannel.CONFIG.replace("1.0.0", "9.9.9")),
                1,
                "incompatible CNI versions",
                "config is \"9.9.9\", plugin supports"),
        MALFORMED_JSON(
                (call, pod) -> config(call, "{\"cniVersion\":"), 6, DECODING, "the network configuration on stdin"),
        EMPTY_STDIN(
                (call, pod) -> config(call, ""), 6, DECODING + "stdin is empty", "the network configuration on stdin"),
        DEEP_JSON((call, pod) -> config(call, "[".repeat(100_000)), 6, DECODING, "the network configuration on stdin"),
        MORE_THAN_A_MEBIBYTE(
                (call, pod) -> config(call, CniChannel.CONFIG + " ".repeat(1 << 20)),
                6,
                DECODING + "stdin has ",
                "the network configuration on stdin"),
        NAME_WITH_A_PATH(
                (call, pod) -> config(call, CniChannel.CONFIG.replace("\"aws-cni\",\"type\"", "\"../x\",\"type\"")),
                7,
                "invalid characters in network name",
                "\"../x\""),
        OVERSIZED_ARGUMENTS(
                (call, pod) -> call.setArgs("IgnoreUnknown=1;X=" + "x".repeat(100_000)),
                4,
                ARGUMENTS + "it has 100018 characters, at most 4096 are accepted",
                "CNI_ARGS"),
        HOSTILE_POD_NAME(
                (call, pod) -> call.setArgs("K8S_POD_NAMESPACE=a;K8S_POD_NAME=$(reboot)\n"),
                4,
                ARGUMENTS + "a name may hold lower-case letters",
                "CNI_ARGS"),
        UNKNOWN_ARGUMENT(
                (call, pod) -> call.setArgs("COLOUR=red"), 4, ARGUMENTS + "unknown args [COLOUR=red]", "CNI_ARGS"),
        ARGUMENTS_WITHOUT_VALUES((call, pod) -> call.setArgs(";;;"), 4, ARGUMENTS + "invalid pair", "CNI_ARGS");

        private final BiConsumer<CniRequest.Builder, Pod> spoil;
        private final int code;
        private final String message;
        private final String details;

        Input(BiConsumer<CniRequest.Builder, Pod> spoil, int code, String message, String details) {
            this.spoil = spoil;
            this.code = code;
            this.message = message;
            this.details = details;
        }
    }

    @ParameterizedTest
    @EnumSource
    void theAddFailsWithItsReasonAndLeavesNothing(Input input) throws Exception {
        Pod pod = world.createPod("node1", "bad" + input.ordinal());
        CniRequest.Builder call = CniChannel.request(pod).toBuilder();
        input.spoil.accept(call, pod);

        CniReply reply = CniChannel.await(channel.add(call.build()));

        JsonNode error = CniChannel.json(reply);
        assertThat(reply.getExitCode()).isEqualTo(1);
        assertThat(error.path("code").asInt()).as(error.toString()).isEqualTo(input.code);
        assertThat(error.path("msg").asText()).startsWith(input.message);
        assertThat(error.path("details").asText()).startsWith(input.details);
        Eventually.is(untouched, "links and rules", () -> world.traces("node1"));
        Eventually.is(
                List.of(),
                "assignments",
                () -> daemon.node().view().orElseThrow().assignments());
        assertGoodPodsComeAndGo("good" + input.ordinal());
    }

    /** Also one that says nothing of Kubernetes, as ctr does. */
    private static void assertGoodPodsComeAndGo(String name) throws Exception {
        Pod pod = world.createPod("node1", name);
        CniRequest call = CniChannel.request(pod).toBuilder().clearArgs().build();
        CniReply reply = CniChannel.await(channel.add(call));
        assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
        assertThat(pod.addresses()).containsExactly(CniChannel.address(reply));
        assertThat(channel.del(call).getExitCode()).isZero();
    }

    private static void config(CniRequest.Builder call, String text) {
        call.setConfig(ByteString.copyFromUtf8(text));
    }

    private static String write(Path file) {
        try {
            return Files.writeString(file, "no namespace").toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void occupy(Pod pod) {
        try (NetnsFd inside = NetnsFd.open(pod.namespace());
                Netlink netlink = Netlink.in(inside)) {
            netlink.batch().veth(End.named("eth0"), End.named("other")).run();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
