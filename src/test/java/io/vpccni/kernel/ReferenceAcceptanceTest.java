package io.vpccni.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.EnforcingMode;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the agents of the reference's integration tests look at on a node: they have to find the same on ours. */
@RequiresNetworkNamespaces
class ReferenceAcceptanceTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int MTU = 1400;

    private NodeFixture fixture;
    private LinuxNodeNetwork network;

    @BeforeEach
    void start() throws IOException {
        for (String program : List.of("iptables-legacy", "iptables-nft")) {
            assumeTrue(Files.isExecutable(Path.of("/usr/sbin", program)), () -> program + " is not installed");
        }
        fixture = new NodeFixture();
        network = fixture.network();
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
        fixture.close();
    }

    /** {@code ofItsTable}: how many rules lead to it; a pod of the primary interface needs none. */
    @ParameterizedTest(name = "{0} of table {1}")
    @CsvSource({"10.0.0.20, 254, 0", "10.0.1.20, 2, 1"})
    void aPodHasItsRulesAndItsRouteAndNothingOfThemAfterwards(String address, int table, int ofItsTable)
            throws Exception {
        wireSecondary();
        PodAttachment pod = fixture.attachment(fixture.pod(), "eni1", address, table);
        await(network.connect(List.of(pod)));

        Link link = fixture.inNode().link("eni1").orElseThrow();
        assertThat(link.up()).isTrue();
        assertThat(link.mtu()).isEqualTo(MTU);
        assertThat(rulesAbout(address))
                .filteredOn(rule -> rule.table() == NodeFixture.MAIN)
                .hasSize(1);
        assertThat(rulesAbout(address))
                .filteredOn(rule -> rule.table() != NodeFixture.MAIN)
                .hasSize(ofItsTable);
        assertThat(routesTo(address))
                .singleElement()
                .satisfies(route -> assertThat(route.index()).isEqualTo(link.index()));

        await(network.disconnect(Optional.of(pod.address()), Optional.of("eni1")));

        assertThat(rulesAbout(address)).isEmpty();
        assertThat(routesTo(address)).isEmpty();
        Eventually.is(
                Optional.<Link>empty(), "the pod's link", () -> fixture.inNode().link("eni1"));
    }

    @Test
    void anInterfacesTableBeginsWithTheDefaultRouteAndItsGateway() throws Exception {
        wireSecondary();

        int ens6 = fixture.inNode().link("ens6").orElseThrow().index();
        List<Route> routes = fixture.inNode().routes(RouteFilter.of(Family.IPV4).table(NodeFixture.SECONDARY_TABLE));
        Prefix gateway = Prefix.of("10.0.1.1/32");
        assertThat(routes)
                .hasSize(2)
                .allSatisfy(route -> assertThat(route.index()).isEqualTo(ens6));
        assertThat(routes.getFirst().destination()).isEqualTo(Prefix.of("0.0.0.0/0"));
        assertThat(routes.getFirst().gateway()).isEqualTo(gateway.address());
        assertThat(routes.getLast().destination()).isEqualTo(gateway);
        assertThat(routes.getLast().gateway()).isNull();
    }

    /** A line for the chain itself, one for each network, and SNAT. */
    @ParameterizedTest(name = "iptables-{0}, {1}, {2}")
    @CsvSource(textBlock = """
            legacy, prng,       10.0.0.0/16,                         .*-j SNAT .* --random-fully
            legacy, hashrandom, 10.0.0.0/16 100.64.0.0/10,           .*-j SNAT .* --random
            legacy, none,       10.0.0.0/16,                         .*-j SNAT --to-source [0-9.]+
            nft,    prng,       10.0.0.0/16 100.64.0.0/10,           .*-j SNAT .* --random-fully
            nft,    hashrandom, 10.0.0.0/16,                         .*-j SNAT .* --random
            nft,    none,       10.0.0.0/16 100.64.0.0/10,           .*-j SNAT --to-source [0-9.]+
            """)
    void theSnatChainHasALineForEachNetworkAndOneForSnat(String flavour, String random, String vpc, String snat)
            throws Exception {
        run("iptables-" + flavour + " -t mangle -N KUBE-IPTABLES-HINT");
        List<Ipv4Cidr> networks =
                List.of(vpc.split(" ")).stream().map(Ipv4Cidr::parse).toList();
        List<Ipv4Cidr> excluded = List.of(Ipv4Cidr.parse("192.168.0.0/16"));

        for (int start = 1; start <= 2; start++) {
            await(network.setUpHost(plan(random, networks, excluded)));

            List<String> lines = run("iptables-" + flavour + " -t nat -S AWS-SNAT-CHAIN-0")
                    .lines()
                    .toList();
            assertThat(lines).as("after start %d", start).hasSize(networks.size() + excluded.size() + 2);
            assertThat(lines)
                    .filteredOn(line -> line.contains(" -j SNAT "))
                    .singleElement()
                    .satisfies(line -> assertThat(line).matches(snat));
        }
        assertThat(run("iptables-" + flavour + " -t nat -S")).doesNotContain("AWS-SNAT-CHAIN-1");
    }

    private void wireSecondary() throws IOException {
        fixture.plugSecondary();
        await(network.setUpHost(NodeFixture.hostPlan()));
        await(network.wire(NodeFixture.secondary()));
    }

    private List<Rule> rulesAbout(String address) throws IOException {
        Prefix pod = Prefix.of(address);
        return fixture.inNode().rules(Family.IPV4).stream()
                .filter(rule -> pod.equals(rule.from()) || pod.equals(rule.to()))
                .toList();
    }

    private List<Route> routesTo(String address) throws IOException {
        Prefix pod = Prefix.of(address);
        return fixture.inNode().routes(RouteFilter.of(Family.IPV4)).stream()
                .filter(route -> pod.equals(route.destination()))
                .toList();
    }

    private static HostPlan plan(String random, List<Ipv4Cidr> networks, List<Ipv4Cidr> excluded) {
        return new HostPlan(
                IpFamily.IPV4,
                NodeFixture.PRIMARY_MAC,
                Ipv4Address.parse("10.0.0.10"),
                networks,
                excluded,
                List.of(),
                "eni",
                0x80,
                MTU,
                false,
                true,
                random,
                false,
                EnforcingMode.STANDARD);
    }

    private String run(String command) throws IOException, InterruptedException {
        String namespace = fixture.pathOf(fixture.node).toString();
        Process process = new ProcessBuilder("nsenter", "--net=" + namespace, "--", "sh", "-c", command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(LIMIT);
    }
}
