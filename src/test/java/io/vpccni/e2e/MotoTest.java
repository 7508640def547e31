package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.emulator.EmulatedNode;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.mirror.Mirror;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import io.vpccni.testing.MotoServer;
import io.vpccni.testing.RequiresMoto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The daemon with moto's EC2. The emulator has IMDS and the network, built from what moto says of the instance. */
@RequiresNetworkNamespaces
@RequiresMoto
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MotoTest {

    /** As many pods as the first interface has addresses for, and one more. */
    private static final int PODS = 10;

    private static final Map<String, String> SETTINGS =
            Map.of("IP_COOLDOWN_PERIOD", "1", "WARM_IP_TARGET", "1", "AWS_REGION", "us-west-2");

    private record Served(Pod pod, String address) {}

    @TempDir
    private static Path folder;

    private MotoServer moto;

    @BeforeAll
    void startMoto() throws Exception {
        moto = new MotoServer(folder.resolve("moto.log"));
    }

    @AfterAll
    void stopMoto() {
        moto.close();
    }

    @Test
    void podsOfTwoInterfacesTalkOutliveTheDaemonAndGiveTheirAddressesBack() throws Exception {
        try (TestWorld world = mirror("life")) {
            EmulatedNode node = world.emulator.node("node1");
            List<Served> served = new ArrayList<>();
            try (var daemon = world.startDaemon("node1", SETTINGS);
                    var channel = new CniChannel(world.node("node1").socket())) {
                for (int number = 1; number <= PODS; number++) {
                    Pod pod = world.createPod("node1", "pod" + number);
                    served.add(new Served(pod, added(channel, pod)));
                }

                var interfaces = moto.interfaces(node.instanceId());
                assertThat(interfaces).containsOnlyKeys(0, 1);
                assertThat(MotoServer.secondaryAddresses(Objects.requireNonNull(interfaces.get(0))))
                        .contains(served.getFirst().address());
                assertThat(MotoServer.secondaryAddresses(Objects.requireNonNull(interfaces.get(1))))
                        .contains(served.getLast().address());
                assertThat(moto.secondaryAddresses(node.instanceId()))
                        .containsAll(served.stream().map(Served::address).toList());
                assertTalk(world, served.getFirst(), served.getLast());
            }

            try (var daemon = world.startDaemon("node1", SETTINGS);
                    var channel = new CniChannel(world.node("node1").socket())) {
                for (Served one : served) {
                    assertThat(one.pod().addresses()).containsExactly(one.address());
                    assertThat(added(channel, one.pod())).as("asked again").isEqualTo(one.address());
                }
                assertTalk(world, served.getFirst(), served.getLast());
                Eventually.is(
                        PODS + 1,
                        "addresses of the pods and a warm one",
                        () -> moto.secondaryAddresses(node.instanceId()).size());

                for (Served one : served) {
                    assertThat(channel.del(CniChannel.request(one.pod())).getExitCode())
                            .isZero();
                    Eventually.is(List.of(), "what the pod has left", one.pod()::addresses);
                }
                Eventually.get(
                        "that one is too many after its rest, and goes back",
                        () -> moto.secondaryAddresses(node.instanceId()),
                        left -> left.size() <= PODS);
            }
        }
    }

    @Test
    void whereNoPrefixIsGrantedSingleAddressesServe() throws Exception {
        Map<String, String> prefixes = new HashMap<>(SETTINGS);
        prefixes.put("ENABLE_PREFIX_DELEGATION", "true");
        try (TestWorld world = mirror("prefixes");
                var daemon = world.startDaemon("node1", prefixes);
                var channel = new CniChannel(world.node("node1").socket())) {
            Pod pod = world.createPod("node1", "pod");

            String address = added(channel, pod);

            EmulatedNode node = world.emulator.node("node1");
            assertThat(moto.secondaryAddresses(node.instanceId())).contains(address);
            assertThat(address).isNotEqualTo(world.primaryAddress("node1"));
        }
    }

    @Test
    void theSameInstanceIsFoundAgain() throws Exception {
        EmulatedNode before;
        try (TestWorld world = mirror("again")) {
            before = world.emulator.node("node1");
        }

        try (TestWorld world = mirror("again")) {
            assertThat(world.emulator.node("node1").instanceId()).isEqualTo(before.instanceId());
            assertThat(world.emulator.ec2Endpoint()).isEqualTo(moto.account().endpoint());
        }
    }

    private TestWorld mirror(String name) throws IOException {
        return new TestWorld(
                folder.resolve(name),
                Emulator.mirror(EmulatorOptions.usual(), Mirror.start(moto.account(), name, 1, "m5.large")));
    }

    private static String added(CniChannel channel, Pod pod) throws Exception {
        CniReply reply = CniChannel.await(channel.add(CniChannel.request(pod)));
        assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
        return CniChannel.address(reply);
    }

    /** The network follows moto, so it is behind it by what a mirror waits between two looks. */
    private static void assertTalk(TestWorld world, Served one, Served other) throws Exception {
        Eventually.is(one.address(), "seen by", () -> orTrouble(() -> one.pod().seenBy(other.pod(), other.address())));
        Eventually.is(
                other.address(), "seen by", () -> orTrouble(() -> other.pod().seenBy(one.pod(), one.address())));
        for (Served caller : List.of(one, other)) {
            Eventually.is(
                    world.primaryAddress("node1"),
                    "seen outside",
                    () -> orTrouble(() -> caller.pod().seenOutside(world.outsideAddress())));
        }
    }

    private static String orTrouble(Eventually.Question<String> question) throws Exception {
        try {
            return question.ask();
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
