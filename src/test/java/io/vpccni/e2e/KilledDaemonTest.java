package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.ListenableFuture;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.emulator.EmulatorOptions;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The daemon is killed while a node's worth of pods comes, and the next one takes over its file, links and interfaces. */
@RequiresNetworkNamespaces
class KilledDaemonTest {

    private static final int PODS = 27;
    private static final Map<String, String> SHORT_COOL_DOWN = Map.of("IP_COOLDOWN_PERIOD", "1");

    @TempDir
    private Path folder = Path.of("");

    /** Where in its work the daemon is when it dies. */
    enum Moment {
        WHILE_INTERFACES_ARE_CREATED(EmulatorOptions.usual(), 9),
        WHILE_PODS_ARE_CONNECTED(EmulatorOptions.instant(), 3);

        private final EmulatorOptions options;
        private final int answers;

        Moment(EmulatorOptions options, int answers) {
            this.options = options.withNodes(1);
            this.answers = answers;
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyPodHasOneAddressOfItsOwnAfterTheRuntimeHasAskedAgain(Moment moment) throws Exception {
        try (var world = new TestWorld(folder, moment.options)) {
            List<Pod> pods = new ArrayList<>();
            for (int number = 1; number <= PODS; number++) {
                pods.add(world.createPod("node1", "pod" + number));
            }
            Map<String, String> variables = world.variables("node1", SHORT_COOL_DOWN);
            try (var daemon = new DaemonProcess(variables, folder.resolve("killed.log"));
                    var channel = new CniChannel(world.node("node1").socket())) {
                List<ListenableFuture<CniReply>> replies = addAll(channel, pods);
                for (ListenableFuture<CniReply> reply : replies.subList(0, moment.answers)) {
                    CniChannel.await(reply);
                }
                daemon.kill();
            }

            try (var daemon = world.startDaemon("node1", SHORT_COOL_DOWN);
                    var channel = new CniChannel(world.node("node1").socket())) {
                Set<String> addresses = new HashSet<>();
                List<ListenableFuture<CniReply>> replies = addAll(channel, pods);
                for (int i = 0; i < PODS; i++) {
                    CniReply reply = CniChannel.await(replies.get(i));
                    assertThat(reply.getExitCode())
                            .as(reply.getStdout().toStringUtf8())
                            .isZero();
                    assertThat(pods.get(i).addresses()).containsExactly(CniChannel.address(reply));
                    addresses.add(CniChannel.address(reply));
                }
                assertThat(addresses).hasSize(PODS);
                assertThat(world.secondaryAddresses("node1")).containsAll(addresses);

                pods.forEach(pod -> channel.del(CniChannel.request(pod)));

                Eventually.is(PODS, "free addresses", () -> view(daemon).count(AddressState.Free.class));
                assertThat(view(daemon).total()).isEqualTo(PODS);
            }
        }
    }

    private static PoolView view(TestWorld.Daemon daemon) {
        return daemon.node().view().orElseThrow();
    }

    private static List<ListenableFuture<CniReply>> addAll(CniChannel channel, List<Pod> pods) {
        return pods.stream().map(pod -> channel.add(CniChannel.request(pod))).toList();
    }
}
