package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.dataplane.RoutingState.FoundLink;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.MacAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is changed for pods with branch interfaces, in the words of {@code ip}. */
class BranchesOnHostTest {

    private static final String HASH = "b5faff8a083";
    private static final String STRICT = "vlan" + HASH;
    private static final String STANDARD = "eni" + HASH;
    private static final MacAddress MAC = new MacAddress("02:00:0a:07:00:07");
    private static final MacAddress TRUNK_MAC = new MacAddress("02:00:0a:00:02:0a");
    private static final IpAddress POD = IpAddress.parse("10.0.2.7");
    private static final IpAddress NODE = IpAddress.parse("10.0.0.10");
    private static final BranchLink BRANCH = new BranchLink(7, MAC, IpAddress.parse("10.0.2.1"), TRUNK_MAC);
    private static final BranchOnHost KNOWN = new BranchOnHost(POD, HASH, BRANCH, List.of(NODE));
    private static final BranchesOnHost PODS = new BranchesOnHost(List.of(KNOWN));
    private static final FoundLink TRUNK =
            new FoundLink(new HostLink(3, "eth7"), TRUNK_MAC, 9001, true, false, Set.of(), Set.of());

    private static FoundLink hostEnd(String name, boolean live, StaticRoute... routes) {
        return new FoundLink(
                new HostLink(9, name), new MacAddress("0a:68:0a:00:02:07"), 9001, live, live, Set.of(), Set.of(routes));
    }

    private static FoundLink whole(String hostLink) {
        return hostEnd(hostLink, true, KNOWN.route(hostLink));
    }

    private static FoundLink branch(boolean up, List<StaticRoute> routes) {
        return new FoundLink(new HostLink(10, "vlan.eth.7"), MAC, 9001, up, false, Set.of(), Set.copyOf(routes));
    }

    private static final FoundLink WHOLE_BRANCH = branch(true, BRANCH.routes());

    private static List<String> changes(
            BranchesOnHost wish, List<FoundLink> links, List<FoundLink> branches, PolicyRule... rules) {
        return wish.changes(new RoutingState(links, branches, List.of(rules))).stream()
                .map(RoutingChange::toString)
                .toList();
    }

    private static PolicyRule[] rules(String hostLink, PolicyRule... more) {
        return Stream.concat(KNOWN.rules(hostLink).stream(), Arrays.stream(more))
                .toArray(PolicyRule[]::new);
    }

    @ParameterizedTest
    @ValueSource(strings = {STRICT, STANDARD})
    void aPodThatIsRightIsNotTouched(String hostLink) {
        PolicyRule local = PolicyRule.local(PolicyRule.LOCAL_AFTER_BRANCHES, IpFamily.IPV4);
        assertThat(changes(PODS, List.of(TRUNK, whole(hostLink)), List.of(WHOLE_BRANCH), rules(hostLink, local)))
                .isEmpty();
    }

    @Test
    void aLivePodGetsWhatItLacks() {
        assertThat(changes(PODS, List.of(TRUNK, hostEnd(STRICT, true)), List.of(branch(false, List.of()))))
                .containsExactly(
                        "ip link set vlan.eth.7 up",
                        "ip route replace 10.0.2.1/32 scope link table 107 dev vlan.eth.7",
                        "ip route replace default via 10.0.2.1 table 107 dev vlan.eth.7",
                        "ip route replace 10.0.2.7/32 scope link table 107 dev " + STRICT,
                        "ip rule add 9: from all to 10.0.0.10 iif " + STRICT + " lookup local",
                        "ip rule add 9: from 10.0.0.10 to 10.0.2.7 iif lo lookup 107",
                        "ip rule add 10: from all iif vlan.eth.7 lookup 107",
                        "ip rule add 10: from all iif " + STRICT + " lookup 107");
        assertThat(changes(PODS, List.of(TRUNK, hostEnd(STANDARD, true)), List.of(WHOLE_BRANCH)))
                .containsExactly(
                        "ip route replace 10.0.2.7/32 scope link table main dev " + STANDARD,
                        "ip rule add 512: from all to 10.0.2.7 lookup main",
                        "ip rule add 1536: from 10.0.2.7 lookup 107");
    }

    @Test
    void aPodWithoutALiveLinkGetsNothingAndWhatItHadGoes() {
        assertThat(changes(PODS, List.of(TRUNK, hostEnd(STRICT, false)), List.of()))
                .isEmpty();
        assertThat(changes(PODS, List.of(TRUNK), List.of(WHOLE_BRANCH), rules(STRICT)))
                .containsExactly(
                        "ip rule delete 9: from all to 10.0.0.10 iif " + STRICT + " lookup local",
                        "ip rule delete 9: from 10.0.0.10 to 10.0.2.7 iif lo lookup 107",
                        "ip rule delete 10: from all iif vlan.eth.7 lookup 107",
                        "ip rule delete 10: from all iif " + STRICT + " lookup 107",
                        "ip link delete vlan.eth.7");
        assertThat(changes(BranchesOnHost.NONE, List.of(TRUNK), List.of(WHOLE_BRANCH), rules(STANDARD)))
                .containsExactly(
                        "ip rule delete 512: from all to 10.0.2.7 lookup main",
                        "ip rule delete 1536: from 10.0.2.7 lookup 107",
                        "ip link delete vlan.eth.7");
    }

    @ParameterizedTest
    @ValueSource(strings = {STRICT, STANDARD})
    void whatNobodyKnowsStaysWhileALiveLinkStandsBehindIt(String hostLink) {
        assertThat(changes(
                        BranchesOnHost.NONE, List.of(TRUNK, whole(hostLink)), List.of(WHOLE_BRANCH), rules(hostLink)))
                .isEmpty();
        assertThat(changes(
                        BranchesOnHost.NONE,
                        List.of(TRUNK, hostEnd(STRICT, true)),
                        List.of(WHOLE_BRANCH),
                        rules(STRICT)))
                .as("although somebody took its route")
                .isEmpty();
        assertThat(changes(
                        BranchesOnHost.NONE,
                        List.of(TRUNK, hostEnd(STRICT, true, KNOWN.route(STRICT))),
                        List.of(WHOLE_BRANCH)))
                .as("although somebody took its rules")
                .isEmpty();
    }

    @Test
    void ofAKnownPodWhatLeadsElsewhereGoesAfterTheRightIsThere() {
        PolicyRule otherTable = PolicyRule.fromBranch(STRICT, IpFamily.IPV4, 133);
        PolicyRule otherLink = PolicyRule.fromBranch("vlan0123456789a", IpFamily.IPV4, 107);
        PolicyRule bypass = PolicyRule.toPod(POD);
        PolicyRule dropped = PolicyRule.toException(STRICT, IpAddress.parse("169.254.20.10"));
        PolicyRule droppedAnswer = PolicyRule.fromException(IpAddress.parse("169.254.20.10"), POD, 107);
        assertThat(changes(
                        PODS,
                        List.of(TRUNK, whole(STRICT)),
                        List.of(WHOLE_BRANCH),
                        otherTable,
                        otherLink,
                        bypass,
                        dropped,
                        droppedAnswer))
                .containsSubsequence(
                        "ip rule add 10: from all iif " + STRICT + " lookup 107",
                        "ip rule delete 10: from all iif " + STRICT + " lookup 133",
                        "ip rule delete 10: from all iif vlan0123456789a lookup 107",
                        "ip rule delete 512: from all to 10.0.2.7 lookup main",
                        "ip rule delete 9: from all to 169.254.20.10 iif " + STRICT + " lookup local",
                        "ip rule delete 9: from 169.254.20.10 to 10.0.2.7 iif lo lookup 107");
    }

    @Test
    void rulesOfOthersAndOfOrdinaryPodsStay() {
        IpAddress other = IpAddress.parse("10.0.1.77");
        assertThat(changes(
                        PODS,
                        List.of(TRUNK),
                        List.of(),
                        PolicyRule.local(PolicyRule.LOCAL, IpFamily.IPV4),
                        PolicyRule.fromBranch("wg0", IpFamily.IPV4, 107),
                        PolicyRule.fromBranch("vlan.eth.7", IpFamily.IPV4, 7),
                        PolicyRule.toException("wg0", NODE),
                        PolicyRule.fromException(NODE, POD, 7),
                        PolicyRule.toPod(other),
                        PolicyRule.fromPod(other, 2),
                        PolicyRule.fromPod(other, 10_101)))
                .isEmpty();
    }

    @Test
    void aBranchLinkIsMissingWhereThePodLivesAndTheTrunkIsThere() {
        List<FoundLink> links = new ArrayList<>(List.of(TRUNK, whole(STRICT)));
        assertThat(PODS.missing(new RoutingState(links, List.of()))).containsExactly(BRANCH);
        assertThat(PODS.missing(new RoutingState(links, List.of(WHOLE_BRANCH), List.of())))
                .isEmpty();
        assertThat(PODS.missing(new RoutingState(List.of(TRUNK), List.of()))).isEmpty();
        assertThat(PODS.missing(new RoutingState(List.of(whole(STRICT)), List.of())))
                .isEmpty();
    }

    @Test
    void anEarlierSandboxOfTheNameWithItsOwnAddressIsNotThisPod() {
        StaticRoute others = StaticRoute.onLink(IpAddress.parse("10.0.2.8"), 108);
        assertThat(changes(PODS, List.of(TRUNK, hostEnd(STRICT, true, others)), List.of()))
                .isEmpty();
    }

    @Test
    void theyAreRepairedTogetherWithTheOtherPods() {
        PodsOnHost all = new PodsOnHost(List.of(), Set.of(POD), PODS);
        assertThat(all.changes(new RoutingState(
                        List.of(TRUNK, whole(STANDARD)), List.of(WHOLE_BRANCH), KNOWN.rules(STANDARD))))
                .isEmpty();
    }
}
