package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.pool.AddressState;
import io.vpccni.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The state file is damaged while the daemon is away and a pod lives. */
@RequiresNetworkNamespaces
class BrokenCheckpointTest {

    private static final Map<String, String> SHORT_COOL_DOWN = Map.of("IP_COOLDOWN_PERIOD", "1");

    @TempDir
    private Path folder = Path.of("");

    enum Damage {
        EMPTY(text -> ""),
        NOT_JSON(text -> "\0\0\0\0"),
        TORN(text -> text.substring(0, text.length() / 2)),
        OF_ANOTHER_VERSION(text -> text.replace("vpc-cni-ipam/1", "vpc-cni-ipam/99")),
        LISTED_TWICE(text ->
                text.replaceFirst("\\[(\\{.*})]", "[$1,$1]").replaceFirst("container-living(?!.*container)", "ghost"));

        private final UnaryOperator<String> edit;

        Damage(UnaryOperator<String> edit) {
            this.edit = edit;
        }
    }

    @ParameterizedTest
    @EnumSource
    void theDaemonKeepsACopyAndNeverGivesTheLivingPodsAddressAway(Damage damage) throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1))) {
            Pod living = world.createPod("node1", "living");
            Pod next = world.createPod("node1", "next");
            Path file = world.checkpoint("node1");
            String address = addAndStop(world, living);
            String damaged = damage.edit.apply(Files.readString(file));
            Files.writeString(file, damaged);

            try (var daemon = world.startDaemon("node1", SHORT_COOL_DOWN);
                    var channel = new CniChannel(world.node("node1").socket())) {
                String other = CniChannel.address(CniChannel.await(channel.add(CniChannel.request(next))));

                assertThat(copies(file))
                        .singleElement()
                        .satisfies(copy -> assertThat(copy).hasContent(damaged));
                assertThat(living.addresses()).containsExactly(address);
                assertThat(other).isNotEmpty().isNotEqualTo(address);
                assertThat(next.seenBy(living, address)).isEqualTo(other);

                channel.del(CniChannel.request(living));
                channel.del(CniChannel.request(next));

                Eventually.get(
                        "an end of all use",
                        () -> daemon.node().view().orElseThrow(),
                        view -> view.count(AddressState.Free.class) == view.total());
            }
        }
    }

    private static String addAndStop(TestWorld world, Pod pod) throws Exception {
        try (var _ = world.startDaemon("node1", SHORT_COOL_DOWN);
                var channel = new CniChannel(world.node("node1").socket())) {
            return CniChannel.address(CniChannel.await(channel.add(CniChannel.request(pod))));
        }
    }

    private static List<Path> copies(Path file) throws IOException {
        try (Stream<Path> files = Files.list(file.resolveSibling(""))) {
            return files.filter(path -> path.getFileName().toString().startsWith(file.getFileName() + ".broken-"))
                    .toList();
        }
    }
}
