package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.pool.AddressState;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pods of two IPv6 nodes, and a daemon that is killed under them. */
@RequiresNetworkNamespaces
class Ipv6NodesTest {

    private static final Map<String, String> SETTINGS = Map.of(
            "ENABLE_IPv4", "false",
            "ENABLE_IPv6", "true",
            "ENABLE_PREFIX_DELEGATION", "true",
            "IP_COOLDOWN_PERIOD", "1");

    /** The version of the shipped list, whose results name the family. */
    private static final String CONFIG = "{\"cniVersion\":\"0.4.0\",\"name\":\"aws-cni\",\"type\":\"aws-cni\"}";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void podsReachEachOtherAndTheWorldByTheirOwnAddressesAlsoUnderTheNextDaemon() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withIpv6());
                var second = world.startDaemon("node2", SETTINGS);
                var first = new CniChannel(world.node("node1").socket());
                var other = new CniChannel(world.node("node2").socket())) {
            world.awaitIpv6();
            Pod web = world.createPod("node1", "web");
            Pod neighbour = world.createPod("node1", "neighbour");
            Pod database = world.createPod("node2", "database");
            String databaseAddress = CniChannel.address(add(other, database));
            TestWorld.Traces before;
            CniReply reply;
            try (var killed = new DaemonProcess(world.variables("node1", SETTINGS), folder.resolve("killed.log"))) {
                before = world.traces("node1");
                reply = add(first, web);
                killed.kill();
            }
            String webAddress = CniChannel.address(reply);
            assertShape(CniChannel.json(reply));
            assertThat(web.addresses()).containsExactly(webAddress);
            assertConnected(world, web, webAddress, database, databaseAddress);

            try (var next = world.startDaemon("node1", SETTINGS)) {
                assertConnected(world, web, webAddress, database, databaseAddress);
                assertThat(first.check(request(web)).getStdout().toStringUtf8()).isEmpty();
                String neighbourAddress = CniChannel.address(add(first, neighbour));
                assertThat(neighbourAddress).isNotEqualTo(webAddress);
                assertThat(web.seenBy(neighbour, neighbourAddress)).isEqualTo(webAddress);
                assertThat(neighbour.seenBy(web, webAddress)).isEqualTo(neighbourAddress);

                assertThat(first.del(request(web)).getExitCode()).isZero();
                assertThat(first.del(request(neighbour)).getExitCode()).isZero();

                Eventually.is(before, "what is left of the pods", () -> world.traces("node1"));
                assertThat(web.addresses()).isEmpty();
                Eventually.is(
                        0,
                        "addresses in use",
                        () -> next.node().view().orElseThrow().count(AddressState.Assigned.class));
            }
            assertThat(second.node().isReady()).isTrue();
        }
    }

    private static void assertConnected(
            TestWorld world, Pod web, String webAddress, Pod database, String databaseAddress) throws Exception {
        assertThat(web.seenBy(database, databaseAddress)).isEqualTo(webAddress);
        assertThat(database.seenBy(web, webAddress)).isEqualTo(databaseAddress);
        assertThat(web.seenOutside(world.outsideIpv6Address())).isEqualTo(webAddress);
    }

    private static void assertShape(JsonNode result) {
        assertThat(result.at("/ips").size()).isEqualTo(1);
        assertThat(result.at("/ips/0/version").asText()).isEqualTo("6");
        assertThat(result.at("/ips/0/address").asText()).endsWith("/128");
        assertThat(result.at("/interfaces/1/name").asText()).isEqualTo("eth0");
        assertThat(result.at("/interfaces/1/mac").asText()).isEqualTo("254");
    }

    private static CniRequest request(Pod pod) {
        return CniChannel.request(pod, CONFIG);
    }

    private static CniReply add(CniChannel channel, Pod pod) throws Exception {
        CniReply reply = CniChannel.await(channel.add(request(pod)));
        assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
        return reply;
    }
}
