package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vpccni.daemon.Node;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.runtime.CniRuntime;
import io.vpccni.emulator.runtime.NetworkList;
import io.vpccni.emulator.runtime.Outcome;
import io.vpccni.emulator.runtime.Sandbox;
import io.vpccni.emulator.runtime.WorldFile;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.pool.AddressState;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The installed plugin, called as a runtime calls it, on two nodes. */
@RequiresNetworkNamespaces
class TwoNodesTest {

    /** One interface only: the node's links and rules change by pods and by nothing else. */
    private static final Map<String, String> SETTINGS = Map.of("IP_COOLDOWN_PERIOD", "3", "MAX_ENI", "1");

    @TempDir
    private static Path folder;

    @Test
    void podsOfTwoNodesReachEachOtherAndTheWorldAndTheirAddressesRestAfterwards() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant());
                var first = world.startDaemon("node1", SETTINGS);
                var second = world.startDaemon("node2", SETTINGS)) {
            Pod web = world.createPod("node1", "web");
            Pod database = world.createPod("node2", "database");
            CniRuntime firstRuntime = runtime(world, "node1");
            CniRuntime secondRuntime = runtime(world, "node2");
            TestWorld.Traces before = world.traces("node1");

            JsonNode result = add(firstRuntime, web);
            String webAddress = address(result);
            String databaseAddress = address(add(secondRuntime, database));

            assertShape(result, web);
            assertThat(web.addresses()).containsExactly(webAddress);
            assertThat(world.secondaryAddresses("node1")).contains(webAddress);
            assertThat(web.seenBy(database, databaseAddress)).isEqualTo(webAddress);
            assertThat(database.seenBy(web, webAddress)).isEqualTo(databaseAddress);
            assertThat(web.seenOutside(world.outsideAddress())).isEqualTo(world.primaryAddress("node1"));
            assertThat(database.seenOutside(world.outsideAddress())).isEqualTo(world.primaryAddress("node2"));

            assertThat(firstRuntime.delete(sandbox(web))).isInstanceOf(Outcome.Done.class);
            assertThat(secondRuntime.delete(sandbox(database))).isInstanceOf(Outcome.Done.class);

            Eventually.is(before, "what is left of the pod", () -> world.traces("node1"));
            assertThat(web.addresses()).isEmpty();
            assertRestsThenIsFree(first.node(), webAddress);
            assertRestsThenIsFree(second.node(), databaseAddress);
        }
    }

    private static void assertShape(JsonNode result, Pod pod) {
        assertThat(result.path("cniVersion").asText()).isEqualTo("0.4.0");
        assertThat(result.at("/interfaces").size()).isEqualTo(3);
        assertThat(result.at("/interfaces/0/name").asText()).matches("eni[0-9a-f]{11}");
        assertThat(result.at("/interfaces/0/sandbox").isMissingNode()).isTrue();
        assertThat(result.at("/interfaces/1/name").asText()).isEqualTo("eth0");
        assertThat(result.at("/interfaces/1/sandbox").asText())
                .isEqualTo(pod.namespace().toString());
        assertThat(result.at("/interfaces/2/name").asText()).matches("dummy[0-9a-f]{11}");
        assertThat(result.at("/interfaces/2/sandbox").asText()).isEqualTo("0");
        assertThat(result.at("/ips").size()).isEqualTo(1);
        assertThat(result.at("/ips/0/interface").asInt()).isEqualTo(1);
        assertThat(result.at("/ips/0/address").asText()).endsWith("/32");
    }

    private static void assertRestsThenIsFree(Node node, String address) throws Exception {
        Eventually.get("the cool-down", () -> state(node, address), AddressState.Cooling.class::isInstance);
        Eventually.get("the end of the cool-down", () -> state(node, address), AddressState.Free.class::isInstance);
    }

    private static AddressState state(Node node, String address) {
        return node.view().orElseThrow().enis().stream()
                .flatMap(eni -> eni.addresses().entrySet().stream())
                .filter(entry -> entry.getKey().toString().equals(address))
                .findFirst()
                .orElseThrow()
                .getValue();
    }

    private static CniRuntime runtime(TestWorld world, String name) throws Exception {
        world.installPlugins(name);
        WorldFile.Node node = world.node(name);
        return CniRuntime.of(
                        NetworkList.read(node.configuration()),
                        List.of(node.plugins()),
                        node.folder().resolve("cni-cache"))
                .inNode(Objects.requireNonNull(node.networkNamespace()));
    }

    private static Sandbox sandbox(Pod pod) {
        return Sandbox.ofPod("container-" + pod.name(), pod.namespace(), "test", pod.name());
    }

    private static JsonNode add(CniRuntime runtime, Pod pod) throws Exception {
        if (runtime.add(sandbox(pod)) instanceof Outcome.Done(var result) && result != null) {
            return result;
        }
        throw new AssertionError("no result, see the plugin's log");
    }

    private static String address(JsonNode result) {
        return result.at("/ips/0/address").asText().replaceFirst("/.*", "");
    }
}
