package io.vpccni.kernel;

import static io.vpccni.kernel.NodeFixture.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.kernel.NodeFixture.Snapshot;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.Neigh;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.Ipv4Address;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresNetworkNamespaces
class PodNetworkTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String NO_PAIR = "SetupPodNetwork: failed to setup veth pair: ";

    private NodeFixture fixture;
    private LinuxNodeNetwork network;
    private NetnsFd pod;
    private Snapshot before;

    private Set<Thread> othersThreads = Set.of();

    @BeforeEach
    void start() throws IOException {
        fixture = new NodeFixture();
        othersThreads = ours();
        network = fixture.network();
        pod = fixture.pod();
        before = fixture.snapshot();
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
        fixture.close();
    }

    @Test
    void aConnectedPodIsAsPlannedAndAReconnectedOneToo() {
        PodAttachment attachment = fixture.attachment(pod, "eni11111111111", "10.0.0.20", 7);
        await(network.connect(List.of(attachment)));
        assertThat(await(network.check(attachment))).isEmpty();
        await(network.connect(List.of(attachment)));
        assertThat(await(network.check(attachment))).isEmpty();
    }

    @Test
    void twoPodsReachEachOther() throws IOException {
        NetnsFd other = fixture.pod();
        forward();
        await(network.connect(List.of(fixture.attachment(pod, "eni1", "10.0.0.20", MAIN))));
        await(network.connect(List.of(fixture.attachment(other, "eni2", "10.0.0.21", 7))));
        assertThat(NodeFixture.peerSeen(pod, other, "10.0.0.21")).isEqualTo("10.0.0.20");
        assertThat(NodeFixture.peerSeen(other, pod, "10.0.0.20")).isEqualTo("10.0.0.21");
        assertThat(NodeFixture.peerSeen(fixture.node, pod, "10.0.0.20")).isEqualTo("10.0.0.10");
    }

    @Test
    void thereIsOneRouteAndOneRuleOfEachKind() throws IOException {
        await(network.connect(List.of(fixture.attachment(pod, "eni1", "10.0.0.20", 7))));
        Prefix address = Prefix.of("10.0.0.20/32");
        assertThat(fixture.snapshot().rules())
                .filteredOn(rule -> address.equals(rule.from()) || address.equals(rule.to()))
                .containsExactlyInAnyOrder(
                        Rule.lookup(Family.IPV4, 512, 254).to(address),
                        Rule.lookup(Family.IPV4, 1536, 7).from(address));
        assertThat(fixture.snapshot().routes())
                .filteredOn(route -> route.destination().equals(address))
                .extracting(Route::table)
                .containsExactly(254);
        Link link = fixture.inNode().link("eni1").orElseThrow();
        assertThat(link.mtu()).isEqualTo(1400);
        assertThat(link.txQueueLength()).isZero();
        assertThat(link.running()).isTrue();
    }

    @Test
    void theHostEndListensToNoRouterAndNeitherEndQueues() throws IOException {
        await(network.connect(List.of(fixture.attachment(pod, "eni1", "10.0.0.20", 7))));
        String folder = "net/ipv6/conf/eni1/";
        assertThat(Netns.sysctl(fixture.node, folder + "accept_ra")).hasValue("0");
        assertThat(Netns.sysctl(fixture.node, folder + "accept_redirects")).hasValue("1");
        assertThat(Netns.sysctl(fixture.node, folder + "forwarding")).hasValue("0");
        try (Netlink inPod = Netlink.in(pod)) {
            assertThat(inPod.link("eth0").orElseThrow().txQueueLength()).isZero();
        }
        assertThat(fixture.inNode().link("eni1").orElseThrow().txQueueLength()).isZero();
    }

    @Test
    void eachEndHasTheOtherAsAPermanentNeighbour() throws IOException {
        await(network.connect(List.of(fixture.attachment(pod, "eni1", "10.0.0.20", 7))));
        int eni1 = fixture.inNode().link("eni1").orElseThrow().index();
        assertThat(fixture.inNode().neighs(eni1))
                .contains(
                        Neigh.permanent(eni1, InetAddress.ofLiteral("10.0.0.20"), MacAddress.of("0a:58:0a:00:00:14")));
        try (Netlink inPod = Netlink.in(pod)) {
            int eth0 = inPod.link("eth0").orElseThrow().index();
            assertThat(inPod.neighs(eth0))
                    .contains(Neigh.permanent(
                            eth0, InetAddress.ofLiteral("169.254.1.1"), MacAddress.of("0a:68:0a:00:00:14")));
        }
    }

    @Test
    void manyPodsThatCameAndWentLeaveNothing() throws IOException {
        List<PodAttachment> attachments = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            attachments.add(fixture.attachment(fixture.pod(), "eni" + i, "10.0.0." + (100 + i), i % 3 == 0 ? MAIN : 7));
        }
        List<Uni<Void>> connected = attachments.stream()
                .map(attachment -> network.connect(List.of(attachment)))
                .toList();
        await(Uni.join().all(connected).andFailFast());
        assertThat(NodeFixture.podLinks(network).addresses()).hasSize(30);
        List<Uni<Void>> disconnected = attachments.stream()
                .map(attachment ->
                        network.disconnect(Optional.of(attachment.address()), Optional.of(attachment.hostLink())))
                .toList();
        await(Uni.join().all(disconnected).andFailFast());
        assertThat(NodeFixture.podLinks(network)).isEqualTo(LiveLinks.NONE);
        assertThat(fixture.snapshot().rules()).isEqualTo(before.rules());
        assertThat(fixture.snapshot().routes()).isEqualTo(before.routes());
        network.close();
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    @Test
    void disconnectingWhatIsNotThereIsNoError() throws IOException {
        await(network.disconnect(Optional.of(Ipv4Address.parse("10.0.0.20")), Optional.of("eni1")));
        await(network.disconnect(Optional.empty(), Optional.empty()));
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    @Test
    void aPodComesBackAtOnceUnderTheSameName() throws IOException {
        PodAttachment first = fixture.attachment(pod, "eni1", "10.0.0.20", 7);
        PodAttachment elsewhere = fixture.attachment(fixture.pod(), "eni1", "10.0.0.21", MAIN);
        for (int i = 0; i < 5; i++) {
            network.connect(List.of(first)).subscribe().with(_ -> {}, _ -> {});
            network.disconnect(Optional.of(first.address()), Optional.of("eni1"))
                    .subscribe()
                    .with(_ -> {}, _ -> {});
            await(network.connect(List.of(elsewhere)));
            assertThat(await(network.check(elsewhere))).isEmpty();
            await(network.disconnect(Optional.of(elsewhere.address()), Optional.of("eni1")));
            await(network.connect(List.of(first)));
            assertThat(await(network.check(first))).isEmpty();
            await(network.disconnect(Optional.of(first.address()), Optional.of("eni1")));
        }
        network.close();
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    @Test
    void halfMadeLeftoversAreReplaced() throws IOException {
        Prefix address = Prefix.of("10.0.0.20/32");
        fixture.inNode()
                .batch()
                .veth(End.named("eni1"), End.named("eth0", LinkChange.namespace(pod)))
                .add(Rule.lookup(Family.IPV4, 512, 254).to(address))
                .add(Rule.lookup(Family.IPV4, 1536, 3).from(address))
                .add(Rule.lookup(Family.IPV4, 1536, 4).from(address))
                .add(Rule.lookup(Family.IPV4, 1536, 10_105).from(address))
                .run();
        PodAttachment attachment = fixture.attachment(pod, "eni1", "10.0.0.20", 7);
        await(network.connect(List.of(attachment)));
        assertThat(await(network.check(attachment))).isEmpty();
        await(network.disconnect(Optional.of(attachment.address()), Optional.of("eni1")));
        assertThat(fixture.snapshot().rules()).isEqualTo(before.rules());
    }

    @Test
    void aStoppedDaemonsDeadLinksGoAtTheNextStart() throws IOException {
        fixture.inNode()
                .batch()
                .veth(End.named("eni1", LinkChange.group(DeadLinks.GROUP)), End.named("eni1peer"))
                .run();
        network.close();
        network = fixture.network();
        network.close();
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    @Test
    void podLinksAreFoundAgainAfterARestart() throws IOException {
        await(network.connect(List.of(fixture.attachment(pod, "eni1", "10.0.0.20", 7))));
        await(network.connect(List.of(fixture.attachment(fixture.pod(), "other1", "10.0.0.21", 7))));
        await(network.connect(List.of(fixture.attachment(fixture.pod(), "eni3", "10.0.0.22", 7))));
        await(network.disconnect(Optional.empty(), Optional.of("eni3")));
        network.close();
        network = fixture.network();
        int routeless = fixture.inNode().link("other1").orElseThrow().index();
        fixture.inNode()
                .batch()
                .delete(Route.to(Prefix.of("10.0.0.21")).device(routeless))
                .run();
        assertThat(NodeFixture.podLinks(network))
                .as("whatever its name, and although somebody took its route away")
                .isEqualTo(new LiveLinks(Map.of("eni1", Set.of(IpAddress.parse("10.0.0.20")), "other1", Set.of())));
    }

    @Test
    void checkFindsWhatSomebodyTookAway() throws IOException {
        PodAttachment attachment = fixture.attachment(pod, "eni1", "10.0.0.20", 7);
        await(network.connect(List.of(attachment)));
        int link = fixture.inNode().link("eni1").orElseThrow().index();
        fixture.inNode()
                .batch()
                .delete(Route.to(Prefix.of("10.0.0.20")).device(link))
                .delete(Rule.lookup(Family.IPV4, 512, 254).to(Prefix.of("10.0.0.20")))
                .run();
        try (Netlink inPod = Netlink.in(pod)) {
            int eth0 = inPod.link("eth0").orElseThrow().index();
            inPod.batch().set(eth0, LinkChange.mtu(1000)).run();
        }
        assertThat(await(network.check(attachment)))
                .containsExactly(
                        "pod interface eth0 has MTU 1000 instead of 1400",
                        "host link eni1 lacks the route \"10.0.0.20/32 scope link table main\"",
                        "the host lacks the rule \"512: from all to 10.0.0.20 lookup main\"");
    }

    @Test
    void checkOfAPodThatIsGoneSaysSo() {
        PodAttachment attachment = fixture.attachment(pod, "eni1", "10.0.0.20", MAIN);
        assertThat(await(network.check(attachment)))
                .contains("pod interface eth0 does not exist", "host link eni1 does not exist");
    }

    @Test
    void aNamespaceThatIsNoneIsAClearError(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("plain"), "no namespace");
        assertThat(failure(network.connect(List.of(in(folder.resolve("none"))))))
                .startsWith(NO_PAIR + "cannot open the pod's network namespace: ")
                .contains("there is no such file");
        assertThat(failure(network.connect(List.of(in(file)))))
                .startsWith(NO_PAIR)
                .contains("is a plain file");
        assertThat(failure(network.connect(List.of(in(fixture.pathOf(fixture.node))))))
                .startsWith(NO_PAIR)
                .contains("is the node's own network namespace");
        assertThat(failure(network.connect(List.of(in(Path.of("/proc/self/ns/net"))))))
                .startsWith(NO_PAIR)
                .contains("is the node's own network namespace");
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    @Test
    void anInterfaceThatSomebodyElseMadeStays() throws IOException {
        await(network.connect(List.of(fixture.attachment(fixture.pod(), "eni1", "10.0.0.20", 7))));
        Snapshot connected = fixture.snapshot();
        try (Netlink inPod = Netlink.in(pod)) {
            inPod.batch().veth(End.named("eth0"), End.named("eth0peer")).run();
            assertThat(failure(network.connect(List.of(fixture.attachment(pod, "eni1", "10.0.0.21", 7)))))
                    .startsWith(NO_PAIR)
                    .contains("the pod has an interface eth0 already");
            assertThat(inPod.link("eth0")).isPresent();
        }
        assertThat(fixture.snapshot()).isEqualTo(connected);
    }

    @Test
    void aPodThatHasADefaultRouteIsRefusedAndLeftAsItWas() throws IOException {
        try (Netlink inPod = Netlink.in(pod)) {
            inPod.batch()
                    .veth(End.named("net1"), End.named("net1peer"))
                    .set("net1", LinkChange.up())
                    .run();
            int net1 = inPod.link("net1").orElseThrow().index();
            inPod.batch()
                    .add(Addr.on(net1, Prefix.of("192.168.0.2/24")))
                    .add(Route.toDefault(Family.IPV4).device(net1))
                    .run();
            assertThat(failure(network.connect(List.of(fixture.attachment(pod, "eni1", "10.0.0.20", 7)))))
                    .isEqualTo(NO_PAIR + "failed to add default route: file exists");
            assertThat(inPod.link("eth0")).isEmpty();
        }
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    @Test
    void anImpossibleMtuLeavesNothing() throws IOException {
        PodAttachment attachment =
                new PodAttachment(fixture.pathOf(pod), "eth0", "eni1", Ipv4Address.parse("10.0.0.20"), 7, 70_000);
        assertThat(failure(network.connect(List.of(attachment))))
                .startsWith(NO_PAIR)
                .contains("EINVAL");
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    @Test
    void nothingRunsAfterTheEnd() throws IOException {
        network.close();
        assertThat(failure(network.connect(List.of(fixture.attachment(pod, "eni1", "10.0.0.20", 7)))))
                .isEqualTo("the data plane is closed");
        assertThat(othersThreads).containsAll(ours());
    }

    /** Threads of every data plane in this process: another test's application may have one too. */
    private static Set<Thread> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vpccni-"))
                .collect(Collectors.toSet());
    }

    private PodAttachment in(Path namespace) {
        return new PodAttachment(namespace, "eth0", "eni1", Ipv4Address.parse("10.0.0.20"), 7, 1400);
    }

    private void forward() throws IOException {
        Netns.sysctl(fixture.node, "net/ipv4/ip_forward", "1");
    }

    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(LIMIT);
    }

    private static String failure(Uni<?> uni) {
        return await(
                uni.onItemOrFailure().transform((_, failure) -> failure == null ? "no failure" : failure.getMessage()));
    }
}
