package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPlanTest {

    private static final RoutingState NO_PODS = new RoutingState(List.of(), List.of());

    private static HostPlan plan(
            IpFamily family, boolean nodePort, boolean externalSnat, boolean egress, String... services) {
        return new HostPlan(
                family,
                new MacAddress("02:00:00:00:00:01"),
                Ipv4Address.parse("10.0.0.10"),
                List.of(Ipv4Cidr.parse("10.0.0.0/16")),
                List.of(),
                Arrays.stream(services).map(Ipv4Cidr::parse).toList(),
                "eni",
                0x80,
                9001,
                externalSnat,
                nodePort,
                "prng",
                egress,
                EnforcingMode.STANDARD);
    }

    @ParameterizedTest(name = "{0}, NodePort {1}, external SNAT {2}, services {3}")
    @CsvSource(delimiter = '|', textBlock = """
            IPV4 | true  | false |             | 1024: from all fwmark 0x80/0x80 lookup main
            IPV4 | false | true  |             |
            IPV4 | false | true  | 10.9.0.0/16 | 1535: from all to 10.9.0.0/16 lookup main
            IPV4 | false | true  | 10.9.8.7/32 | 1535: from all to 10.9.8.7 lookup main
            IPV6 | true  | false | 10.9.0.0/16 | 1024: from all fwmark 0x80/0x80 lookup main
            IPV6 | false | true  | 10.9.0.0/16 |
            """)
    void rulesAreOfTheNodesFamily(
            IpFamily family, boolean nodePort, boolean externalSnat, @Nullable String service, @Nullable String rule) {
        HostPlan plan =
                plan(family, nodePort, externalSnat, false, service == null ? new String[0] : new String[] {service});
        assertThat(plan.rules(NO_PODS).wanted())
                .filteredOn(wanted -> wanted.priority() != PolicyRule.LOCAL)
                .map(PolicyRule::toString)
                .containsExactlyElementsOf(rule == null ? List.of() : List.of(rule));
        assertThat(plan.rules(NO_PODS).wanted())
                .contains(PolicyRule.local(0, family))
                .allMatch(planned -> planned.family() == family);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            IPV4 | STANDARD | 0: from all lookup local
            IPV6 | STANDARD | 0: from all lookup local
            IPV4 | STRICT   | 20: from all lookup local
            IPV6 | STRICT   | 0: from fe80:ec2::1 ipproto ipv6-icmp lookup local, 20: from all lookup local
            """)
    void theLocalTableStandsBehindTheRulesOfStrictPods(IpFamily family, EnforcingMode mode, String rules) {
        assertThat(plan(family, false, true, false)
                        .withMode(mode)
                        .rules(NO_PODS)
                        .wanted())
                .map(PolicyRule::toString)
                .containsExactlyInAnyOrder(rules.split(", "));
    }

    @Test
    void aLivingStrictPodKeepsItsModeOnANodeThatMakesNoneAnyMore() {
        HostPlan standard = plan(IpFamily.IPV4, false, true, false).withMode(EnforcingMode.STANDARD);
        PolicyRule ofPod = PolicyRule.fromBranch("vlanb5faff8a083", IpFamily.IPV4, 107);
        PolicyRule ofBranch = PolicyRule.fromBranch("vlan.eth.7", IpFamily.IPV4, 107);

        assertThat(standard.rules(new RoutingState(List.of(), List.of(ofBranch, ofPod)))
                        .wanted())
                .containsExactly(PolicyRule.local(20, IpFamily.IPV4));
        assertThat(standard.rules(new RoutingState(List.of(), List.of(ofBranch)))
                        .wanted())
                .as("a leftover")
                .containsExactly(PolicyRule.local(0, IpFamily.IPV4));
    }

    @ParameterizedTest(name = "{0}, egress {1}")
    @CsvSource({"IPV4, false, false, ", "IPV4, true, true, IPV6", "IPV6, false, true, IPV4", "IPV6, true, true, IPV4"})
    void podsReachEachOtherInTheNodesFamilyOnly(
            IpFamily family, boolean egress, boolean forwardsIpv6, @Nullable IpFamily blocked) {
        HostPlan plan = plan(family, true, false, egress);
        assertThat(plan.forwardsIpv6()).isEqualTo(forwardsIpv6);
        assertThat(Optional.of(plan.nodeLocalBlock())
                        .filter(NodeLocalBlock::wanted)
                        .map(NodeLocalBlock::family))
                .isEqualTo(Optional.ofNullable(blocked));
    }

    @Test
    void theBlockStandsBeforeTheRulesOfOthersAndOnce() {
        String others = """
                *filter
                :FORWARD ACCEPT [0:0]
                -A FORWARD -j KUBE-FORWARD
                COMMIT
                """;
        NodeLocalBlock block = new NodeLocalBlock(IpFamily.IPV4, true);
        assertThat(block.restoreInput(SavedTables.parse(others))).isEqualTo("""
                *filter
                -I FORWARD 1 -d 169.254.172.0/22 -m conntrack --ctstate NEW -m comment --comment "Block Node Local Pod access via IPv4" -j REJECT --reject-with icmp-port-unreachable
                COMMIT
                """);
        String there = others.replace("-A FORWARD -j", "-A FORWARD " + block.rule() + "\n-A FORWARD -j");
        assertThat(block.restoreInput(SavedTables.parse(there))).isEmpty();
    }
}
