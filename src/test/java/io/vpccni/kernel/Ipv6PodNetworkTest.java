package io.vpccni.kernel;

import static io.vpccni.kernel.NodeFixture.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.vpc.IpAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RequiresNetworkNamespaces
class Ipv6PodNetworkTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String FIRST = "2001:db8:0:1:a::20";
    private static final String SECOND = "2001:db8:0:1:a::21";

    private NodeFixture fixture;
    private LinuxNodeNetwork network;
    private NetnsFd pod;

    @BeforeEach
    void start() throws IOException {
        fixture = new NodeFixture();
        Netns.sysctl(fixture.node, "net/ipv6/conf/all/forwarding", "1");
        network = fixture.network();
        pod = fixture.pod();
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
        fixture.close();
    }

    @Test
    void aConnectedPodIsAsPlannedAndAReconnectedOneToo() {
        PodAttachment attachment = fixture.attachment(pod, "eni1", FIRST, 10_101);
        await(network.connect(List.of(attachment)));
        assertThat(await(network.check(attachment))).isEmpty();
        await(network.connect(List.of(attachment)));
        assertThat(await(network.check(attachment))).isEmpty();
    }

    @Test
    void noAddressOfThePodWaitsForAnotherOwner() throws IOException {
        await(network.connect(List.of(fixture.attachment(pod, "eni1", FIRST, MAIN))));
        try (Netlink inPod = Netlink.in(pod)) {
            assertThat(inPod.addrs(inPod.link("eth0").orElseThrow().index()))
                    .filteredOn(addr -> addr.prefix().equals(Prefix.of(FIRST + "/128")))
                    .hasSize(1)
                    .noneMatch(Addr::tentative)
                    .allMatch(addr -> addr.toString().endsWith(" nodad"));
        }
        assertThat(Netns.sysctl(pod, "net/ipv6/conf/eth0/accept_dad")).hasValue("0");
        assertThat(Netns.sysctl(pod, "net/ipv6/conf/eth0/dad_transmits")).hasValue("0");
    }

    @Test
    void aPodWhereTheRuntimeSwitchedIpv6OffGetsIt() throws IOException {
        Netns.sysctl(pod, "net/ipv6/conf/all/disable_ipv6", "1");
        Netns.sysctl(pod, "net/ipv6/conf/default/disable_ipv6", "1");
        PodAttachment attachment = fixture.attachment(pod, "eni1", FIRST, MAIN);
        await(network.connect(List.of(attachment)));
        assertThat(await(network.check(attachment))).isEmpty();
        assertThat(Netns.sysctl(pod, "net/ipv6/conf/lo/disable_ipv6")).hasValue("0");
    }

    @Test
    void twoPodsReachEachOther() throws IOException {
        NetnsFd other = fixture.pod();
        await(network.connect(List.of(fixture.attachment(pod, "eni1", FIRST, MAIN))));
        await(network.connect(List.of(fixture.attachment(other, "eni2", SECOND, 10_101))));
        assertThat(NodeFixture.peerSeen(pod, other, SECOND)).isEqualTo("2001:db8:0:1:a:0:0:20");
        assertThat(NodeFixture.peerSeen(other, pod, FIRST)).isEqualTo("2001:db8:0:1:a:0:0:21");
    }

    @Test
    void thereIsOneRouteAndOneRuleOfEachKindAndNothingIsLeft() throws IOException {
        List<Rule> before = fixture.inNode().rules(Family.IPV6);
        Prefix address = Prefix.of(FIRST + "/128");
        PodAttachment attachment = fixture.attachment(pod, "eni1", FIRST, 10_101);
        await(network.connect(List.of(attachment)));
        assertThat(aboutFirst())
                .containsExactlyInAnyOrder(
                        Rule.lookup(Family.IPV6, 512, MAIN).to(address),
                        Rule.lookup(Family.IPV6, 1536, 10_101).from(address));
        assertThat(routesToFirst()).extracting(Route::table).containsExactly(MAIN);
        assertThat(NodeFixture.podLinks(network))
                .isEqualTo(new LiveLinks(Map.of("eni1", Set.of(IpAddress.parse(FIRST)))));

        await(network.disconnect(Optional.of(attachment.address()), Optional.of("eni1")));

        assertThat(routesToFirst()).isEmpty();
        assertThat(fixture.inNode().rules(Family.IPV6)).isEqualTo(before);
        assertThat(NodeFixture.podLinks(network)).isEqualTo(LiveLinks.NONE);
        network.close();
        assertThat(fixture.inNode().link("eni1")).isEmpty();
    }

    private List<Rule> aboutFirst() throws IOException {
        Prefix address = Prefix.of(FIRST + "/128");
        return fixture.inNode().rules(Family.IPV6).stream()
                .filter(rule -> address.equals(rule.from()) || address.equals(rule.to()))
                .toList();
    }

    private List<Route> routesToFirst() throws IOException {
        return fixture.inNode().routes(RouteFilter.of(Family.IPV6)).stream()
                .filter(route -> route.destination().equals(Prefix.of(FIRST + "/128")))
                .toList();
    }

    @Test
    void whatTheKernelRefusesOnTheHostIsSaidAndNothingIsLeft() throws IOException {
        NodeFixture.Snapshot before = fixture.snapshot();
        // The kernel takes no routes of IPv6 over links that are made from now on.
        Netns.sysctl(fixture.node, "net/ipv6/conf/default/disable_ipv6", "1");
        PodAttachment attachment = fixture.attachment(pod, "eni1", FIRST, 10_101);

        assertThatThrownBy(() -> await(network.connect(List.of(attachment))))
                .hasMessageContaining("SetupPodNetwork: unable to setup IP based container routes and rules: ")
                .hasMessageContaining("EACCES");

        assertThat(fixture.snapshot()).isEqualTo(before);
        try (Netlink inPod = Netlink.in(pod)) {
            assertThat(inPod.link("eth0")).isEmpty();
        }
    }

    @Test
    void checkFindsWhatSomebodyTookAway() throws IOException {
        PodAttachment attachment = fixture.attachment(pod, "eni1", FIRST, 10_101);
        await(network.connect(List.of(attachment)));
        int link = fixture.inNode().link("eni1").orElseThrow().index();
        fixture.inNode()
                .batch()
                .delete(Route.to(Prefix.of(FIRST)).device(link))
                .delete(Rule.lookup(Family.IPV6, 1536, 10_101).from(Prefix.of(FIRST)))
                .run();
        try (Netlink inPod = Netlink.in(pod)) {
            int eth0 = inPod.link("eth0").orElseThrow().index();
            inPod.batch().delete(Addr.on(eth0, Prefix.of(FIRST))).run();
        }
        assertThat(await(network.check(attachment)))
                .contains(
                        "host link eni1 lacks the route \"2001:db8:0:1:a::20/128 scope link table main\"",
                        "the host lacks the rule \"1536: from 2001:db8:0:1:a::20 lookup 10101\"")
                .anyMatch(sentence -> sentence.endsWith("instead of 2001:db8:0:1:a::20/128"));
    }

    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(LIMIT);
    }
}
