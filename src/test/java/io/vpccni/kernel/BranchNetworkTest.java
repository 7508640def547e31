package io.vpccni.kernel;

import static io.vpccni.dataplane.EnforcingMode.STANDARD;
import static io.vpccni.dataplane.EnforcingMode.STRICT;
import static io.vpccni.kernel.BranchFixture.HASH;
import static io.vpccni.kernel.BranchFixture.OTHER_HASH;
import static io.vpccni.kernel.NodeFixture.isReached;
import static io.vpccni.kernel.NodeFixture.peerSeen;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.BranchAttachment;
import io.vpccni.dataplane.BranchLink;
import io.vpccni.dataplane.BranchOnHost;
import io.vpccni.dataplane.BranchesOnHost;
import io.vpccni.dataplane.EnforcingMode;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.PodsOnHost;
import io.vpccni.dataplane.Repair;
import io.vpccni.kernel.BranchFixture.Snapshot;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Pods with branch interfaces, which are VLANs where the kernel has them and macvlans elsewhere. */
@RequiresNetworkNamespaces
class BranchNetworkTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String NODE_LOCAL = "169.254.20.10";
    private static final String NODE_LOCAL_IPV6 = "fd00:ec2:0:0:0:0:0:23";

    private BranchFixture fixture;
    private LinuxNodeNetwork network;
    private NetnsFd pod;

    @BeforeEach
    void start() throws IOException {
        fixture = new BranchFixture();
        network = fixture.network();
        pod = fixture.base.pod();
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
        fixture.close();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"STRICT, IPV4", "STRICT, IPV6", "STANDARD, IPV4", "STANDARD, IPV6"})
    void aConnectedPodIsAsPlannedAndReachesTheInternetByItsOwnAddress(EnforcingMode mode, IpFamily family)
            throws IOException {
        setUpHost(mode, family);
        BranchAttachment attachment = connect(fixture.attachment(pod, mode, family, 20, HASH, NODE_LOCAL));
        assertThat(await(network.checkBranch(attachment))).isEmpty();
        assertThat(peerSeen(pod, fixture.base.router, BranchFixture.internet(family)))
                .isEqualTo(BranchFixture.address(family, 20));
        assertThat(peerSeen(fixture.base.router, pod, BranchFixture.address(family, 20)))
                .isNotEmpty();
        await(network.connectBranch(attachment));
        assertThat(await(network.checkBranch(attachment))).isEmpty();
        assertThat(peerSeen(pod, fixture.base.router, BranchFixture.internet(family)))
                .isEqualTo(BranchFixture.address(family, 20));
    }

    @Test
    void aStrictPodHasThreeRoutesInItsTableAndTwoRules() throws IOException {
        Snapshot before = fixture.snapshot();
        connect(fixture.attachment(pod, STRICT, IpFamily.IPV4, 7, HASH));
        Link branch = link("vlan.eth.7");
        Link hostEnd = link("vlan" + HASH);
        assertThat(branch.mac()).hasToString("02:00:0a:07:00:07");
        assertThat(branch.link()).isEqualTo(link("eth7").index());
        assertThat(branch.up()).isTrue();
        if (BranchFixture.KIND == BranchLinkKind.VLAN) {
            assertThat(branch.vlanId()).isEqualTo(7);
        }
        assertThat(fixture.base.inNode().routes(RouteFilter.of(Family.IPV4).table(107)))
                .extracting(route -> route.destination().toString(), Route::index)
                .containsExactlyInAnyOrder(
                        tuple("0.0.0.0/0", branch.index()),
                        tuple("10.0.2.1/32", branch.index()),
                        tuple("10.0.2.7/32", hostEnd.index()));
        assertThat(rulesSince(before))
                .containsExactlyInAnyOrder(
                        Rule.lookup(Family.IPV4, 10, 107).input("vlan.eth.7"),
                        Rule.lookup(Family.IPV4, 10, 107).input("vlan" + HASH));
        assertThat(Netns.sysctl(fixture.node, "net/ipv6/conf/vlan.eth.7/accept_ra"))
                .contains("0");
        assertThat(Netns.sysctl(fixture.node, "net/ipv6/conf/vlan.eth.7/forwarding"))
                .contains("0");
    }

    @Test
    void theKernelsOwnToolsShowTheLinkAndTheRulesAndAPingPasses() throws Exception {
        setUpHost(STRICT, IpFamily.IPV4);
        connect(fixture.attachment(pod, STRICT, IpFamily.IPV4, 7, HASH));
        Path node = fixture.base.pathOf(fixture.node);
        assertThat(said(node, "ip", "-details", "link", "show", "vlan.eth.7"))
                .contains(
                        BranchFixture.KIND == BranchLinkKind.VLAN
                                ? "vlan protocol 802.1Q id 7"
                                : "macvlan mode private");
        assertThat(said(node, "ip", "rule", "show"))
                .contains("iif vlan.eth.7 lookup 107", "iif vlan" + HASH + " lookup 107");
        assertThat(said(node, "ip", "route", "show", "table", "107")).contains("default via 10.0.2.1 dev vlan.eth.7");
        assertThat(said(fixture.base.pathOf(pod), "ping", "-c", "1", "-W", "5", NodeFixture.INTERNET))
                .contains("1 received");
    }

    /** Also printed: it is what people look for in a report. */
    private static String said(Path namespace, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("nsenter", "--net=" + namespace, "--"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        System.out.println("# " + String.join(" ", words) + "\n" + text);
        return text;
    }

    @Test
    void aStandardPodHasTheRulesOfEveryPod() throws IOException {
        Snapshot before = fixture.snapshot();
        connect(fixture.attachment(pod, STANDARD, IpFamily.IPV4, 7, HASH));
        assertThat(rulesSince(before))
                .containsExactlyInAnyOrder(
                        Rule.lookup(Family.IPV4, 512, 254).to(Prefix.of("10.0.2.7")),
                        Rule.lookup(Family.IPV4, 1536, 107).from(Prefix.of("10.0.2.7")));
        assertThat(fixture.base.inNode().routes(RouteFilter.of(Family.IPV4).table(107)))
                .hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void podsOfOneNodeReachEachOtherByTheVpcWhereTheyAreStrict(IpFamily family) throws IOException {
        setUpHost(STRICT, family);
        NetnsFd other = fixture.base.pod();
        connect(fixture.attachment(pod, STRICT, family, 20, HASH));
        connect(fixture.attachment(other, STRICT, family, 21, OTHER_HASH));
        assertThat(peerSeen(pod, other, BranchFixture.address(family, 21)))
                .isEqualTo(BranchFixture.address(family, 20));
        fixture.refuse(BranchFixture.address(family, 21));
        assertThat(isReached(pod, other, BranchFixture.address(family, 21))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void podsOfOneNodeReachEachOtherDirectlyWhereTheyAreStandard(IpFamily family) throws IOException {
        setUpHost(STANDARD, family);
        NetnsFd other = fixture.base.pod();
        connect(fixture.attachment(pod, STANDARD, family, 20, HASH));
        connect(fixture.attachment(other, STANDARD, family, 21, OTHER_HASH));
        fixture.refuse(BranchFixture.address(family, 20));
        fixture.refuse(BranchFixture.address(family, 21));
        assertThat(peerSeen(pod, other, BranchFixture.address(family, 21)))
                .isEqualTo(BranchFixture.address(family, 20));
        assertThat(peerSeen(fixture.node, pod, BranchFixture.address(family, 20)))
                .isEqualTo(BranchFixture.nodeAddress(family));
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void aStrictPodAndItsNodeReachEachOtherByTheVpc(IpFamily family) throws IOException {
        setUpHost(STRICT, family);
        Netns.sysctl(fixture.node, "net/ipv4/tcp_early_demux", "0");
        connect(fixture.attachment(pod, STRICT, family, 20, HASH));
        assertThat(peerSeen(pod, fixture.node, BranchFixture.nodeAddress(family)))
                .isEqualTo(BranchFixture.address(family, 20));
        assertThat(peerSeen(fixture.node, pod, BranchFixture.address(family, 20)))
                .isEqualTo(BranchFixture.nodeAddress(family));
        fixture.refuse(BranchFixture.address(family, 20));
        assertThat(isReached(fixture.node, pod, BranchFixture.address(family, 20)))
                .isFalse();
        fixture.refuse(BranchFixture.nodeAddress(family));
        assertThat(isReached(pod, fixture.node, BranchFixture.nodeAddress(family)))
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void withTheNodesAddressExceptedAProbeNeedsNeitherTheVpcNorASysctl(IpFamily family) throws IOException {
        setUpHost(STRICT, family);
        assertThat(Netns.sysctl(fixture.node, "net/ipv4/tcp_early_demux")).contains("1");
        connect(fixture.attachment(pod, STRICT, family, 20, HASH, BranchFixture.nodeAddress(family)));
        fixture.refuse(BranchFixture.address(family, 20));
        fixture.refuse(BranchFixture.nodeAddress(family));
        assertThat(isReached(fixture.node, pod, BranchFixture.address(family, 20)))
                .as("by the first packet: the second one, after a second, has a source address in any case")
                .isTrue();
        assertThat(peerSeen(fixture.node, pod, BranchFixture.address(family, 20)))
                .isEqualTo(BranchFixture.nodeAddress(family));
        assertThat(peerSeen(pod, fixture.node, BranchFixture.nodeAddress(family)))
                .isEqualTo(BranchFixture.address(family, 20));
    }

    @ParameterizedTest
    @CsvSource({"IPV4, " + NODE_LOCAL, "IPV6, " + NODE_LOCAL_IPV6})
    void aStrictPodReachesWhatListensOnAnExceptedAddressOfItsNodeAndNothingElse(IpFamily family, String excepted)
            throws IOException {
        setUpHost(STRICT, family);
        fixture.giveNode(excepted);
        NetnsFd other = fixture.base.pod();
        connect(fixture.attachment(pod, STRICT, family, 20, HASH, excepted));
        connect(fixture.attachment(other, STRICT, family, 21, OTHER_HASH));
        assertThat(peerSeen(pod, fixture.node, excepted)).isEqualTo(BranchFixture.address(family, 20));
        fixture.refuse(BranchFixture.nodeAddress(family));
        fixture.refuse(BranchFixture.address(family, 20));
        assertThat(peerSeen(pod, fixture.node, excepted)).isEqualTo(BranchFixture.address(family, 20));
        assertThat(isReached(pod, fixture.node, BranchFixture.nodeAddress(family)))
                .as("another address of the node")
                .isFalse();
        assertThat(isReached(fixture.node, pod, BranchFixture.address(family, 20)))
                .as("from another address of the node")
                .isFalse();
        assertThat(isReached(other, fixture.node, excepted))
                .as("a pod without the exception")
                .isFalse();
        assertThat(isReached(other, pod, BranchFixture.address(family, 20)))
                .as("a pod of the same node")
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(EnforcingMode.class)
    void aStrictReversePathFilterStopsNothing(EnforcingMode mode) throws IOException {
        Netns.sysctl(fixture.node, "net/ipv4/conf/all/rp_filter", "1");
        setUpHost(mode, IpFamily.IPV4);
        connect(fixture.attachment(pod, mode, IpFamily.IPV4, 20, HASH, "10.0.0.10"));
        assertThat(peerSeen(pod, fixture.base.router, NodeFixture.INTERNET)).isEqualTo("10.0.2.20");
        assertThat(peerSeen(fixture.base.router, pod, "10.0.2.20")).isNotEmpty();
        assertThat(peerSeen(pod, fixture.node, "10.0.0.10")).isEqualTo("10.0.2.20");
        assertThat(peerSeen(fixture.node, pod, "10.0.2.20")).isEqualTo("10.0.0.10");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"STRICT, IPV4", "STRICT, IPV6", "STANDARD, IPV4", "STANDARD, IPV6"})
    void aPodThatCameAndWentLeavesNothing(EnforcingMode mode, IpFamily family) throws IOException {
        Snapshot before = fixture.snapshot();
        BranchAttachment attachment = connect(
                fixture.attachment(pod, mode, family, 20, HASH, NODE_LOCAL, NODE_LOCAL_IPV6, "10.0.0.10", "10.0.0.11"));
        await(network.disconnectBranch(20, Optional.of(attachment.address()), Optional.of(attachment.hostLink())));
        assertThat(fixture.snapshot().rules()).isEqualTo(before.rules());
        assertThat(fixture.snapshot().routes()).isEqualTo(before.routes());
        await(network.disconnectBranch(20, Optional.of(attachment.address()), Optional.of(attachment.hostLink())));
        network.close();
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(EnforcingMode.class)
    void aVlanIdIsEnoughToEndAPod(EnforcingMode mode) throws IOException {
        Snapshot before = fixture.snapshot();
        connect(fixture.attachment(pod, mode, IpFamily.IPV4, 20, HASH));
        await(network.disconnectBranch(20, Optional.empty(), Optional.empty()));
        assertThat(fixture.snapshot().rules()).isEqualTo(before.rules());
        assertThat(isReached(pod, fixture.base.router, NodeFixture.INTERNET)).isFalse();
    }

    @Test
    void aPodEndsAlsoWhenItsTrunkIsGone() throws IOException {
        BranchAttachment attachment = connect(fixture.attachment(pod, STRICT, IpFamily.IPV4, 20, HASH));
        fixture.base.inNode().batch().deleteLink("eth7").run();
        Snapshot gone = fixture.snapshot();
        assertThat(gone.links()).doesNotContain("vlan.eth.20");
        await(network.disconnectBranch(20, Optional.of(attachment.address()), Optional.of(attachment.hostLink())));
        assertThat(fixture.snapshot().rules()).noneMatch(rule -> rule.table() == 120);
        assertThat(failure(network.connectBranch(attachment)))
                .isEqualTo("SetupBranchENIPodNetwork: failed to make vlan.eth.20: no link has the trunk interface's MAC"
                        + " address 02:00:0a:00:02:0a");
        network.close();
        assertThat(fixture.snapshot().links()).doesNotContain("vlan" + HASH);
        assertThat(fixture.snapshot().rules()).noneMatch(rule -> rule.table() == 120);
    }

    @Test
    void whatAnEarlierPodOfTheVlanLeftOnAnotherTrunkIsReplaced() throws IOException {
        setUpHost(STRICT, IpFamily.IPV4);
        Snapshot before = fixture.snapshot();
        fixture.branchElsewhere(20);
        fixture.base
                .inNode()
                .batch()
                .add(Rule.lookup(Family.IPV4, 10, 120).input("vlan.eth.20"))
                .add(Rule.lookup(Family.IPV4, 10, 120).input("vlan" + OTHER_HASH))
                .add(Rule.lookup(Family.IPV4, 10, 133).input("vlan" + HASH))
                .add(Rule.lookup(Family.IPV4, 10, 134).input("vlan" + HASH))
                .add(Rule.lookup(Family.IPV4, 10, 135).input("vlan" + HASH))
                .add(Rule.lookup(Family.IPV4, 512, 254).to(Prefix.of("10.0.2.20")))
                .add(Rule.lookup(Family.IPV4, 1536, 140).from(Prefix.of("10.0.2.20")))
                .add(Rule.lookup(Family.IPV4, 9, 140)
                        .from(Prefix.of("10.0.0.10"))
                        .to(Prefix.of("10.0.2.20"))
                        .input("lo"))
                .run();
        BranchAttachment attachment = connect(fixture.attachment(pod, STRICT, IpFamily.IPV4, 20, HASH));
        assertThat(rulesSince(before)).hasSize(2);
        assertThat(await(network.checkBranch(attachment))).isEmpty();
        assertThat(link("vlan.eth.20").link()).isEqualTo(link("eth7").index());
        assertThat(peerSeen(pod, fixture.base.router, NodeFixture.INTERNET)).isEqualTo("10.0.2.20");
    }

    @Test
    void aVlanOfTheSameIdMakesWayWhateverItsName() throws IOException {
        assumeTrue(BranchFixture.KIND == BranchLinkKind.VLAN, "macvlans have no id");
        fixture.base
                .inNode()
                .batch()
                .vlan(End.named("stranger"), link("eth7").index(), 20)
                .run();
        BranchAttachment attachment = connect(fixture.attachment(pod, STRICT, IpFamily.IPV4, 20, HASH));
        assertThat(await(network.checkBranch(attachment))).isEmpty();
        assertThat(fixture.snapshot().links()).doesNotContain("stranger");
    }

    @Test
    void aPodOfTheSameNameWhoseDelNeverCameIsReplacedInTheOtherMode() throws IOException {
        Snapshot before = fixture.snapshot();
        connect(fixture.attachment(pod, STANDARD, IpFamily.IPV4, 20, HASH));
        BranchAttachment again =
                connect(fixture.attachment(fixture.base.pod(), STRICT, IpFamily.IPV4, 20, HASH, NODE_LOCAL));
        assertThat(await(network.checkBranch(again))).isEmpty();
        assertThat(fixture.base.inNode().routes(RouteFilter.of(Family.IPV4)))
                .filteredOn(route -> route.destination().equals(Prefix.of("10.0.2.20")))
                .extracting(Route::table)
                .containsExactly(120);
        assertThat(rulesSince(before)).hasSize(4).allMatch(rule -> rule.priority() <= 10);
    }

    @Test
    void aVlanIdIsUsedAgainAtOnce() throws IOException {
        for (int i = 0; i < 3; i++) {
            BranchAttachment attachment =
                    connect(fixture.attachment(fixture.base.pod(), STRICT, IpFamily.IPV4, 20, HASH));
            assertThat(await(network.checkBranch(attachment))).isEmpty();
            await(network.disconnectBranch(20, Optional.of(attachment.address()), Optional.of(attachment.hostLink())));
        }
    }

    @Test
    void aPodThatCannotBeConnectedLeavesNothing() throws IOException {
        BranchAttachment inHost = fixture.attachment(fixture.node, STRICT, IpFamily.IPV4, 20, HASH);
        assertThat(failure(network.connectBranch(inHost)))
                .startsWith("SetupBranchENIPodNetwork: failed to setup veth pair: ")
                .contains("is the node's own network namespace");
        BranchAttachment right = fixture.attachment(pod, STRICT, IpFamily.IPV4, 20, HASH);
        BranchAttachment wrongGateway = new BranchAttachment(
                right.namespace(),
                right.ifName(),
                right.hostLink(),
                right.address(),
                right.mtu(),
                new BranchLink(
                        20,
                        right.branch().mac(),
                        BranchFixture.branch(IpFamily.IPV6, 20).gateway(),
                        BranchFixture.TRUNK_MAC),
                List.of(),
                right.owner());
        Netns.sysctl(fixture.node, "net/ipv6/conf/all/disable_ipv6", "1");
        Snapshot before = fixture.snapshot();
        assertThat(failure(network.connectBranch(wrongGateway)))
                .startsWith("SetupBranchENIPodNetwork: unable to setup routes and rules of the host: ");
        network.close();
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    @Test
    void checkFindsWhatSomebodyTookAway() throws IOException {
        BranchAttachment attachment = connect(fixture.attachment(pod, STRICT, IpFamily.IPV4, 20, HASH, NODE_LOCAL));
        fixture.base
                .inNode()
                .batch()
                .delete(Rule.lookup(Family.IPV4, 10, 120).input("vlan.eth.20"))
                .delete(Rule.lookup(Family.IPV4, 9, 120))
                .delete(Route.toDefault(Family.IPV4).table(120))
                .delete(Route.to(Prefix.of("10.0.2.20")).table(120))
                .add(Rule.lookup(Family.IPV4, 512, 254).to(Prefix.of("10.0.2.20")))
                .run();
        assertThat(await(network.checkBranch(attachment)))
                .containsExactly(
                        "host link vlan" + HASH + " lacks the route \"10.0.2.20/32 scope link table 120\"",
                        "the host lacks the rule \"10: from all iif vlan.eth.20 lookup 120\"",
                        "the host lacks the rule \"9: from 169.254.20.10 to 10.0.2.20 iif lo lookup 120\"",
                        "the host has the wrong rule \"512: from all to 10.0.2.20 lookup main\"",
                        "branch link vlan.eth.20 lacks the route \"default via 10.0.2.1 table 120\"");
        fixture.base.inNode().batch().deleteLink("vlan.eth.20").run();
        assertThat(await(network.checkBranch(attachment))).contains("branch link vlan.eth.20 does not exist");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"STRICT, IPV4", "STRICT, IPV6", "STANDARD, IPV4", "STANDARD, IPV6"})
    void whatSomebodyTookFromALivingPodComesBack(EnforcingMode mode, IpFamily family) throws IOException {
        setUpHost(mode, family);
        String nodeAddress = BranchFixture.nodeAddress(family);
        BranchAttachment attachment = connect(fixture.attachment(pod, mode, family, 20, HASH, nodeAddress));
        Snapshot connected = fixture.snapshot();
        assertThat(repair(family, attachment)).isEmpty();

        fixture.base.inNode().batch().set("vlan.eth.20", LinkChange.down()).run();
        assertThat(repair(family, attachment)).anyMatch(words -> words.equals("ip link set vlan.eth.20 up"));
        assertThat(fixture.snapshot()).isEqualTo(connected);

        fixture.base.inNode().batch().deleteLink("vlan.eth.20").run();
        assertThat(repair(family, attachment))
                .anyMatch(
                        words -> words.startsWith("ip link add vlan.eth.20 type vlan id 20 address 02:00:0a:07:00:14"));
        assertThat(fixture.snapshot()).isEqualTo(connected);

        takeRulesAndRoutes(attachment);
        assertThat(repair(family, attachment)).isNotEmpty();
        assertThat(fixture.snapshot()).isEqualTo(connected);
        assertThat(await(network.checkBranch(attachment))).isEmpty();
        assertThat(peerSeen(pod, fixture.base.router, BranchFixture.internet(family)))
                .isEqualTo(BranchFixture.address(family, 20));
    }

    private void takeRulesAndRoutes(BranchAttachment attachment) throws IOException {
        List<Route> routes = fixture.base.inNode().routes(RouteFilter.ALL.table(120));
        int hostEnd = link(attachment.hostLink()).index();
        var batch = fixture.base.inNode().batch();
        routes.forEach(batch::delete);
        fixture.base.inNode().routes(RouteFilter.ALL.table(Route.MAIN).device(hostEnd)).stream()
                .filter(route -> route.protocol() != BranchFixture.BY_KERNEL)
                .forEach(batch::delete);
        for (Family family : Family.values()) {
            fixture.base.inNode().rules(family).stream()
                    .filter(rule -> Set.of(9, 10, 512, 1536).contains(rule.priority()))
                    .forEach(batch::delete);
        }
        batch.run();
    }

    @Test
    void whatIsOfNobodyGoesAndWhatALiveLinkStandsBehindStays() throws IOException {
        Snapshot before = fixture.snapshot();
        BranchAttachment unknown = connect(fixture.attachment(pod, STRICT, IpFamily.IPV4, 20, HASH, "10.0.0.10"));
        NetnsFd second = fixture.base.pod();
        BranchAttachment standard = connect(fixture.attachment(second, STANDARD, IpFamily.IPV4, 21, OTHER_HASH));
        Snapshot connected = fixture.snapshot();
        assertThat(repair(IpFamily.IPV4)).as("their links are alive").isEmpty();
        assertThat(fixture.snapshot()).isEqualTo(connected);
        await(network.disconnect(Optional.empty(), Optional.of(unknown.hostLink())));
        await(network.disconnect(Optional.empty(), Optional.of(standard.hostLink())));
        assertThat(repair(IpFamily.IPV4)).contains("ip link delete vlan.eth.20", "ip link delete vlan.eth.21");
        network.close();
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(IpFamily.class)
    void theLocalTableMovesWithTheModeAndBack(IpFamily family) throws IOException {
        setUpHost(STANDARD, family);
        List<Rule> standard = fixture.base.inNode().rules(KernelWords.family(family));
        setUpHost(STRICT, family);
        List<Rule> strict = fixture.base.inNode().rules(KernelWords.family(family));
        assertThat(strict)
                .contains(Rule.lookup(KernelWords.family(family), 20, 255))
                .doesNotContain(Rule.lookup(KernelWords.family(family), 0, 255));
        assertThat(strict)
                .filteredOn(rule -> rule.priority() == 0)
                .isEqualTo(
                        family == IpFamily.IPV4
                                ? List.of()
                                : List.of(Rule.lookup(Family.IPV6, 0, 255)
                                        .from(Prefix.of("fe80:ec2::1"))
                                        .protocol(58)));
        setUpHost(STRICT, family);
        assertThat(fixture.base.inNode().rules(KernelWords.family(family))).isEqualTo(strict);
        setUpHost(STANDARD, family);
        assertThat(fixture.base.inNode().rules(KernelWords.family(family))).isEqualTo(standard);
    }

    @Test
    void aStrictPodsLinkSaysNothingToTheFirewall() throws IOException {
        connect(fixture.attachment(pod, STRICT, IpFamily.IPV4, 20, HASH));
        connect(fixture.attachment(fixture.base.pod(), STANDARD, IpFamily.IPV4, 21, OTHER_HASH));
        assertThat(NodeFixture.podLinks(network).prefixes()).containsExactly("eni");
        assertThat(NodeFixture.podLinks(network).withHash(HASH)).contains("vlan" + HASH);
    }

    @Test
    void aKernelWithoutVlansSaysWhatToDo() throws IOException {
        assumeTrue(BranchFixture.KIND == BranchLinkKind.MACVLAN, "this kernel has VLANs");
        Snapshot before = fixture.snapshot();
        try (LinuxNodeNetwork real = new LinuxNodeNetwork(Optional.of(fixture.base.pathOf(fixture.node)))) {
            assertThat(failure(real.connectBranch(fixture.attachment(pod, STRICT, IpFamily.IPV4, 20, HASH))))
                    .isEqualTo("SetupBranchENIPodNetwork: failed to make vlan.eth.20: the node's kernel has no VLANs:"
                            + " `modprobe 8021q` loads them; have the node do it at each boot");
        }
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    @Test
    void manyPodsThatCameAndWentLeaveNothing() throws IOException {
        Snapshot before = fixture.snapshot();
        List<BranchAttachment> pods = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            pods.add(fixture.attachment(
                    fixture.base.pod(), i % 2 == 0 ? STRICT : STANDARD, IpFamily.IPV4, i, "%011x".formatted(i)));
        }
        await(Uni.join().all(pods.stream().map(network::connectBranch).toList()).andFailFast());
        for (BranchAttachment connected : pods) {
            assertThat(await(network.checkBranch(connected))).isEmpty();
        }
        await(Uni.join()
                .all(pods.stream()
                        .map(gone -> network.disconnectBranch(
                                gone.branch().vlanId(), Optional.of(gone.address()), Optional.of(gone.hostLink())))
                        .toList())
                .andFailFast());
        network.close();
        assertThat(fixture.snapshot()).isEqualTo(before);
    }

    private BranchAttachment connect(BranchAttachment attachment) {
        try {
            fixture.associate(attachment);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        await(network.connectBranch(attachment));
        return attachment;
    }

    private void setUpHost(EnforcingMode mode, IpFamily family) {
        HostPlan plan = NodeFixture.hostPlan(family, false).withMode(mode);
        await(network.repairHost(plan, List::of));
    }

    private List<String> repair(IpFamily family, BranchAttachment... pods) {
        List<BranchOnHost> known =
                Arrays.stream(pods).map(BranchAttachment::onHost).toList();
        PodsOnHost wanted = new PodsOnHost(List.of(), Set.of(), new BranchesOnHost(known));
        return await(network.repairPods(family, () -> wanted)).stream()
                .map(Repair::what)
                .toList();
    }

    private Set<Rule> rulesSince(Snapshot before) throws IOException {
        Set<Rule> rules = new HashSet<>(fixture.snapshot().rules());
        rules.removeAll(before.rules());
        return rules;
    }

    private Link link(String name) throws IOException {
        return fixture.base.inNode().link(name).orElseThrow();
    }

    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(LIMIT);
    }

    private static String failure(Uni<?> uni) {
        return await(
                uni.onItemOrFailure().transform((_, failure) -> failure == null ? "no failure" : failure.getMessage()));
    }
}
