package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.Scope;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.pool.AddressState;
import io.vpccni.testing.Eventually;
import io.vpccni.testing.ReferenceRestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node changes from the reference to this daemon with running pods, and back. */
@RequiresNetworkNamespaces
class LivePodMigrationTest {

    private static final Map<String, String> SHORT_COOL_DOWN = Map.of("IP_COOLDOWN_PERIOD", "1");
    private static final int SECOND_TABLE = 2;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void podsOfTheReferenceKeepAddressAndTrafficUntilTheirDel() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1))) {
            ReferenceNode reference = new ReferenceNode(world, "node1");
            List<String> ofFirst = reference.fillPrimary(3);
            List<String> ofSecond = reference.attach(1, 3);
            Pod cart = world.createPod("node1", "cart");
            Pod shelf = world.createPod("node1", "shelf");
            Pod ancient = world.createPod("node1", "ancient");
            String cartAddress = ofFirst.getFirst();
            String shelfAddress = ofSecond.getFirst();
            String ancientAddress = ofFirst.getLast();
            reference.connect(cart, cartAddress, ReferenceNode.MAIN, 1);
            reference.connect(shelf, shelfAddress, SECOND_TABLE, 2);
            reference.connect(ancient, ancientAddress, ReferenceNode.MAIN, 3);
            reference.remember(cart, cartAddress);
            reference.remember(shelf, shelfAddress);
            reference.rememberFromRuntime(ancient, ancientAddress);
            reference.writeStateFile();
            Set<String> before = world.secondaryAddresses("node1");

            try (Pod.Conversation conversation = cart.talkTo(shelf, shelfAddress);
                    var daemon = world.startDaemon("node1", SHORT_COOL_DOWN);
                    var channel = new CniChannel(world.node("node1").socket())) {
                assertThat(conversation.carries()).isTrue();
                assertThat(cart.seenBy(shelf, shelfAddress)).isEqualTo(cartAddress);
                assertThat(shelf.seenBy(ancient, ancientAddress)).isEqualTo(shelfAddress);
                for (Pod pod : List.of(cart, shelf, ancient)) {
                    assertThat(pod.seenOutside(world.outsideAddress())).isEqualTo(world.primaryAddress("node1"));
                }
                Pod fresh = world.createPod("node1", "fresh");
                CniReply reply = CniChannel.await(channel.add(CniChannel.request(fresh)));
                assertThat(reply.getExitCode())
                        .as(reply.getStdout().toStringUtf8())
                        .isZero();
                assertThat(CniChannel.address(reply)).isNotIn(cartAddress, shelfAddress, ancientAddress);
                assertThat(fresh.seenBy(shelf, shelfAddress)).isEqualTo(CniChannel.address(reply));
                assertThat(world.secondaryAddresses("node1")).containsAll(before);

                assertFreedByDel(world, daemon, channel, cart, cartAddress, ReferenceNode.MAIN);
                assertFreedByDel(world, daemon, channel, shelf, shelfAddress, SECOND_TABLE);
                assertFreedByDel(world, daemon, channel, ancient, ancientAddress, ReferenceNode.MAIN);
                assertThat(daemon.node().view().orElseThrow().assignments()).hasSize(1);
            }
        }
    }

    private static void assertFreedByDel(
            TestWorld world, TestWorld.Daemon daemon, CniChannel channel, Pod pod, String address, int table)
            throws Exception {
        CniReply reply = channel.del(CniChannel.request(pod).toBuilder()
                .setConfig(ByteString.copyFromUtf8(ReferenceNode.delConfig(pod, address, table)))
                .build());

        assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
        assertThat(rulesAbout(world, address)).isEmpty();
        Eventually.get(
                "the end of the link",
                () -> world.traces("node1").links(),
                links -> !links.contains(ReferenceNode.hostLink(pod)));
        Eventually.get(
                "the end of the cool-down",
                () -> daemon.node().view().orElseThrow().enis().stream()
                        .flatMap(eni -> eni.addresses().entrySet().stream())
                        .filter(entry -> entry.getKey().toString().equals(address))
                        .map(Map.Entry::getValue)
                        .toList(),
                states -> states.stream().allMatch(AddressState.Free.class::isInstance));
    }

    @Test
    void theReferenceFindsEveryPodOfOursAndSoDoWeAfterwards() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1))) {
            Map<Pod, JsonNode> results = new LinkedHashMap<>();
            try (var _ = world.startDaemon("node1", SHORT_COOL_DOWN);
                    var channel = new CniChannel(world.node("node1").socket())) {
                for (int number = 1; number <= 11; number++) { // 9 fit on the first interface
                    Pod pod = world.createPod("node1", "pod" + number);
                    CniReply reply = CniChannel.await(channel.add(request(pod)));
                    assertThat(reply.getExitCode())
                            .as(reply.getStdout().toStringUtf8())
                            .isZero();
                    results.put(pod, CniChannel.json(reply));
                }
            }

            ReferenceRestore back = ReferenceRestore.read(
                    Files.readAllBytes(world.checkpoint("node1")),
                    world.traces("node1").links(),
                    world.secondaryAddresses("node1").stream().map(Prefix::of).collect(Collectors.toSet()));

            assertThat(back.dropped()).isEmpty();
            assertThat(back.forgotten()).isEmpty();
            assertThat(back.kept()).hasSameSizeAs(results.keySet());
            for (Map.Entry<Pod, JsonNode> made : results.entrySet()) {
                Pod pod = made.getKey();
                JsonNode result = made.getValue();
                String address = addressOf(result);
                assertThat(back.kept())
                        .filteredOn(entry -> entry.pod().equals(pod.name()))
                        .singleElement()
                        .satisfies(entry -> {
                            assertThat(entry.address()).isEqualTo(address);
                            assertThat(entry.networkName()).isEqualTo(ReferenceNode.NETWORK);
                            assertThat(entry.containerId()).isEqualTo("container-" + pod.name());
                            assertThat(entry.ifName()).isEqualTo("eth0");
                            assertThat(entry.interfacesCount()).isEqualTo(1);
                        });
                assertTakenDownByTheReference(world, pod, address, result);
            }
            assertThat(results.values())
                    .extracting(result -> result.at("/interfaces/1/mac").asText())
                    .contains("254", "2");

            try (var daemon = world.startDaemon("node1", SHORT_COOL_DOWN);
                    var channel = new CniChannel(world.node("node1").socket())) {
                assertThat(daemon.node().view().orElseThrow().assignments()).hasSameSizeAs(results.keySet());
                Pod first = results.keySet().iterator().next();
                String firstAddress = first.addresses().getFirst();
                for (Map.Entry<Pod, JsonNode> pod : results.entrySet()) {
                    assertThat(pod.getKey().addresses()).containsExactly(addressOf(pod.getValue()));
                    if (!pod.getKey().equals(first)) {
                        assertThat(pod.getKey().seenBy(first, firstAddress)).isEqualTo(addressOf(pod.getValue()));
                    }
                }
                for (Pod pod : results.keySet()) {
                    assertThat(channel.del(request(pod)).getExitCode()).isZero();
                }
                assertThat(daemon.node().view().orElseThrow().assignments()).isEmpty();
            }
        }
    }

    /**
     * Finds with the reference's rules what its DEL removes: the dummy interface is the pod's, not a branch pod's, and has the
     * device's number; the pod's interface has the route table as its MAC address.
     */
    private static void assertTakenDownByTheReference(TestWorld world, Pod pod, String address, JsonNode result)
            throws IOException {
        JsonNode interfaces = result.path("interfaces");
        JsonNode dummy = interfaces.get(interfaces.size() - 1);
        assertThat(dummy.path("name").asText()).isEqualTo("dummy" + ReferenceRestore.hash("test", pod.name()));
        assertThat(dummy.path("mac").asText()).isEqualTo("0");
        int device = Integer.parseInt(dummy.path("sandbox").asText());
        JsonNode inside = interfaces.get(result.at("/ips/0/interface").asInt());
        assertThat(inside.path("name").asText()).isEqualTo("eth0");
        assertThat(inside.path("sandbox").asText()).isEqualTo(pod.namespace().toString());
        int table = Integer.parseInt(inside.path("mac").asText());
        assertThat(table).isEqualTo(device == 0 ? ReferenceNode.MAIN : device + 1);
        assertThat(interfaces.get(0).path("name").asText()).isEqualTo(ReferenceNode.hostLink(pod));

        Prefix host = Prefix.of(address);
        Rule toPod = Rule.lookup(Family.IPV4, 512, ReferenceNode.MAIN).to(host);
        Rule fromPod = Rule.lookup(Family.IPV4, 1536, table).from(host);
        assertThat(rulesAbout(world, address))
                .containsExactlyInAnyOrderElementsOf(
                        table == ReferenceNode.MAIN ? List.of(toPod) : List.of(toPod, fromPod));
        try (NetnsFd namespace =
                        NetnsFd.open(Objects.requireNonNull(world.node("node1").networkNamespace()));
                Netlink netlink = Netlink.in(namespace)) {
            Map<Integer, String> names =
                    netlink.links(LinkFilter.ALL).stream().collect(Collectors.toMap(Link::index, Link::name));
            assertThat(netlink.routes(RouteFilter.of(Family.IPV4).table(Route.MAIN)))
                    .filteredOn(route -> route.destination().equals(host))
                    .singleElement()
                    .satisfies(route -> {
                        assertThat(route.scope()).isEqualTo(Scope.LINK);
                        assertThat(names.get(route.index())).isEqualTo(ReferenceNode.hostLink(pod));
                    });
        }
    }

    private static List<Rule> rulesAbout(TestWorld world, String address) throws IOException {
        Prefix host = Prefix.of(address);
        return world.traces("node1").rules().stream()
                .filter(rule -> host.equals(rule.from()) || host.equals(rule.to()))
                .toList();
    }

    private static String addressOf(JsonNode result) {
        return result.at("/ips/0/address").asText().replace("/32", "");
    }

    /** With the configuration that the reference's list has. */
    private static CniRequest request(Pod pod) {
        return CniChannel.request(pod).toBuilder()
                .setConfig(ByteString.copyFromUtf8(
                        "{\"cniVersion\":\"0.4.0\",\"name\":\"aws-cni\",\"type\":\"aws-cni\",\"mtu\":\"9001\"}"))
                .build();
    }
}
