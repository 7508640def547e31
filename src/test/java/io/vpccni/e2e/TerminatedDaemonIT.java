package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kubelet ends the daemon while a node's worth of pods comes. */
@RequiresNetworkNamespaces
@Timeout(180)
class TerminatedDaemonIT {

    private static final int PODS = 27;

    /** kubelet kills what has not ended then. */
    private static final long GRACE_SECONDS = 10;

    /** 128 and the signal's number. */
    private static final int TERMINATED = 143;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void everyAddIsAnsweredAndTheNextDaemonKnowsWhoWasServed() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.usual().withNodes(1))) {
            Path socket = world.node("node1").socket();
            Path networks = Files.createDirectories(folder.resolve("net.d"));
            Map<String, String> variables =
                    world.variables("node1", Map.of("HOST_CNI_CONFDIR_PATH", networks.toString()));
            List<Pod> pods = new ArrayList<>();
            for (int number = 1; number <= PODS; number++) {
                pods.add(world.createPod("node1", "pod" + number));
            }
            Map<Pod, String> served = new HashMap<>();
            Map<String, String> few = new HashMap<>(variables);
            few.put("MAX_ENI", "1"); // the others wait
            try (var daemon = new PackagedDaemon(few, socket, folder.resolve("first.log"));
                    var channel = new CniChannel(socket)) {
                List<ListenableFuture<CniReply>> replies = addAll(channel, pods);
                Eventually.is(true, "the first answer", () -> replies.stream().anyMatch(Future::isDone));

                daemon.terminate();

                int refused = 0;
                for (int number = 0; number < PODS; number++) {
                    CniReply reply = CniChannel.await(replies.get(number));
                    if (reply.getExitCode() == 0) {
                        served.put(pods.get(number), CniChannel.address(reply));
                    } else {
                        refused++;
                        assertThat(reply.getStdout().toStringUtf8()).contains("STOPPING");
                    }
                }
                assertThat(daemon.awaitEnd(GRACE_SECONDS)).isEqualTo(TERMINATED);
                assertThat(served).isNotEmpty();
                assertThat(refused).as("ADDs that were waiting").isPositive();
            }
            assertThat(socket).doesNotExist();

            try (var daemon = new PackagedDaemon(variables, socket, folder.resolve("second.log"));
                    var channel = new CniChannel(socket)) {
                List<ListenableFuture<CniReply>> replies = addAll(channel, pods);
                for (int number = 0; number < PODS; number++) {
                    CniReply reply = CniChannel.await(replies.get(number));
                    assertThat(reply.getExitCode())
                            .as(reply.getStdout().toStringUtf8())
                            .isZero();
                    Pod pod = pods.get(number);
                    assertThat(CniChannel.address(reply))
                            .isEqualTo(served.getOrDefault(pod, CniChannel.address(reply)));
                    assertThat(pod.addresses()).containsExactly(CniChannel.address(reply));
                }
                Eventually.is(true, "published", () -> Files.exists(networks.resolve("10-aws.conflist")));
                daemon.terminate();
                assertThat(daemon.awaitEnd(GRACE_SECONDS)).isEqualTo(TERMINATED);
            }
            assertThat(networks.resolve("10-aws.conflist")).exists();
            assertThat(Files.readString(folder.resolve("second.log"))).contains(served.size() + " pods restored");
        }
    }

    private static List<ListenableFuture<CniReply>> addAll(CniChannel channel, List<Pod> pods) {
        return pods.stream().map(pod -> channel.add(CniChannel.request(pod))).toList();
    }
}
