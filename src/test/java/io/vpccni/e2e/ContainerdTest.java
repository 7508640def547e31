package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.e2e.ContainerdScript.Ended;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.Assignment;
import io.vpccni.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real containers by Debian's containerd, through the script that people use: {@code dev/containerd}. */
@RequiresNetworkNamespaces
class ContainerdTest {

    private static final Map<String, String> SHORT_COOL_DOWN = Map.of("IP_COOLDOWN_PERIOD", "1");

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void requirePrograms() {
        ContainerdScript.requirePrograms();
    }

    @Test
    void containersOfTwoNodesPingEachOtherAndGiveTheirAddressesBack() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant());
                var first = world.startDaemon("node1", SHORT_COOL_DOWN);
                var second = world.startDaemon("node2", SHORT_COOL_DOWN)) {
            var containerd = new ContainerdScript(world);
            try {
                for (String node : List.of("node1", "node2")) {
                    world.installPlugins(node);
                    assertThat(containerd.run(node, "start").output()).isEqualTo("containerd runs on " + node + "\n");
                }
                Process server = containerd.start("node2", "run", "server", "sleep", "600");
                String address = Eventually.get(
                                "the server's address", () -> addresses(second), found -> found.size() == 1)
                        .getFirst();

                Ended client = containerd.run(
                        "node1",
                        "run",
                        "client",
                        "sh",
                        "-c",
                        "ping -c 3 " + address + " && wget -qO- http://" + world.outsideAddress() + "/ && exit 7");

                assertThat(client.output())
                        .contains("3 packets transmitted, 3 packets received")
                        .endsWith("\n" + world.primaryAddress("node1") + "\n");
                assertThat(client.code()).as(client.output()).isEqualTo(7);
                assertAllIsFreed(first);
                assertThat(containerd.run("node2", "list").output()).contains("server", "RUNNING");

                assertThat(containerd.run("node2", "stop")).isEqualTo(new Ended(0, "nothing runs on node2\n"));

                assertThat(server.waitFor(Eventually.LONG.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                assertAllIsFreed(second);
                assertThat(world.node("node2").folder().resolve("containerd")).doesNotExist();
            } finally {
                containerd.run("node1", "stop");
                containerd.run("node2", "stop");
            }
        }
    }

    @Test
    void theEndOfTheWorldEndsItsContainerd() throws Exception {
        Path files;
        Process container;
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var daemon = world.startDaemon("node1", SHORT_COOL_DOWN)) {
            var containerd = new ContainerdScript(world);
            world.installPlugins("node1");
            files = world.node("node1").folder().resolve("containerd");
            containerd.run("node1", "start");
            container = containerd.start("node1", "run", "orphan", "sleep", "600");
            Eventually.is(1, "containers", () -> addresses(daemon).size());
        }

        Eventually.is(false, "containerd's files", () -> Files.exists(files));
        assertThat(container.waitFor(Eventually.LONG.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "no such command | fly | there is no command 'fly' (see --help)",
                "no name | run | 'run' needs a name and a command (see --help)",
                "not started | run a b | no containerd runs on node1: dev/containerd --node node1 start",
                "no such node | --node 7 list | there is no node node7",
                "half a chain | --chain half start | --chain needs the word full",
                "a port without the chain | run --publish 80:80 a b | --publish needs --chain full",
                "a rate without the chain | run --bandwidth 1M a b | --bandwidth needs --chain full",
                "a rate of two words | --chain full run --bandwidth 1.M a b | --bandwidth needs a value (see --help)",
                "a port and no name | --chain full run --publish 80:80 | 'run' needs a name and a command (see --help)"
            })
    void aWrongCallIsExplained(String name, String line, String message) throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1))) {
            Files.createDirectories(world.node("node1").folder());

            Process process = new ContainerdScript(world)
                    .command("node1", List.of(line.split(" ", -1)))
                    .start();

            assertThat(ContainerdScript.ended(process)).isEqualTo(new Ended(2, "containerd: " + message + "\n"));
        }
    }

    private static List<String> addresses(TestWorld.Daemon daemon) {
        return daemon.node().view().orElseThrow().assignments().stream()
                .map(Assignment::address)
                .map(Object::toString)
                .toList();
    }

    private static void assertAllIsFreed(TestWorld.Daemon daemon) throws Exception {
        Eventually.get(
                "free addresses only",
                () -> daemon.node().view().orElseThrow(),
                view -> view.count(AddressState.Free.class) == view.total());
    }
}
