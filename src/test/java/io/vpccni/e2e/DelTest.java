package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A DEL always ends well, leaves nothing of its pod and takes nothing from another. */
@RequiresNetworkNamespaces
class DelTest {

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    as usual | true | true |
                    without a namespace | true | false |
                    twice | true | true |
                    without a previous result | true | true | null
                    with the previous result of another pod | true | false | {"cniVersion":"1.0.0","ips":[{"address":"OTHER/32","interface":1}]}
                    with a previous result that is none | true | false | {"interfaces":7,"ips":"x"}
                    of a pod that never was | false | false | {"cniVersion":"1.0.0","ips":[{"address":"OTHER/32","interface":1}]}
                    """)
    void whateverItSaysItIsDoneAndTheOtherPodLives(
            String name, boolean added, boolean namespace, @Nullable String previous) throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var daemon = world.startDaemon("node1", Map.of("IP_COOLDOWN_PERIOD", "0", "WARM_ENI_TARGET", "0"));
                var channel = new CniChannel(daemon.node().settings().files().socket())) {
            Pod other = world.createPod("node1", "other");
            String address = CniChannel.address(CniChannel.await(channel.add(CniChannel.request(other))));
            TestWorld.Traces before = world.traces("node1");
            Pod pod = world.createPod("node1", "pod");
            if (added) {
                assertThat(CniChannel.await(channel.add(CniChannel.request(pod)))
                                .getExitCode())
                        .isZero();
            }
            var del = CniChannel.request(pod, config(previous, address)).toBuilder();
            if (!namespace) {
                del.clearNetns();
            }

            for (int time = 0; time < (name.equals("twice") ? 2 : 1); time++) {
                CniReply reply = channel.del(del.build());
                assertThat(reply.getExitCode())
                        .as(reply.getStdout().toStringUtf8())
                        .isZero();
            }

            Eventually.is(before, "what is left of the pod", () -> world.traces("node1"));
            assertThat(other.addresses()).containsExactly(address);
            assertThat(other.seenOutside(world.outsideAddress())).isEqualTo(world.primaryAddress("node1"));
            assertThat(daemon.node().view().orElseThrow().assignments()).hasSize(1);
        }
    }

    private static String config(@Nullable String previous, String other) {
        return previous == null
                ? CniChannel.CONFIG
                : CniChannel.CONFIG.replaceFirst("}$", ",\"prevResult\":" + previous.replace("OTHER", other) + "}");
    }

    @Test
    void aDelThatFailsSaysSoInTheReferencesWordsAndIsTriedAgain() throws Exception {
        Map<String, String> variables = Map.of("IP_COOLDOWN_PERIOD", "0", "WARM_ENI_TARGET", "0");
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1))) {
            Pod pod = world.createPod("node1", "pod");
            TestWorld.Traces before;
            try (var daemon = world.startDaemon("node1", variables);
                    var channel =
                            new CniChannel(daemon.node().settings().files().socket())) {
                before = world.traces("node1");
                assertThat(CniChannel.await(channel.add(CniChannel.request(pod)))
                                .getExitCode())
                        .isZero();
                daemon.node().close(); // as when the daemon ends during the call

                CniReply refused = channel.del(CniChannel.request(pod));

                assertThat(refused.getExitCode()).isEqualTo(1);
                assertThat(refused.getStdout().toStringUtf8())
                        .contains("del cmd: failed on tear down pod network: STOPPING");
            }
            try (var daemon = world.startDaemon("node1", variables);
                    var channel =
                            new CniChannel(daemon.node().settings().files().socket())) {
                assertThat(channel.del(CniChannel.request(pod)).getExitCode()).isZero();
                Eventually.is(before, "what is left of the pod", () -> world.traces("node1"));
            }
        }
    }

    @Test
    void aDelOfAnotherContainerOfTheSamePodTakesNothing() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var daemon = world.startDaemon("node1", Map.of());
                var channel = new CniChannel(daemon.node().settings().files().socket())) {
            Pod pod = world.createPod("node1", "pod");
            String address = CniChannel.address(CniChannel.await(channel.add(CniChannel.request(pod))));

            CniReply late = channel.del(CniChannel.request(pod).toBuilder()
                    .setContainerId("an-earlier-one")
                    .build());

            assertThat(late.getExitCode()).isZero();
            assertThat(pod.addresses()).containsExactly(address);
            assertThat(pod.seenOutside(world.outsideAddress())).isEqualTo(world.primaryAddress("node1"));
        }
    }
}
