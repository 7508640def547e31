package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.util.concurrent.ListenableFuture;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.Journal;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.PoolView;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As many pods at once as a fresh m5.large can have addresses (3 interfaces with 9 each), on an EC2 of usual speed, and one more. */
@RequiresNetworkNamespaces
class BurstTest {

    private static final int ADDRESSES = 27;
    private static final int NEW_INTERFACES = 2;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void everyAddressFindsItsPodAndTheOneTooManyIsToldWhy() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.usual().withNodes(1));
                var daemon = world.startDaemon("node1", Map.of("VPCCNI_ADD_WAIT", "12"));
                var channel = new CniChannel(daemon.node().settings().files().socket())) {
            awaitFirstAddresses(daemon);
            world.emulator.run(core -> core.journal().reset());
            List<Pod> pods = pods(world, ADDRESSES + 1);

            List<ListenableFuture<CniReply>> replies = addAll(channel, pods.subList(0, ADDRESSES));
            awaitArrival(daemon);
            ListenableFuture<CniReply> oneTooMany = channel.add(CniChannel.request(pods.getLast()));

            assertEachHasAnAddress(pods, replies);
            CniReply refused = CniChannel.await(oneTooMany);
            JsonNode error = CniChannel.json(refused);
            assertThat(refused.getExitCode()).isEqualTo(1);
            assertThat(error.path("code").asInt()).isEqualTo(11);
            assertThat(error.path("msg").asText())
                    .isEqualTo("add cmd: failed to assign an IP address to container: ENI_LIMIT");
            assertThat(error.path("details").asText()).contains("3 of 3 interfaces with 27 assigned addresses");
            assertThat(world.interfaces("node1")).hasSize(1 + NEW_INTERFACES);
            Map<String, Journal.Count> calls =
                    world.emulator.ask(core -> core.journal().counts());
            assertThat(calls.values().stream().mapToLong(Journal.Count::calls).sum())
                    .as("EC2 calls: %s", calls)
                    .isLessThanOrEqualTo(3 * NEW_INTERFACES);
        }
    }

    @Test
    void theOneTooManyGetsTheAddressOfAPodThatGoes() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.usual().withNodes(1));
                var daemon = world.startDaemon("node1", Map.of("IP_COOLDOWN_PERIOD", "1"));
                var channel = new CniChannel(daemon.node().settings().files().socket())) {
            List<Pod> pods = pods(world, ADDRESSES + 1);
            List<ListenableFuture<CniReply>> replies = addAll(channel, pods.subList(0, ADDRESSES));
            assertEachHasAnAddress(pods, replies);
            ListenableFuture<CniReply> oneTooMany = channel.add(CniChannel.request(pods.getLast()));
            Eventually.is(
                    1,
                    "waiters",
                    () -> daemon.node().view().orElseThrow().waiters().size());

            channel.del(CniChannel.request(pods.getFirst()));

            String address = CniChannel.address(CniChannel.await(oneTooMany));
            assertThat(address).isEqualTo(CniChannel.address(CniChannel.await(replies.getFirst())));
            assertThat(pods.getFirst().addresses()).isEmpty();
            assertThat(pods.getLast().addresses()).containsExactly(address);
        }
    }

    private static void awaitFirstAddresses(TestWorld.Daemon daemon) throws Exception {
        Eventually.is(
                9, "free addresses", () -> daemon.node().view().orElseThrow().count(AddressState.Free.class));
    }

    /** gRPC keeps no order among calls: only who arrived first is served first. */
    private static void awaitArrival(TestWorld.Daemon daemon) throws Exception {
        Eventually.is(ADDRESSES, "pods that wait or have an address", () -> {
            PoolView view = daemon.node().view().orElseThrow();
            return view.count(AddressState.Assigned.class) + view.waiters().size();
        });
    }

    private static List<Pod> pods(TestWorld world, int count) throws Exception {
        List<Pod> pods = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            pods.add(world.createPod("node1", "pod" + number));
        }
        return pods;
    }

    private static List<ListenableFuture<CniReply>> addAll(CniChannel channel, List<Pod> pods) {
        return pods.stream().map(pod -> channel.add(CniChannel.request(pod))).toList();
    }

    private static void assertEachHasAnAddress(List<Pod> pods, List<ListenableFuture<CniReply>> replies)
            throws Exception {
        Set<String> addresses = new HashSet<>();
        for (int i = 0; i < replies.size(); i++) {
            CniReply reply = CniChannel.await(replies.get(i));
            assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
            assertThat(pods.get(i).addresses()).containsExactly(CniChannel.address(reply));
            addresses.add(CniChannel.address(reply));
        }
        assertThat(addresses).hasSize(replies.size());
    }
}
