package io.vpccni.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vpccni.dataplane.EnforcingMode;
import io.vpccni.dataplane.FirewallBackend;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.PodLink;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each setting makes of a node with a pod on its primary and one on a secondary interface, as the host's own programs show
 * it. The files under {@code matrix/} are the truth; what a test found instead is written to {@code target/matrix/}.
 */
@RequiresNetworkNamespaces
class ConfigurationMatrixTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final Path GOLDEN = Path.of("src", "test", "resources", "matrix");
    private static final Path FOUND = Path.of("target", "matrix");

    /** The settings that a row changes, by name. */
    private static final Map<String, Map<String, String>> ROWS = Map.ofEntries(
            Map.entry("default", Map.of()),
            Map.entry("external-snat", Map.of("externalSnat", "true")),
            Map.entry("no-node-port", Map.of("nodePort", "false")),
            Map.entry("no-node-port-external-snat", Map.of("nodePort", "false", "externalSnat", "true")),
            Map.entry("hash-random", Map.of("random", "hashrandom")),
            Map.entry("not-random", Map.of("random", "none")),
            Map.entry("several-vpc-networks", Map.of("vpc", "10.0.0.0/16,100.64.0.0/10")),
            Map.entry("excluded-networks", Map.of("exclude", "192.168.0.0/16,172.16.0.0/12")),
            Map.entry("everything-excluded", Map.of("exclude", "0.0.0.0/0")),
            Map.entry("service-networks", Map.of("services", "10.9.0.0/16,198.51.100.7/32")),
            Map.entry("other-mark", Map.of("mark", "0x440")),
            Map.entry("other-prefix", Map.of("prefix", "cali")),
            Map.entry("smaller-mtu", Map.of("mtu", "1300")),
            Map.entry("second-card", Map.of("card", "1")),
            Map.entry("ipv6-egress", Map.of("ipv6Egress", "true")),
            Map.entry("ipv6", Map.of("family", "IPV6")),
            Map.entry(
                    "ipv6-no-node-port-external-snat",
                    Map.of("family", "IPV6", "nodePort", "false", "externalSnat", "true")));

    /** A table that was in use once, and is not any more. */
    private static final Pattern EMPTY_FILTER = Pattern.compile(
            "# ip6tables-(legacy|nft)-save\\n\\*filter\\n:INPUT ACCEPT\\n:FORWARD ACCEPT\\n:OUTPUT ACCEPT\\nCOMMIT\\n");

    private NodeFixture fixture;
    private LinuxNodeNetwork network;
    private boolean isWired;

    @BeforeEach
    void start() throws IOException {
        for (String program : List.of("iptables-legacy", "iptables-nft", "nft", "ip")) {
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

    static Stream<Arguments> rowsAndBackends() {
        return ROWS.keySet().stream()
                .sorted()
                .flatMap(row -> Arrays.stream(FirewallBackend.values()).map(backend -> Arguments.of(row, backend)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("rowsAndBackends")
    void aNodeHasWhatItsFileSaysAndNothingOfItAfterwards(String row, FirewallBackend backend) throws Exception {
        hint(backend);
        Map<String, String> settings = ROWS.getOrDefault(row, Map.of());

        setUp(settings);
        assertThat(network.firewallBackend()).isEqualTo(backend);
        assertGolden(row, backend);
        setUp(settings);
        assertGolden(row, backend);

        // Pods keep the prefix they were born with, and a node its family and its cards.
        if (settings.keySet().stream().noneMatch(Set.of("prefix", "family", "card")::contains)) {
            setUp(Map.of());
            assertThat(EMPTY_FILTER.matcher(state(backend)).replaceAll("")).isEqualTo(golden("default", backend));
        }
    }

    @ParameterizedTest
    @EnumSource
    void rulesForAnotherPrefixStayAsLongAsPodsHaveIt(FirewallBackend backend) throws Exception {
        hint(backend);
        setUp(Map.of("prefix", "cali"));
        String chain =
                backend == FirewallBackend.LEGACY ? "-i cali+ -m comment --comment \"AWS, outbound" : "\"cali*\"";

        setUp(Map.of());
        assertThat(state(backend)).contains("-i cali+ -m comment --comment \"AWS, primary ENI\"", chain);

        for (String pod : List.of("primary", "second")) {
            network.disconnect(Optional.empty(), Optional.of(PodLink.name("cali", "default", pod)))
                    .await()
                    .atMost(LIMIT);
        }
        setUp(Map.of());
        assertThat(state(backend)).doesNotContain("cali+", "cali*");
    }

    static Stream<Arguments> leftovers() {
        return Stream.of("old-version", "v1.23")
                .flatMap(version ->
                        Arrays.stream(FirewallBackend.values()).map(backend -> Arguments.of(version, backend)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("leftovers")
    void whatTheReferenceLeftIsTakenOverAndCleaned(String version, FirewallBackend backend) throws Exception {
        hint(backend);
        Path script = Path.of("src", "test", "resources", "reference", version + ".sh")
                .toAbsolutePath();
        boolean legacy = backend == FirewallBackend.LEGACY;
        run("env IPTABLES=iptables-%s OTHER=iptables-%s sh %s"
                .formatted(legacy ? "legacy" : "nft", legacy ? "nft" : "legacy", script));
        assertThat(state(backend)).contains("AWS-SNAT-CHAIN-0 ! -");

        setUp(Map.of());

        assertGolden("default", backend);
        FirewallBackend other = legacy ? FirewallBackend.NFTABLES : FirewallBackend.LEGACY;
        assertThat(state(other).lines().filter(line -> line.contains("-save") || line.contains("AWS")))
                .as("the other back end")
                .noneMatch(line -> line.contains("AWS"));
    }

    @Test
    void whatStrictBranchInterfacesLeftOnAnIpv6NodeGoes() throws Exception {
        hint(FirewallBackend.NFTABLES);
        run("ip -6 rule add from all lookup local priority 20");
        run("ip -6 rule del from all lookup local priority 0");
        run("ip -6 rule add from fe80:ec2::1 ipproto ipv6-icmp lookup local priority 0");
        assertThat(run("ip -6 rule show")).contains("ipproto ipv6-icmp");

        setUp(Map.of("family", "IPV6"));

        assertGolden("ipv6", FirewallBackend.NFTABLES);
        assertThat(run("ip -6 rule show")).doesNotContain("ipproto", "20:");
    }

    /** A chain's hook cannot be changed, so it takes more than new rules. */
    @Test
    void aMarkChainOfAnotherPriorityIsMadeAnew() throws Exception {
        hint(FirewallBackend.NFTABLES);
        run("nft add table ip aws-cni");
        run("nft add chain ip aws-cni nat-prerouting { type nat hook prerouting priority -100 ; policy accept ; }");
        run("nft add rule ip aws-cni nat-prerouting counter accept");
        assertThat(state(FirewallBackend.NFTABLES)).contains("priority dstnat;", "counter accept");

        setUp(Map.of());

        assertGolden("default", FirewallBackend.NFTABLES);
    }

    /** As kubelet tells others which of the two it uses. */
    private void hint(FirewallBackend backend) throws Exception {
        run((backend == FirewallBackend.LEGACY ? "iptables-legacy" : "iptables-nft")
                + " -t mangle -N KUBE-IPTABLES-HINT");
    }

    private void setUp(Map<String, String> settings) throws Exception {
        network.setUpHost(plan(settings)).await().atMost(LIMIT);
        boolean ipv6 = settings.containsKey("family");
        if (!isWired) {
            if (ipv6) {
                fixture.plugSecondaryIpv6();
            } else {
                fixture.plugSecondary();
            }
        }
        Eni eni = ipv6 ? NodeFixture.secondaryIpv6() : onCard(NodeFixture.secondary(), settings);
        network.wire(eni).await().atMost(LIMIT);
        if (!isWired) {
            isWired = true;
            String prefix = settings.getOrDefault("prefix", "eni");
            connect(PodLink.name(prefix, "default", "primary"), ipv6 ? "2001:db8::20" : "10.0.0.20", 254);
            connect(
                    PodLink.name(prefix, "default", "second"),
                    ipv6 ? "2001:db8:0:1::20" : "10.0.1.20",
                    eni.routeTable());
        }
    }

    private void connect(String link, String address, int table) throws IOException {
        NetnsFd pod = fixture.pod();
        network.connect(List.of(fixture.attachment(pod, link, address, table)))
                .await()
                .atMost(LIMIT);
    }

    private static Eni onCard(Eni eni, Map<String, String> settings) {
        return new Eni(
                eni.id(),
                eni.mac(),
                Integer.parseInt(settings.getOrDefault("card", "0")),
                eni.deviceIndex(),
                eni.subnet(),
                eni.subnetCidr(),
                eni.primaryAddress(),
                eni.slots());
    }

    private static HostPlan plan(Map<String, String> settings) {
        return new HostPlan(
                IpFamily.valueOf(settings.getOrDefault("family", "IPV4")),
                new MacAddress(NodeFixture.PRIMARY_MAC.value()),
                Ipv4Address.parse("10.0.0.10"),
                networks(settings.getOrDefault("vpc", "10.0.0.0/16")),
                networks(settings.getOrDefault("exclude", "")),
                networks(settings.getOrDefault("services", "")),
                settings.getOrDefault("prefix", "eni"),
                Integer.decode(settings.getOrDefault("mark", "0x80")),
                Integer.parseInt(settings.getOrDefault("mtu", "1500")),
                Boolean.parseBoolean(settings.getOrDefault("externalSnat", "false")),
                Boolean.parseBoolean(settings.getOrDefault("nodePort", "true")),
                settings.getOrDefault("random", "prng"),
                Boolean.parseBoolean(settings.getOrDefault("ipv6Egress", "false")),
                EnforcingMode.STANDARD);
    }

    private static List<Ipv4Cidr> networks(String list) {
        return list.isEmpty()
                ? List.of()
                : Arrays.stream(list.split(",")).map(Ipv4Cidr::parse).toList();
    }

    private static Path file(String row, FirewallBackend backend) {
        return Path.of(row, backend.name().toLowerCase(Locale.ROOT) + ".txt");
    }

    private static String golden(String row, FirewallBackend backend) throws IOException {
        Path golden = GOLDEN.resolve(file(row, backend));
        return Files.exists(golden) ? Files.readString(golden) : "";
    }

    private void assertGolden(String row, FirewallBackend backend) throws Exception {
        String found = state(backend);
        Path file = file(row, backend);
        String wanted = golden(row, backend);
        if (!found.equals(wanted)) {
            Path written = FOUND.resolve(file);
            Files.createDirectories(written.getParent());
            Files.writeString(written, found);
        }
        assertThat(found).as("%s", file).isEqualTo(wanted);
    }

    private String state(FirewallBackend backend) throws Exception {
        String flavour = backend == FirewallBackend.LEGACY ? "legacy" : "nft";
        List<String> commands = List.of(
                "ip link show",
                "ip rule show",
                "ip -6 rule show",
                "ip route show table all",
                "ip -6 route show table all",
                "iptables-" + flavour + "-save",
                "ip6tables-" + flavour + "-save",
                "nft -s list table ip aws-cni");
        StringBuilder state = new StringBuilder();
        for (String command : commands) {
            List<String> lines = run(command)
                    .lines()
                    .map(ConfigurationMatrixTest::normal)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (!lines.isEmpty()) {
                state.append("# ").append(command).append('\n');
                lines.forEach(line -> state.append(line).append('\n'));
            }
        }
        return state.toString();
    }

    /** Without what differs from run to run, or is the kernel's own affair. */
    private static String normal(String line) {
        if (line.startsWith("#")
                || line.contains("link/")
                || line.contains("fe80::")
                || line.contains("ff00::/8")
                || line.contains("KUBE-")) {
            return "";
        }
        return line.replaceFirst("^[0-9]+: ([a-z]+[a-z0-9]*)(@if[0-9]+)?:.* (mtu [0-9]+) .*", "$1 $3")
                .replaceFirst(" \\[[0-9:]+]$", "")
                .stripTrailing();
    }

    private String run(String command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + fixture.pathOf(fixture.node), "--"));
        words.addAll(List.of(command.split(" ")));
        Process process = new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    @Test
    void everyFileBelongsToARow() throws IOException {
        try (Stream<Path> folders = Files.list(GOLDEN)) {
            assertThat(folders.map(folder -> folder.getFileName().toString()).collect(Collectors.toSet()))
                    .isEqualTo(ROWS.keySet());
        }
    }
}
