package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.dataplane.RoutingState.FoundLink;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What each wish changes, in the words of {@code ip}. */
class RoutingWishTest {

    private static final MacAddress MAC = new MacAddress("0a:00:00:00:00:02");
    private static final HostLink ETH1 = new HostLink(3, "eth1");
    private static final String HASH = "b5faff8a083";
    private static final HostLink POD_LINK = new HostLink(9, "eni" + HASH);
    private static final IpAddress POD = IpAddress.parse("10.0.1.77");
    private static final PodOnHost ON_ENI = new PodOnHost(POD, 2, HASH);

    private static final PolicyRule LOCAL = PolicyRule.local(0, IpFamily.IPV4);
    private static final PolicyRule TO_POD = PolicyRule.toPod(POD);
    private static final PolicyRule FROM_POD = PolicyRule.fromPod(POD, 2);
    private static final StaticRoute POD_ROUTE = StaticRoute.onLink(POD, PolicyRule.MAIN);

    private static EniPlan eni(IpFamily family) {
        Eni eni = new Eni(
                new EniId("eni-2"),
                MAC,
                0,
                1,
                new SubnetId("subnet-2"),
                Ipv4Cidr.parse("10.0.1.0/24"),
                Ipv4Address.parse("10.0.1.10"),
                Optional.of(Ipv6Address.parse("2001:db8::10")),
                Slots.EMPTY,
                false,
                false);
        return EniPlan.of(eni, 9001, family);
    }

    private static FoundLink link(int mtu, boolean up, Set<LinkAddress> addresses, Set<StaticRoute> routes) {
        return new FoundLink(ETH1, MAC, mtu, up, false, addresses, routes);
    }

    private static FoundLink podLink(HostLink link, boolean live, StaticRoute... routes) {
        return new FoundLink(link, new MacAddress("0a:68:0a:00:01:4d"), 9001, live, live, Set.of(), Set.of(routes));
    }

    private static List<String> changes(RoutingWish wish, List<FoundLink> links, PolicyRule... rules) {
        return wish.changes(new RoutingState(links, List.of(rules))).stream()
                .map(RoutingChange::toString)
                .toList();
    }

    private static FoundLink wired(EniPlan plan) {
        return link(9001, true, Set.of(plan.own().orElseThrow().onLink()), Set.copyOf(plan.routes()));
    }

    @Test
    void aFreshInterfaceGetsEverything() {
        assertThat(changes(eni(IpFamily.IPV4), List.of(link(1500, false, Set.of(), Set.of())), LOCAL))
                .containsExactly(
                        "ip link set eth1 mtu 9001",
                        "ip link set eth1 up",
                        "ip address replace 10.0.1.10/24 dev eth1",
                        "ip route replace 10.0.1.1/32 scope link table 2 dev eth1",
                        "ip route replace default via 10.0.1.1 table 2 dev eth1",
                        "ip route delete 10.0.1.0/24 scope link table main dev eth1",
                        "ip rule add 32765: from 10.0.1.10 lookup 2");
        assertThat(changes(eni(IpFamily.IPV6), List.of(link(9001, true, Set.of(), Set.of()))))
                .containsExactly(
                        "ip address replace 2001:db8::10/128 dev eth1",
                        "ip route replace fe80:ec2::1/128 scope link table 2 dev eth1",
                        "ip route replace default via fe80:ec2::1 table 2 dev eth1",
                        "ip route delete 2001:db8::10/128 scope link table main dev eth1",
                        "ip rule add 32765: from 2001:db8::10 lookup 2");
    }

    @Test
    void anInterfaceThatIsRightIsNotTouchedAndOneThatIsNotThereNeither() {
        for (IpFamily family : IpFamily.values()) {
            EniPlan plan = eni(family);
            assertThat(changes(
                            plan, List.of(wired(plan)), plan.own().orElseThrow().rule()))
                    .isEmpty();
            assertThat(changes(plan, List.of())).isEmpty();
        }
    }

    @Test
    void ofAnInterfaceOnlyWhatIsMissingIsPut() {
        EniPlan plan = eni(IpFamily.IPV4);
        FoundLink whole = wired(plan);
        StaticRoute gateway = plan.routes().getFirst();
        assertThat(changes(
                        plan,
                        List.of(link(9001, true, whole.addresses(), Set.of(gateway))),
                        plan.own().orElseThrow().rule()))
                .containsExactly("ip route replace default via 10.0.1.1 table 2 dev eth1");
        assertThat(changes(plan, List.of(whole))).containsExactly("ip rule add 32765: from 10.0.1.10 lookup 2");
    }

    @Test
    void whatAPodsAddressOnTheInterfaceTookAlongIsPutAgain() {
        EniPlan plan = eni(IpFamily.IPV4);
        LinkAddress fromDhcp = new LinkAddress(POD, 24);
        FoundLink found =
                link(9001, true, Set.of(fromDhcp, plan.own().orElseThrow().onLink()), Set.copyOf(plan.routes()));
        assertThat(changes(plan, List.of(found), plan.own().orElseThrow().rule()))
                .containsExactly(
                        "ip address delete 10.0.1.77/24 dev eth1",
                        "ip address replace 10.0.1.10/24 dev eth1",
                        "ip route replace 10.0.1.1/32 scope link table 2 dev eth1",
                        "ip route replace default via 10.0.1.1 table 2 dev eth1",
                        "ip route delete 10.0.1.0/24 scope link table main dev eth1");
    }

    @Test
    void theSubnetsRouteLeavesMain() {
        EniPlan plan = eni(IpFamily.IPV4);
        List<StaticRoute> routes = new ArrayList<>(plan.routes());
        routes.add(plan.own().orElseThrow().connected());
        FoundLink found = link(9001, true, wired(plan).addresses(), Set.copyOf(routes));
        assertThat(changes(plan, List.of(found), plan.own().orElseThrow().rule()))
                .containsExactly("ip route delete 10.0.1.0/24 scope link table main dev eth1");
    }

    @Test
    void aLivePodGetsWhatItLacks() {
        PodsOnHost pods = new PodsOnHost(List.of(ON_ENI), Set.of());
        assertThat(changes(pods, List.of(podLink(POD_LINK, true)), LOCAL))
                .containsExactly(
                        "ip route replace 10.0.1.77/32 scope link table main dev eni" + HASH,
                        "ip rule add 512: from all to 10.0.1.77 lookup main",
                        "ip rule add 1536: from 10.0.1.77 lookup 2");
        assertThat(changes(pods, List.of(podLink(POD_LINK, true, POD_ROUTE)), LOCAL, TO_POD, FROM_POD))
                .isEmpty();
    }

    @Test
    void aPodIsFoundUnderThePrefixItWasBornWith() {
        PodsOnHost pods = new PodsOnHost(List.of(ON_ENI), Set.of());
        HostLink old = new HostLink(9, "cali" + HASH);
        assertThat(changes(pods, List.of(podLink(old, true)), TO_POD, FROM_POD))
                .containsExactly("ip route replace 10.0.1.77/32 scope link table main dev cali" + HASH);
    }

    @Test
    void aPodWithoutALiveLinkIsLeftAlone() {
        PodsOnHost pods = new PodsOnHost(List.of(ON_ENI), Set.of());
        assertThat(changes(pods, List.of(podLink(POD_LINK, false)), LOCAL)).isEmpty();
        assertThat(changes(pods, List.of(), TO_POD, PolicyRule.fromPod(POD, 3))).isEmpty();
        // The same pod's earlier sandbox may have the name still, with its own address.
        StaticRoute other = StaticRoute.onLink(IpAddress.parse("10.0.1.78"), PolicyRule.MAIN);
        assertThat(changes(pods, List.of(podLink(POD_LINK, true, other)))).isEmpty();
    }

    @Test
    void aRuleThatLeadsAPodElsewhereGoesAfterTheRightOneIsThere() {
        PodsOnHost pods = new PodsOnHost(List.of(ON_ENI), Set.of());
        assertThat(changes(pods, List.of(podLink(POD_LINK, true, POD_ROUTE)), TO_POD, PolicyRule.fromPod(POD, 10_101)))
                .containsExactly(
                        "ip rule add 1536: from 10.0.1.77 lookup 2",
                        "ip rule delete 1536: from 10.0.1.77 lookup 10101");
        PodsOnHost onPrimary = new PodsOnHost(List.of(new PodOnHost(POD, PolicyRule.MAIN, HASH)), Set.of());
        assertThat(changes(onPrimary, List.of(podLink(POD_LINK, true, POD_ROUTE)), TO_POD, FROM_POD))
                .containsExactly("ip rule delete 1536: from 10.0.1.77 lookup 2");
    }

    @Test
    void rulesAboutAnAddressThatNobodyHasGo() {
        PodsOnHost nobody = new PodsOnHost(List.of(), Set.of(POD));
        PolicyRule others = new PolicyRule(600, new PolicyRule.Selector.To(POD.alone()), PolicyRule.MAIN);
        assertThat(changes(nobody, List.of(), LOCAL, TO_POD, others, FROM_POD))
                .containsExactly(
                        "ip rule delete 512: from all to 10.0.1.77 lookup main",
                        "ip rule delete 1536: from 10.0.1.77 lookup 2");
        assertThat(changes(PodsOnHost.NONE, List.of(), TO_POD, FROM_POD))
                .as("an address that is not the node's")
                .isEmpty();
        assertThat(changes(nobody, List.of(podLink(POD_LINK, true, POD_ROUTE)), TO_POD, FROM_POD))
                .as("a link lives there")
                .isEmpty();
    }

    @Test
    void whatStrictBranchInterfacesOfIpv6LeftGoes() {
        PolicyRule local = PolicyRule.local(0, IpFamily.IPV6);
        assertThat(changes(
                        new HostRules(Set.of(local)),
                        List.of(),
                        PolicyRule.ROUTER,
                        PolicyRule.local(20, IpFamily.IPV6)))
                .containsExactly(
                        "ip rule add 0: from all lookup local",
                        "ip rule delete 0: from fe80:ec2::1 ipproto ipv6-icmp lookup local",
                        "ip rule delete 20: from all lookup local");
    }

    @Test
    void onAHostOfStrictPodsTheLocalTableIsNeverMissed() {
        HostRules strict = new HostRules(Set.copyOf(PolicyRule.local(EnforcingMode.STRICT, IpFamily.IPV6)));
        assertThat(changes(strict, List.of(), PolicyRule.local(0, IpFamily.IPV6)))
                .containsExactly(
                        "ip rule add 0: from fe80:ec2::1 ipproto ipv6-icmp lookup local",
                        "ip rule add 20: from all lookup local",
                        "ip rule delete 0: from all lookup local");
        assertThat(changes(strict, List.of(), PolicyRule.ROUTER, PolicyRule.local(20, IpFamily.IPV6)))
                .isEmpty();
    }

    @Test
    void hostRulesOfEarlierSettingsGoAndNoOthers() {
        HostRules wanted = new HostRules(Set.of(
                LOCAL, PolicyRule.marked(0x80, IpFamily.IPV4), PolicyRule.toService(IpCidr.parse("10.9.0.0/16"))));
        PolicyRule calico =
                new PolicyRule(PolicyRule.MARKED, new PolicyRule.Selector.Mark(0x10000, IpFamily.IPV4), 100);
        assertThat(changes(
                        wanted,
                        List.of(),
                        PolicyRule.local(20, IpFamily.IPV4),
                        PolicyRule.marked(0x40, IpFamily.IPV4),
                        calico,
                        PolicyRule.toService(IpCidr.parse("10.8.0.0/16")),
                        FROM_POD))
                .containsExactly(
                        "ip rule add 0: from all lookup local",
                        "ip rule add 1024: from all fwmark 0x80/0x80 lookup main",
                        "ip rule add 1535: from all to 10.9.0.0/16 lookup main",
                        "ip rule delete 20: from all lookup local",
                        "ip rule delete 1024: from all fwmark 0x40/0x40 lookup main",
                        "ip rule delete 1535: from all to 10.8.0.0/16 lookup main");
    }
}
