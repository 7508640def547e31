package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.PoolView;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pod on both network cards of its node that are for pods: a card with an interface that only speaks EFA is not. */
@RequiresNetworkNamespaces
class ManyCardsTest {

    private static final Map<String, String> IPV4 =
            Map.of("ENABLE_MULTI_NIC", "true", "MAX_ENI", "1", "IP_COOLDOWN_PERIOD", "1");
    private static final Map<String, String> IPV6 = Map.of(
            "ENABLE_MULTI_NIC", "true",
            "MAX_ENI", "1",
            "IP_COOLDOWN_PERIOD", "1",
            "ENABLE_IPv4", "false",
            "ENABLE_IPv6", "true",
            "ENABLE_PREFIX_DELEGATION", "true");

    private static final String ON_EVERY_CARD = """
            {"cniVersion": "0.4.0", "name": "aws-cni", "type": "aws-cni",
             "runtimeConfig": {"io.kubernetes.cri.pod-annotations": {"k8s.amazonaws.com/nicConfig": "multi-nic-attachment"}}}
            """;

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest(name = "IPv6 {0}")
    @ValueSource(booleans = {false, true})
    void aPodOnEveryCardReachesAnotherNodeFromEachOfItsAddresses(boolean ipv6) throws Exception {
        Map<String, String> settings = ipv6 ? IPV6 : IPV4;
        NodePlan plan = NodePlan.of("p4d.24xlarge").withEni(2, 1, "efa-only").withEni(3, 1, "efa-only");
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNode(ipv6 ? plan.withIpv6() : plan));
                var node = world.startDaemon("node1", settings);
                var other = world.startDaemon("node2", settings);
                var channel = new CniChannel(world.node("node1").socket());
                var otherChannel = new CniChannel(world.node("node2").socket())) {
            Eventually.get("addresses on both cards", () -> view(node), ManyCardsTest::hasBothCards);
            world.awaitIpv6();
            Pod wide = world.createPod("node1", "wide");
            Pod server = world.createPod("node2", "server");
            TestWorld.Traces before = world.traces("node1");

            String serverAddress = CniChannel.address(CniChannel.await(otherChannel.add(CniChannel.request(server))));
            JsonNode result = add(channel, wide);

            assertThat(result.at("/ips").size()).isEqualTo(2);
            List<String> addresses = List.of(address(result, 0), address(result, 1));
            assertThat(wide.addresses("eth0")).containsExactly(addresses.get(0));
            assertThat(wide.addresses("mNicIf1")).containsExactly(addresses.get(1));
            assertThat(result.at("/interfaces/3/name").asText()).isEqualTo("mNicIf1");
            assertThat(result.at("/interfaces/3/mac").asText()).startsWith("101");
            for (String address : addresses) {
                assertThat(wide.seenBy(server, serverAddress, address)).isEqualTo(address);
                assertThat(server.seenBy(wide, address)).isEqualTo(serverAddress);
            }
            assertThat(channel.check(CniChannel.request(wide, ON_EVERY_CARD))
                            .getStdout()
                            .toStringUtf8())
                    .isEmpty();

            assertThat(channel.del(CniChannel.request(wide, ON_EVERY_CARD)).getExitCode())
                    .isZero();

            Eventually.is(before, "what is left of the pod", () -> world.traces("node1"));
            assertThat(wide.addresses("eth0")).isEmpty();
            assertThat(wide.addresses("mNicIf1")).isEmpty();
            Eventually.is(0, "addresses in use", () -> view(node).count(AddressState.Assigned.class));
            assertThat(other.node().isReady()).isTrue();
        }
    }

    private static boolean hasBothCards(PoolView view) {
        return List.of(0, 1).stream().allMatch(card -> view.of(card).total() > 0)
                && view.enis().stream().allMatch(PoolView.EniView::wired);
    }

    private static JsonNode add(CniChannel channel, Pod pod) throws Exception {
        CniReply reply = CniChannel.await(channel.add(CniChannel.request(pod, ON_EVERY_CARD)));
        assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
        return CniChannel.json(reply);
    }

    private static String address(JsonNode result, int index) {
        return result.at("/ips/" + index + "/address").asText().replaceFirst("/.*", "");
    }

    private static PoolView view(TestWorld.Daemon daemon) {
        return daemon.node().view().orElseThrow();
    }
}
