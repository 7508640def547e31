package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.dataplane.PodState.Endpoint;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.MacAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BranchAttachmentTest {

    private static final MacAddress MAC = new MacAddress("02:00:0a:07:00:07");
    private static final MacAddress TRUNK = new MacAddress("02:00:0a:00:02:0a");

    private static BranchAttachment pod(String hostLink, String address, String gateway, String... exceptions) {
        return new BranchAttachment(
                Path.of("/run/netns/a"),
                "eth0",
                hostLink,
                IpAddress.parse(address),
                9001,
                new BranchLink(7, MAC, IpAddress.parse(gateway), TRUNK),
                Arrays.stream(exceptions).map(IpAddress::parse).toList(),
                "aws-cni/c1/eth0");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            vlanb5faff8a083 | 10.0.2.7    | 10.0.2.1    | 10.0.2.7/32 scope link table 107    | 10: from all iif vlan.eth.7 lookup 107  | 10: from all iif vlanb5faff8a083 lookup 107
            vlanb5faff8a083 | 2001:db8::7 | fe80:ec2::1 | 2001:db8::7/128 scope link table 107 | 10: from all iif vlan.eth.7 lookup 107  | 10: from all iif vlanb5faff8a083 lookup 107
            enib5faff8a083  | 10.0.2.7    | 10.0.2.1    | 10.0.2.7/32 scope link table main    | 512: from all to 10.0.2.7 lookup main    | 1536: from 10.0.2.7 lookup 107
            calib5faff8a083 | 10.0.2.7    | 10.0.2.1    | 10.0.2.7/32 scope link table main    | 512: from all to 10.0.2.7 lookup main    | 1536: from 10.0.2.7 lookup 107
            enib5faff8a083  | 2001:db8::7 | fe80:ec2::1 | 2001:db8::7/128 scope link table main | 512: from all to 2001:db8::7 lookup main | 1536: from 2001:db8::7 lookup 107
            """)
    void theNameOfTheHostLinkSaysTheMode(
            String hostLink, String address, String gateway, String route, String first, String second) {
        BranchAttachment pod = pod(hostLink, address, gateway);
        assertThat(pod.hostRoute()).hasToString(route);
        assertThat(pod.hostRules()).map(PolicyRule::toString).containsExactly(first, second);
        assertThat(pod.hostRules())
                .allMatch(rule -> rule.family() == IpAddress.parse(address).family());
    }

    @Test
    void theBranchLinkHasTheGatewayAndTheDefaultInItsOwnTable() {
        assertThat(pod("vlanb5faff8a083", "10.0.2.7", "10.0.2.1").branch().routes())
                .map(StaticRoute::toString)
                .containsExactly("10.0.2.1/32 scope link table 107", "default via 10.0.2.1 table 107");
    }

    @Test
    void thePodsSideIsThatOfEveryPod() {
        assertThat(pod("vlanb5faff8a083", "10.0.2.7", "10.0.2.1").pair().podRoutes())
                .map(StaticRoute::toString)
                .containsExactly("169.254.1.1/32 scope link table main", "default via 169.254.1.1 table main");
    }

    @Test
    void exceptionsAreOfStrictPodsAndTheirFamilyOnly() {
        String[] exceptions = {"169.254.20.10", "fd00:ec2::23", "10.0.0.10"};
        assertThat(pod("vlanb5faff8a083", "10.0.2.7", "10.0.2.1", exceptions).hostRules())
                .map(PolicyRule::toString)
                .containsExactly(
                        "9: from all to 169.254.20.10 iif vlanb5faff8a083 lookup local",
                        "9: from 169.254.20.10 to 10.0.2.7 iif lo lookup 107",
                        "9: from all to 10.0.0.10 iif vlanb5faff8a083 lookup local",
                        "9: from 10.0.0.10 to 10.0.2.7 iif lo lookup 107",
                        "10: from all iif vlan.eth.7 lookup 107",
                        "10: from all iif vlanb5faff8a083 lookup 107");
        assertThat(pod("enib5faff8a083", "10.0.2.7", "10.0.2.1", exceptions).hostRules())
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"STRICT, eni, vlan", "STANDARD, eni, eni", "STANDARD, cali, cali"})
    void linksAreNamedByTheMode(EnforcingMode mode, String ofOrdinaryPods, String prefix) {
        assertThat(mode.linkPrefix(ofOrdinaryPods)).isEqualTo(prefix);
        assertThat(EnforcingMode.of(PodLink.name(prefix, "default", "web-0"))).isEqualTo(mode);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "vlan.eth.1, 101",
                "vlan.eth.4094, 4194",
                "vlan.eth.07, none",
                "vlan.eth., none",
                "vlanb5faff8a083, none",
                "vlan.eth.12345, none"
            })
    void aBranchLinksNameSaysItsTable(String name, Integer table) {
        assertThat(BranchLink.tableOf(name)).isEqualTo(Optional.ofNullable(table));
    }

    @ParameterizedTest
    @CsvSource({"0", "4095", "-1"})
    void thereAreNoOtherVlanIds(int id) {
        assertThatThrownBy(() -> new BranchLink(id, MAC, IpAddress.parse("10.0.2.1"), TRUNK))
                .hasMessage("VLAN id " + id + ", expected 1 to 4094");
    }

    @Test
    void whatIsWrongWithABranchLinkIsASentence() {
        BranchAttachment pod = pod("vlanb5faff8a083", "10.0.2.7", "10.0.2.1");
        Endpoint wrong = new Endpoint(
                false, 1500, TRUNK, Set.of(), Set.of(pod.branch().routes().getFirst()), Set.of());
        assertThat(state(pod, Optional.of(wrong)).differencesFrom(pod))
                .endsWith(
                        "branch link vlan.eth.7 is down",
                        "branch link vlan.eth.7 has the MAC address 02:00:0a:00:02:0a instead of 02:00:0a:07:00:07",
                        "branch link vlan.eth.7 lacks the route \"default via 10.0.2.1 table 107\"");
        assertThat(state(pod, Optional.empty()).differencesFrom(pod)).endsWith("branch link vlan.eth.7 does not exist");
        Endpoint right = new Endpoint(
                true, 1500, MAC, Set.of(), new HashSet<>(pod.branch().routes()), Set.of());
        assertThat(state(pod, Optional.of(right)).differencesFrom(pod))
                .containsExactly("pod interface eth0 does not exist", "host link vlanb5faff8a083 does not exist");
    }

    private static BranchState state(BranchAttachment pod, Optional<Endpoint> branch) {
        PodState ends = new PodState(Optional.empty(), Optional.empty(), false, Set.of(), Set.of());
        return new BranchState(ends, branch, Set.copyOf(pod.hostRules()));
    }

    @Test
    void aPodIsUnderstoodByTheLinkThatItIsFoundWith() {
        BranchOnHost planned = pod("vlanb5faff8a083", "10.0.2.7", "10.0.2.1").onHost();
        assertThat(planned.rules("enib5faff8a083"))
                .isEqualTo(pod("enib5faff8a083", "10.0.2.7", "10.0.2.1").hostRules());
    }
}
