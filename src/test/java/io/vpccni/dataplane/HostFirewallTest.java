package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is to be fed to {@code iptables-restore} stands in {@code src/test/resources/firewall}. */
class HostFirewallTest {

    private static HostPlan plan(
            boolean nodePort, boolean externalSnat, String random, String prefix, String... exempt) {
        return new HostPlan(
                IpFamily.IPV4,
                new MacAddress("02:00:00:00:00:01"),
                Ipv4Address.parse("10.0.0.10"),
                List.of(Ipv4Cidr.parse("10.0.0.0/16"), Ipv4Cidr.parse("100.64.0.0/16")),
                List.of(exempt).stream().map(Ipv4Cidr::parse).toList(),
                List.of(),
                prefix,
                0x80,
                9001,
                externalSnat,
                nodePort,
                random,
                false,
                EnforcingMode.STANDARD);
    }

    private static HostFirewall firewall(boolean nodePort, boolean externalSnat) {
        return HostFirewall.of(
                plan(nodePort, externalSnat, "prng", "eni", "192.168.0.0/24"),
                HostLinks.of("ens5"),
                FirewallBackend.LEGACY);
    }

    @ParameterizedTest(name = "NodePort {0}, external SNAT {1}, {2}")
    @CsvSource({
        "true, false, prng, nodeport-snat-prng, true",
        "true, false, hashrandom, nodeport-snat-hashrandom, true",
        "true, false, none, nodeport-snat-none, true",
        "true, false, nonsense, nodeport-snat-prng, true",
        "true, true, prng, nodeport-external, true",
        "true, true, hashrandom, nodeport-external, true",
        "true, true, none, nodeport-external, true",
        "false, false, prng, snat-prng, true",
        "false, false, hashrandom, snat-hashrandom, true",
        "false, false, none, snat-none, true",
        "false, true, prng, external, false",
        "false, true, hashrandom, external, false",
        "false, true, none, external, false",
    })
    void anEmptyHostGetsTheRulesOfTheMatrix(
            boolean nodePort, boolean externalSnat, String random, String file, boolean marks) {
        HostPlan plan = plan(nodePort, externalSnat, random, "eni", "192.168.0.0/24", "192.168.7.1/32");
        assertThat(HostFirewall.of(plan, HostLinks.of("ens5"), FirewallBackend.LEGACY)
                        .restoreInput(SavedTables.EMPTY))
                .isEqualTo(resource(file));
        assertThat(plan.markRule().isPresent()).isEqualTo(marks);
    }

    @ParameterizedTest(name = "NodePort {0}, external SNAT {1}")
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void whatIsRightStays(boolean nodePort, boolean externalSnat) {
        HostFirewall firewall = firewall(nodePort, externalSnat);
        assertThat(firewall.restoreInput(SavedTables.parse(firewall.restoreInput(SavedTables.EMPTY))))
                .isEmpty();
    }

    @Test
    void externalSnatTakesEverythingAwayButTheEmptyChain() {
        SavedTables saved = SavedTables.parse(firewall(false, false).restoreInput(SavedTables.EMPTY));
        assertThat(firewall(false, true).restoreInput(saved)).isEqualTo("""
                *nat
                :AWS-SNAT-CHAIN-0 - [0:0]
                :AWS-CONNMARK-CHAIN-0 - [0:0]
                -D POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0
                -D PREROUTING -i eni+ -m comment --comment "AWS, outbound connections" -j AWS-CONNMARK-CHAIN-0
                -D PREROUTING -m comment --comment "AWS, CONNMARK" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80
                -X AWS-CONNMARK-CHAIN-0
                COMMIT
                *mangle
                -D PREROUTING -i eni+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80
                COMMIT
                """);
    }

    @Test
    void rulesForAnotherPrefixStayWhilePodsHaveIt() {
        HostLinks withOldPods = new HostLinks("ens5", Set.of("eni", "old"));
        HostFirewall both = HostFirewall.of(
                plan(true, false, "prng", "eni", "192.168.0.0/24"), withOldPods, FirewallBackend.LEGACY);
        assertThat(both.natPrerouting())
                .filteredOn(rule -> rule.startsWith("-i"))
                .map(rule -> rule.replaceFirst(" -m .*", ""))
                .containsExactly("-i eni+", "-i old+");
        assertThat(both.manglePrerouting())
                .map(rule -> rule.replaceFirst(" -m .*", ""))
                .containsExactly("-i ens5", "-i eni+", "-i old+", "-i vlan+");

        SavedTables saved = SavedTables.parse(both.restoreInput(SavedTables.EMPTY));
        assertThat(firewall(true, false).restoreInput(saved).lines())
                .anyMatch(line -> line.startsWith("-D PREROUTING -i old+ ") && line.contains("outbound"))
                .noneMatch(line -> line.startsWith("-A") && line.contains("old+"));
    }

    @Test
    void anEmptyPrefixIsThatOfEveryLink() {
        HostLinks withOldPods = new HostLinks("ens5", Set.of("old"));
        assertThat(HostFirewall.of(plan(true, false, "prng", "", "192.168.0.0/24"), withOldPods, FirewallBackend.LEGACY)
                        .manglePrerouting())
                .noneMatch(rule -> rule.contains("old"))
                .hasSize(3);
    }

    @Test
    void rulesForAnotherPrimaryLinkGo() {
        SavedTables saved = SavedTables.parse(HostFirewall.of(
                        plan(true, false, "prng", "eni", "192.168.0.0/24"),
                        HostLinks.of("eth0"),
                        FirewallBackend.LEGACY)
                .restoreInput(SavedTables.EMPTY));
        assertThat(firewall(true, false).restoreInput(saved).lines())
                .anyMatch(line -> line.startsWith("-D PREROUTING -i eth0 "))
                .anyMatch(line -> line.startsWith("-A PREROUTING -i ens5 "))
                .noneMatch(line -> line.contains("AWS-SNAT-CHAIN-0"));
    }

    @Test
    void whatOldVersionsLeftGoesAndRulesOfOthersStay() {
        String right = firewall(true, false).restoreInput(SavedTables.EMPTY);
        String others = """
                *nat
                :AWS-SNAT-CHAIN-1 - [0:0]
                :KUBE-SERVICES - [0:0]
                -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
                -A PREROUTING -i eni+ -m comment --comment "AWS, outbound connections" -m state --state NEW -j AWS-CONNMARK-CHAIN-0
                -A POSTROUTING -m comment --comment "AWS SNAT CHAN" -j AWS-SNAT-CHAIN-0
                COMMIT
                """;
        String input = firewall(true, false).restoreInput(SavedTables.parse(right + others));
        assertThat(input.lines())
                .contains(
                        "-D POSTROUTING -m comment --comment \"AWS SNAT CHAN\" -j AWS-SNAT-CHAIN-0",
                        "-D PREROUTING -i eni+ -m comment --comment \"AWS, outbound connections\" -m state --state NEW"
                                + " -j AWS-CONNMARK-CHAIN-0",
                        ":AWS-SNAT-CHAIN-1 - [0:0]",
                        "-X AWS-SNAT-CHAIN-1")
                .noneMatch(line -> line.contains("KUBE"));
    }

    @Test
    void anExemptionForEverythingHasNoDestination() {
        HostFirewall firewall = HostFirewall.of(
                plan(true, false, "prng", "eni", "0.0.0.0/0"), HostLinks.of("ens5"), FirewallBackend.LEGACY);
        assertThat(firewall.snatChain().orElseThrow())
                .startsWith("-m comment --comment \"AWS SNAT CHAIN EXCLUSION\" -j RETURN");
    }

    @Test
    void aVpcWithoutNetworksIsAnError() {
        assertThatThrownBy(() -> new HostPlan(
                        IpFamily.IPV4,
                        new MacAddress("02:00:00:00:00:01"),
                        Ipv4Address.parse("10.0.0.10"),
                        List.of(),
                        List.of(),
                        List.of(),
                        "eni",
                        0x80,
                        9001,
                        false,
                        true,
                        "prng",
                        false,
                        EnforcingMode.STANDARD))
                .hasMessageContaining("exemptCIDRs cannot be empty");
    }

    private static String resource(String name) {
        try (InputStream file = HostFirewallTest.class.getResourceAsStream("/firewall/" + name + ".txt")) {
            return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
