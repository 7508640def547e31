package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code aws-cni} does beside ADD and DEL, and what it says when it cannot read its call. */
@RequiresNetworkNamespaces
class CommandsTest {

    private static final String NEWEST = CniChannel.CONFIG.replace("1.0.0", "1.1.0");
    private static final String OLDEST = CniChannel.CONFIG.replace("1.0.0", "0.3.1");

    /** Addresses of the first interface of an m5.large, but its own. */
    private static final int ON_ONE_INTERFACE = 9;

    @TempDir
    private Path folder = Path.of("");

    @SuppressWarnings("NullAway.Init")
    private TestWorld world;

    @SuppressWarnings("NullAway.Init")
    private TestWorld.Daemon daemon;

    @SuppressWarnings("NullAway.Init")
    private CniChannel channel;

    @BeforeEach
    void start() throws Exception {
        world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
        daemon = world.startDaemon("node1", Map.of("MAX_ENI", "1"));
        channel = new CniChannel(world.node("node1").socket());
    }

    @AfterEach
    void stop() throws Exception {
        channel.close();
        daemon.close();
        world.close();
    }

    private Pod add(String name) throws Exception {
        Pod pod = world.createPod("node1", name);
        CniReply reply = CniChannel.await(channel.add(CniChannel.request(pod)));
        assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
        return pod;
    }

    @Test
    void checkSaysWhatIsMissing() throws Exception {
        Pod pod = add("cart");
        assertThat(channel.check(CniChannel.request(pod)).getExitCode()).isZero();
        String address = pod.addresses().getFirst();

        TestWorld.inNamespace(pod.namespace(), "ip address del " + address + "/32 dev eth0");

        JsonNode error = CniChannel.json(channel.check(CniChannel.request(pod)));
        assertThat(error.path("code").asInt()).isEqualTo(999);
        assertThat(error.path("details").asText()).contains("eth0 has the addresses [] instead of " + address);
    }

    @Test
    void gcDisconnectsWhatTheRuntimeForgot() throws Exception {
        Pod kept = add("kept");
        Pod forgotten = add("forgotten");
        JsonNode nothingKnown = CniChannel.json(channel.gc(CniChannel.request(kept, NEWEST)));
        assertThat(nothingKnown.path("code").asInt()).isEqualTo(7);
        assertThat(forgotten.addresses()).hasSize(1);

        String known = "\"cni.dev/valid-attachments\":[{\"containerID\":\"container-kept\",\"ifname\":\"eth0\"}]";
        CniReply reply = channel.gc(CniChannel.request(kept, NEWEST.replaceFirst("}$", "," + known + "}")));

        assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
        assertThat(daemon.node().view().orElseThrow().assignments())
                .singleElement()
                .satisfies(has -> assertThat(has.pod().name()).isEqualTo("kept"));
        assertThat(kept.addresses()).hasSize(1);
    }

    @Test
    void statusSaysWhetherPodsWaitForNothing() throws Exception {
        Pod first = add("first");
        CniRequest status = CniChannel.request(first, NEWEST);
        assertThat(channel.status(status).getExitCode()).isZero();
        for (int number = 2; number <= ON_ONE_INTERFACE; number++) {
            add("pod" + number);
        }

        var waits = channel.add(CniChannel.request(world.createPod("node1", "one-too-many")));

        JsonNode error = CniChannel.json(Eventually.get(
                "a status that is an error", () -> channel.status(status), reply -> reply.getExitCode() != 0));
        assertThat(waits).isNotDone();
        assertThat(error.path("code").asInt()).isEqualTo(50);
        assertThat(error.path("msg").asText()).isEqualTo("the node has no free address");
        assertThat(error.path("details").asText()).isEqualTo(ON_ONE_INTERFACE + " assigned, 0 cooling, 1 pods wait");
    }

    @Test
    void anOldConfigurationAllowsNoLaterCommand() throws Exception {
        Pod pod = world.createPod("node1", "pod");

        assertThat(messages(channel.check(CniChannel.request(pod, OLDEST))))
                .isEqualTo("1: config version does not allow CHECK");
        assertThat(messages(channel.gc(CniChannel.request(pod)))).isEqualTo("1: config version does not allow GC");
        assertThat(messages(channel.status(CniChannel.request(pod))))
                .isEqualTo("1: config version does not allow STATUS");
    }

    @Test
    void aDelThatCannotBeReadSaysSoInItsOwnWords() throws Exception {
        var call = CniChannel.request(world.createPod("node1", "pod")).toBuilder();

        assertThat(messages(channel.del(call.setArgs("COLOUR=red").build())))
                .isEqualTo("4: del cmd: failed to load k8s config from args: ARGS: unknown args [COLOUR=red]");
        assertThat(messages(channel.del(
                        call.setConfig(ByteString.copyFromUtf8("{\"name\":")).build())))
                .startsWith(
                        "6: del cmd: error loading config from args: add cmd: error loading config from args: Unexpected");
    }

    private static String messages(CniReply reply) {
        JsonNode error = CniChannel.json(reply);
        return error.path("code").asInt() + ": " + error.path("msg").asText();
    }
}
