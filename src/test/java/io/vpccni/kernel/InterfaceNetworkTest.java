package io.vpccni.kernel;

import static io.vpccni.kernel.NodeFixture.MAIN;
import static io.vpccni.kernel.NodeFixture.SECONDARY_TABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.FirewallBackend;
import io.vpccni.dataplane.HostFirewall;
import io.vpccni.dataplane.HostLinks;
import io.vpccni.kernel.Iptables.Flavour;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.Scope;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@RequiresNetworkNamespaces
class InterfaceNetworkTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private NodeFixture fixture;
    private LinuxNodeNetwork network;
    private Set<Thread> othersListeners = Set.of();

    @BeforeEach
    void start() throws IOException {
        othersListeners = listeners();
        fixture = new NodeFixture();
        network = fixture.network();
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
        fixture.close();
    }

    @Test
    void aWiredInterfaceHasAllInItsOwnTable() throws IOException {
        fixture.plugSecondary();
        await(network.wire(NodeFixture.secondary()));
        assertWired();
        await(network.wire(NodeFixture.secondary()));
        assertWired();
    }

    @Test
    void addressesThatDhcpPutThereGo() throws IOException {
        fixture.plugSecondary();
        int ens6 = fixture.inNode().link("ens6").orElseThrow().index();
        fixture.inNode()
                .batch()
                .set(ens6, LinkChange.up())
                .add(Addr.on(ens6, Prefix.of("10.0.1.77/24")))
                .run();
        await(network.wire(NodeFixture.secondary()));
        assertWired();
    }

    private void assertWired() throws IOException {
        var ens6 = fixture.inNode().link("ens6").orElseThrow();
        assertThat(ens6.up()).isTrue();
        assertThat(ens6.mtu()).isEqualTo(9001);
        assertThat(fixture.inNode().addrs(ens6.index()))
                .extracting(Addr::prefix)
                .filteredOn(prefix -> prefix.family() == Family.IPV4)
                .containsExactly(Prefix.of("10.0.1.10/24"));
        RouteFilter onLink = RouteFilter.of(Family.IPV4).device(ens6.index());
        assertThat(fixture.inNode().routes(onLink.table(SECONDARY_TABLE)))
                .extracting(route -> route.destination() + " " + route.gateway())
                .containsExactly("0.0.0.0/0 /10.0.1.1", "10.0.1.1/32 null");
        assertThat(fixture.inNode().routes(onLink.table(MAIN))).isEmpty();
        assertThat(fixture.inNode().rules(Family.IPV4))
                .containsOnlyOnce(
                        Rule.lookup(Family.IPV4, 32765, SECONDARY_TABLE).from(Prefix.of("10.0.1.10/32")));
    }

    @Test
    void aLinkThatComesLateIsWiredWhenItComes() throws IOException {
        CompletableFuture<Void> wired =
                network.wire(NodeFixture.secondary()).subscribe().asCompletionStage();
        // A pod in between shows that the wait holds up nobody.
        await(network.connect(List.of(fixture.attachment(fixture.pod(), "eni1", "10.0.0.20", MAIN))));
        assertThat(wired).isNotDone();
        fixture.plugSecondary();
        assertThat(wired).succeedsWithin(LIMIT);
        assertWired();
    }

    @Test
    void aLinkThatNeverComesIsAnError() throws IOException {
        try (LinuxNodeNetwork impatient =
                new LinuxNodeNetwork(Optional.of(fixture.pathOf(fixture.node)), Duration.ofMillis(50))) {
            assertThat(failure(impatient.wire(NodeFixture.secondary())))
                    .startsWith("setupENINetwork: failed to find the link which uses MAC address "
                            + NodeFixture.SECONDARY_MAC);
        }
    }

    @Test
    void aWaitEndsWithTheDaemon() {
        CompletableFuture<Void> wired =
                network.wire(NodeFixture.secondary()).subscribe().asCompletionStage();
        network.close();
        assertThat(wired).failsWithin(LIMIT).withThrowableThat().withMessageContaining("the data plane is closed");
        assertThat(othersListeners).containsAll(listeners());
    }

    /** Daemons of other tests may live in the same JVM. */
    private static Set<Thread> listeners() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("netlink-notifications"))
                .collect(Collectors.toSet());
    }

    @Test
    void anInterfaceThatIsGoneLeavesNoRule() throws IOException {
        List<Rule> before = fixture.inNode().rules(Family.IPV4);
        fixture.plugSecondary();
        await(network.wire(NodeFixture.secondary()));
        await(network.unwire(NodeFixture.secondary()));
        assertThat(fixture.inNode().rules(Family.IPV4)).isEqualTo(before);
    }

    @Test
    void aPodOfASecondaryInterfaceSendsThroughIt() throws IOException {
        needIptables();
        fixture.plugSecondary();
        await(network.setUpHost(NodeFixture.hostPlan()));
        await(network.wire(NodeFixture.secondary()));
        NetnsFd pod = fixture.pod();
        await(network.connect(List.of(fixture.attachment(pod, "eni1", "10.0.1.20", SECONDARY_TABLE))));
        fixture.deliver("10.0.1.20", "10.0.1.10");
        // Without it, only the interface's own table leads anywhere.
        fixture.inNode().batch().delete(Route.toDefault(Family.IPV4)).run();
        assertThat(NodeFixture.peerSeen(pod, fixture.router, NodeFixture.ELSEWHERE_IN_THE_VPC))
                .isEqualTo("10.0.1.20");
        assertThat(NodeFixture.peerSeen(fixture.router, pod, "10.0.1.20")).isEqualTo("10.0.1.1");
    }

    @ParameterizedTest(name = "pod {0} of table {1}")
    @CsvSource({"10.0.0.20, 254, 10.0.0.10", "10.0.1.20, 2, 10.0.1.10"})
    void theWorldSeesTheNodesPrimaryAddressAndTheVpcThePods(String address, int table, String eni) throws IOException {
        needIptables();
        fixture.plugSecondary();
        await(network.setUpHost(NodeFixture.hostPlan()));
        await(network.wire(NodeFixture.secondary()));
        NetnsFd pod = fixture.pod();
        await(network.connect(List.of(fixture.attachment(pod, "eni1", address, table))));
        fixture.deliver(address, eni);
        assertThat(NodeFixture.peerSeen(pod, fixture.router, NodeFixture.INTERNET))
                .isEqualTo("10.0.0.10");
        assertThat(NodeFixture.peerSeen(pod, fixture.router, NodeFixture.ELSEWHERE_IN_THE_VPC))
                .isEqualTo(address);
    }

    @ParameterizedTest(name = "external SNAT {0}, {1}")
    @CsvSource({"false, prng", "false, hashrandom", "false, none", "true, prng"})
    void aHostThatIsRightIsNotTouched(boolean externalSnat, String random) throws IOException {
        needIptables();
        await(network.setUpHost(NodeFixture.hostPlan(externalSnat, random)));
        try (HostNamespace host = HostNamespace.open(Optional.of(fixture.pathOf(fixture.node)))) {
            Iptables iptables = new Iptables(host, IpFamily.IPV4, Flavour.DEFAULT);
            HostFirewall wish = HostFirewall.of(
                    NodeFixture.hostPlan(externalSnat, random), HostLinks.of("ens5"), network.firewallBackend());
            assertThat(iptables.apply(wish)).isEmpty();
            // And back and forth: each change is one the programs take.
            assertThat(iptables.apply(HostFirewall.of(
                            NodeFixture.hostPlan(!externalSnat, random),
                            HostLinks.of("ens5"),
                            network.firewallBackend())))
                    .isNotEmpty();
            assertThat(iptables.apply(wish)).isNotEmpty();
            assertThat(iptables.apply(wish)).isEmpty();
        }
    }

    @Test
    void theHostForwardsAndFiltersLooselyAndHasTheMarkRule() throws IOException {
        needIptables();
        Netns.sysctl(fixture.node, "net/ipv4/ip_forward", "0");
        Rule otherMark = Rule.lookup(Family.IPV4, 1024, MAIN).mark(0x40, 0x40);
        fixture.inNode().batch().add(otherMark).run();
        await(network.setUpHost(NodeFixture.hostPlan()));
        await(network.setUpHost(NodeFixture.hostPlan()));
        assertThat(Netns.sysctl(fixture.node, "net/ipv4/ip_forward")).hasValue("1");
        assertThat(Netns.sysctl(fixture.node, "net/ipv4/conf/ens5/rp_filter")).hasValue("2");
        assertThat(fixture.inNode().link("ens5").orElseThrow().mtu()).isEqualTo(1500);
        assertThat(fixture.inNode().rules(Family.IPV4))
                .containsOnlyOnce(Rule.lookup(Family.IPV4, 1024, MAIN).mark(0x80, 0x80))
                .doesNotContain(otherMark);
    }

    @Test
    void rulesToServicesAreThoseOfTheSettingsAndNoOthers() throws IOException {
        needIptables();
        Rule old = Rule.lookup(Family.IPV4, 1535, MAIN).to(Prefix.of("172.16.0.0/12"));
        Rule ofSomebodyElse = Rule.lookup(Family.IPV4, 1535, 77).to(Prefix.of("172.16.0.0/12"));
        fixture.inNode().batch().add(old).add(ofSomebodyElse).run();
        await(network.setUpHost(NodeFixture.hostPlan(IpFamily.IPV4, false, "192.168.7.0/24", "192.168.8.1/32")));
        List<Rule> rules = fixture.inNode().rules(Family.IPV4);
        assertThat(rules)
                .contains(ofSomebodyElse)
                .filteredOn(rule -> rule.priority() == 1535 && rule.table() == MAIN)
                .containsExactlyInAnyOrder(
                        Rule.lookup(Family.IPV4, 1535, MAIN).to(Prefix.of("192.168.7.0/24")),
                        Rule.lookup(Family.IPV4, 1535, MAIN).to(Prefix.of("192.168.8.1/32")));
        await(network.setUpHost(NodeFixture.hostPlan(IpFamily.IPV4, false, "192.168.7.0/24", "192.168.8.1/32")));
        assertThat(fixture.inNode().rules(Family.IPV4)).isEqualTo(rules);
    }

    @Test
    void anIpv6HostForwardsListensToItsRouterAndHasNoSnat() throws IOException {
        needIptables();
        Netns.sysctl(fixture.node, "net/ipv6/conf/all/forwarding", "0");
        await(network.setUpHost(NodeFixture.hostPlan(IpFamily.IPV6, false)));
        await(network.setUpHost(NodeFixture.hostPlan(IpFamily.IPV6, false)));
        assertThat(Netns.sysctl(fixture.node, "net/ipv6/conf/all/forwarding")).hasValue("1");
        assertThat(Netns.sysctl(fixture.node, "net/ipv6/conf/ens5/accept_ra")).hasValue("2");
        assertThat(fixture.inNode().rules(Family.IPV6))
                .containsOnlyOnce(Rule.lookup(Family.IPV6, 1024, MAIN).mark(0x80, 0x80));
        assertThat(fixture.inNode().rules(Family.IPV4))
                .doesNotContain(Rule.lookup(Family.IPV4, 1024, MAIN).mark(0x80, 0x80));
        assertThat(saved("iptables-save"))
                .containsOnlyOnce("Block Node Local Pod access via IPv4")
                .doesNotContain("AWS");
        assertThat(saved("ip6tables-save")).doesNotContain("Block");
    }

    @Test
    void anIpv4HostWithIpv6EgressForwardsBothAndBlocksTheOther() throws IOException {
        needIptables();
        Netns.sysctl(fixture.node, "net/ipv6/conf/all/forwarding", "0");
        await(network.setUpHost(NodeFixture.hostPlan(IpFamily.IPV4, true)));
        await(network.setUpHost(NodeFixture.hostPlan(IpFamily.IPV4, true)));
        assertThat(Netns.sysctl(fixture.node, "net/ipv4/ip_forward")).hasValue("1");
        assertThat(Netns.sysctl(fixture.node, "net/ipv6/conf/all/forwarding")).hasValue("1");
        assertThat(saved("iptables-save")).contains("AWS-SNAT-CHAIN-0").doesNotContain("Block");
        assertThat(saved("ip6tables-save")).containsOnlyOnce("Block Node Local Pod access via IPv6");
    }

    private String saved(String program) throws IOException {
        Process save = new ProcessBuilder("nsenter", "--net=" + fixture.pathOf(fixture.node), "--", program).start();
        return new String(save.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aWiredIpv6InterfaceHasAllInItsOwnTable() throws IOException {
        needIptables();
        fixture.plugSecondaryIpv6();
        int ens6 = fixture.inNode().link("ens6").orElseThrow().index();
        fixture.inNode()
                .batch()
                .set(ens6, LinkChange.up())
                .add(Addr.on(ens6, Prefix.of("2001:db8:0:1::77/64")).noDad())
                .add(Addr.on(ens6, Prefix.of("fe80::77/64")).noDad().scope(Scope.LINK))
                .run();
        await(network.setUpHost(NodeFixture.hostPlan(IpFamily.IPV6, false)));
        await(network.wire(NodeFixture.secondaryIpv6()));
        await(network.wire(NodeFixture.secondaryIpv6()));
        assertThat(fixture.inNode().addrs(ens6))
                .extracting(Addr::prefix)
                .contains(Prefix.of("fe80::77/64"))
                .filteredOn(prefix ->
                        prefix.family() == Family.IPV4 || !prefix.address().isLinkLocalAddress())
                .containsExactly(Prefix.of(NodeFixture.SECONDARY_IPV6 + "/128"));
        assertThat(Netns.sysctl(fixture.node, "net/ipv6/conf/ens6/accept_dad")).hasValue("0");
        assertThat(Netns.sysctl(fixture.node, "net/ipv6/conf/ens6/dad_transmits"))
                .hasValue("0");
        RouteFilter onLink = RouteFilter.of(Family.IPV6).device(ens6);
        assertThat(fixture.inNode().routes(onLink.table(SECONDARY_TABLE)))
                .extracting(route -> route.destination() + " " + route.gateway())
                .containsExactlyInAnyOrder("fe80:ec2:0:0:0:0:0:1/128 null", "0:0:0:0:0:0:0:0/0 /fe80:ec2:0:0:0:0:0:1");
        assertThat(fixture.inNode().routes(onLink.table(MAIN)))
                .allMatch(route -> route.destination().address().isLinkLocalAddress());
        Rule rule =
                Rule.lookup(Family.IPV6, 32765, SECONDARY_TABLE).from(Prefix.of(NodeFixture.SECONDARY_IPV6 + "/128"));
        assertThat(fixture.inNode().rules(Family.IPV6)).containsOnlyOnce(rule);
        await(network.unwire(NodeFixture.secondaryIpv6()));
        assertThat(fixture.inNode().rules(Family.IPV6)).doesNotContain(rule);
    }

    @Test
    void anIpv6PodOfASecondaryInterfaceReachesTheWorldThroughItByItsOwnAddress() throws IOException {
        needIptables();
        fixture.plugSecondaryIpv6();
        await(network.setUpHost(NodeFixture.hostPlan(IpFamily.IPV6, false)));
        await(network.wire(NodeFixture.secondaryIpv6()));
        NetnsFd pod = fixture.pod();
        String address = "2001:db8:0:1:a:0:0:20";
        await(network.connect(List.of(fixture.attachment(pod, "eni1", address, SECONDARY_TABLE))));
        fixture.deliver(address, NodeFixture.SECONDARY_IPV6);
        assertThat(NodeFixture.peerSeen(pod, fixture.router, NodeFixture.INTERNET_IPV6))
                .isEqualTo(address);
        assertThat(NodeFixture.peerSeen(fixture.router, pod, address)).isEqualTo("2001:db8:0:1:0:0:0:1");
    }

    @Test
    void missingIptablesIsNamed() throws IOException {
        HostFirewall wish = HostFirewall.of(NodeFixture.hostPlan(), HostLinks.of("ens5"), FirewallBackend.LEGACY);
        try (HostNamespace own = HostNamespace.open(Optional.empty());
                HostNamespace other = HostNamespace.open(Optional.of(fixture.pathOf(fixture.node)))) {
            for (HostNamespace host : List.of(own, other)) {
                Iptables missing = new Iptables(host, "no-such-iptables");
                assertThat(catchThrowable(() -> missing.apply(wish)))
                        .isInstanceOf(IOException.class)
                        .hasMessage("iptables is not installed: there is no program no-such-iptables-save");
            }
        }
    }

    private static void needIptables() {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/iptables-save")), "iptables is not installed");
    }

    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(LIMIT);
    }

    private static String failure(Uni<?> uni) {
        return await(
                uni.onItemOrFailure().transform((_, failure) -> failure == null ? "no failure" : failure.getMessage()));
    }
}
