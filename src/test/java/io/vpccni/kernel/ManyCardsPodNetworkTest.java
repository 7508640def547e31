package io.vpccni.kernel;

import static io.vpccni.kernel.NodeFixture.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pod with an interface on each of three network cards. */
@RequiresNetworkNamespaces
class ManyCardsPodNetworkTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private enum Addresses {
        IPV4("10.0.0.20", "10.0.5.20", "10.0.6.20", "10.0.0.99"),
        IPV6("2001:db8:0:1:a:0:0:20", "2001:db8:0:1:b:0:0:20", "2001:db8:0:1:c:0:0:20", "2001:db8:0:1:a:0:0:99");

        private final List<String> ofPod;
        private final String ofServer;

        Addresses(String first, String second, String third, String server) {
            this.ofPod = List.of(first, second, third);
            this.ofServer = server;
        }

        Family family() {
            return this == IPV4 ? Family.IPV4 : Family.IPV6;
        }
    }

    private NodeFixture fixture;
    private LinuxNodeNetwork network;
    private NetnsFd pod;

    @BeforeEach
    void start() throws IOException {
        fixture = new NodeFixture();
        Netns.sysctl(fixture.node, "net/ipv4/ip_forward", "1");
        Netns.sysctl(fixture.node, "net/ipv6/conf/all/forwarding", "1");
        network = fixture.network();
        pod = fixture.pod();
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
        fixture.close();
    }

    private List<PodAttachment> attachments(Addresses addresses) {
        return List.of(
                fixture.attachment(pod, 0, "eth0", "eni0", addresses.ofPod.get(0), MAIN),
                fixture.attachment(pod, 1, "mNicIf1", "eni1", addresses.ofPod.get(1), 10_101),
                fixture.attachment(pod, 2, "mNicIf2", "eni2", addresses.ofPod.get(2), 10_201));
    }

    @ParameterizedTest
    @EnumSource
    void eachInterfaceIsAsPlannedAlsoWhenConnectedAgain(Addresses addresses) {
        for (int round = 0; round < 2; round++) {
            await(network.connect(attachments(addresses)));
            for (PodAttachment attachment : attachments(addresses)) {
                assertThat(await(network.check(attachment))).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatThePodSendsFromAnAddressLeavesByItsInterfaceAndAnswersComeBack(Addresses addresses) throws IOException {
        NetnsFd server = fixture.pod();
        await(network.connect(List.of(fixture.attachment(server, "eni9", addresses.ofServer, MAIN))));
        await(network.connect(attachments(addresses)));
        for (String own : addresses.ofPod) {
            InetSocketAddress from = new InetSocketAddress(InetAddress.ofLiteral(own), 0);
            assertThat(NodeFixture.peerSeen(pod, from, server, addresses.ofServer))
                    .isEqualTo(own);
            assertThat(NodeFixture.peerSeen(server, pod, own)).isEqualTo(addresses.ofServer);
        }
        // Without the first interface's routes the others still work: they need none of them.
        try (Netlink inPod = Netlink.in(pod)) {
            inPod.batch().delete(Route.toDefault(addresses.family())).run();
        }
        InetSocketAddress second = new InetSocketAddress(InetAddress.ofLiteral(addresses.ofPod.get(1)), 0);
        assertThat(NodeFixture.peerSeen(pod, second, server, addresses.ofServer))
                .isEqualTo(addresses.ofPod.get(1));
    }

    @ParameterizedTest
    @EnumSource
    void aRuleOfAnEarlierAttemptLeadsTheAddressNowhereElse(Addresses addresses) throws IOException {
        Prefix second = Prefix.of(addresses.ofPod.get(1));
        try (Netlink inPod = Netlink.in(pod)) {
            inPod.batch()
                    .add(Rule.lookup(addresses.family(), 1, 2).from(second))
                    .run();
            PodAttachment attachment = attachments(addresses).get(1);
            await(network.connect(List.of(attachment)));
            assertThat(await(network.check(attachment))).isEmpty();
            assertThat(inPod.rules(addresses.family()))
                    .filteredOn(rule -> second.equals(rule.from()))
                    .containsExactly(Rule.lookup(addresses.family(), 1, 1).from(second));
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftOnTheHost(Addresses addresses) throws IOException {
        List<Rule> before = fixture.inNode().rules(addresses.family());
        await(network.connect(attachments(addresses)));
        for (PodAttachment attachment : attachments(addresses)) {
            await(network.disconnect(Optional.of(attachment.address()), Optional.of(attachment.hostLink())));
        }
        assertThat(fixture.inNode().rules(addresses.family())).isEqualTo(before);
        network.close();
        assertThat(fixture.snapshot().links()).noneMatch(name -> name.startsWith("eni"));
    }

    @ParameterizedTest
    @EnumSource
    void aDelWhileItIsBeingConnectedLeavesNothingEither(Addresses addresses) throws IOException {
        List<Rule> before = fixture.inNode().rules(addresses.family());
        List<Uni<Void>> steps = new ArrayList<>();
        steps.add(network.connect(attachments(addresses)));
        for (PodAttachment attachment : attachments(addresses)) {
            steps.add(network.disconnect(Optional.of(attachment.address()), Optional.of(attachment.hostLink())));
        }
        await(Uni.join().all(steps).andFailFast());
        assertThat(fixture.inNode().rules(addresses.family())).isEqualTo(before);
        network.close();
        assertThat(fixture.snapshot().links()).noneMatch(name -> name.startsWith("eni"));
    }

    @ParameterizedTest
    @EnumSource
    void whenOneInterfaceCannotBeConnectedNoneIs(Addresses addresses) throws IOException {
        List<Rule> before = fixture.inNode().rules(addresses.family());
        try (Netlink inPod = Netlink.in(pod)) {
            inPod.batch().veth(End.named("mNicIf2"), End.named("other")).run();
            Uni<Void> connected = network.connect(attachments(addresses));
            assertThatThrownBy(() -> await(connected)).hasMessageContaining("the pod has an interface mNicIf2 already");
            assertThat(fixture.inNode().rules(addresses.family())).isEqualTo(before);
            network.close();
            assertThat(fixture.snapshot().links()).noneMatch(name -> name.startsWith("eni"));
            assertThat(inPod.link("eth0")).isEmpty();
            assertThat(inPod.link("mNicIf1")).isEmpty();
        }
    }

    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(LIMIT);
    }
}
