package io.vpccni.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.netlink.testing.TestNamespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One namespace with a veth pair, both ends up: {@code a0} has 10.0.0.1/24 and fd00::1/64, {@code b0} nothing. */
@RequiresNetworkNamespaces
class NetlinkTest {
    private TestNamespaces namespaces;
    private NetnsFd namespace;
    private Netlink netlink;
    private int a;
    private int b;

    @BeforeEach
    void makeNamespace() throws IOException {
        namespaces = new TestNamespaces();
        namespace = namespaces.create();
        netlink = Netlink.in(namespace);
        var links = netlink.batch()
                .veth(End.named("a0", LinkChange.up()), End.named("b0"))
                .getLink("a0")
                .getLink("b0")
                .run();
        a = links.link("a0").orElseThrow().index();
        b = links.link("b0").orElseThrow().index();
        netlink.batch()
                .set(b, LinkChange.up())
                .add(Addr.on(a, Prefix.of("10.0.0.1/24")))
                .add(Addr.on(a, Prefix.of("fd00::1/64")).noDad())
                .run();
    }

    @AfterEach
    void removeNamespace() throws IOException {
        netlink.close();
        namespaces.close();
    }

    @Test
    void oneSendGivesBothIndexesOfAVethPair() throws IOException {
        var link = netlink.link("a0").orElseThrow();
        assertThat(link.link()).isEqualTo(b);
        assertThat(link.operState()).isEqualTo(OperState.UP);
        assertThat(netlink.link("b0").orElseThrow().link()).isEqualTo(a);
        assertThat(netlink.link("c0")).isEmpty();
    }

    @Test
    void linksAreFoundByKindMacAndGroup() throws IOException {
        var mac = MacAddress.of("02:11:22:33:44:55");
        netlink.batch().set(b, LinkChange.mac(mac), LinkChange.group(7)).run();
        assertThat(netlink.links(LinkFilter.ALL)).extracting(Link::name).contains("lo", "a0", "b0");
        assertThat(netlink.links(LinkFilter.kind("veth")))
                .extracting(Link::name)
                .containsExactlyInAnyOrder("a0", "b0");
        assertThat(netlink.links(LinkFilter.mac(mac))).extracting(Link::index).containsExactly(b);
        assertThat(netlink.links(LinkFilter.group(7))).extracting(Link::index).containsExactly(b);
    }

    @Test
    void anAliasStaysWithItsLink() throws IOException {
        String longest = "a".repeat(LinkChange.LONGEST_ALIAS);
        netlink.batch()
                .set(b, LinkChange.alias("web 7"))
                .set(b, LinkChange.down())
                .set(b, LinkChange.name("c0"))
                .set(a, LinkChange.alias(longest))
                .run();
        assertThat(netlink.link("c0").orElseThrow().alias()).isEqualTo("web 7");
        assertThat(netlink.link("a0").orElseThrow().alias()).isEqualTo(longest);
        assertThat(netlink.link("lo").orElseThrow().alias()).isEmpty();
        assertThatThrownBy(() -> LinkChange.alias(longest + "a"))
                .hasMessage("an alias of 256 bytes, expected 1 to 255");
    }

    @Test
    void aLinkIsChangedRenamedAndMoved() throws IOException {
        var other = namespaces.create();
        netlink.batch()
                .set(b, LinkChange.down())
                .set(b, LinkChange.name("c0"), LinkChange.mtu(1400), LinkChange.txQueueLength(5))
                .set(b, LinkChange.namespace(other))
                .run();
        assertThat(netlink.link("b0")).isEmpty();
        assertThat(netlink.link("c0")).isEmpty();
        try (var there = Netlink.in(other)) {
            var moved = there.link("c0").orElseThrow();
            assertThat(moved.mtu()).isEqualTo(1400);
            assertThat(moved.txQueueLength()).isEqualTo(5);
            assertThat(moved.up()).isFalse();
            assertThat(moved.link()).isEqualTo(a);
        }
    }

    @Test
    void aMacvlanHasItsOwnMacAndShowsItsParent() throws IOException {
        var mac = MacAddress.of("02:11:22:33:44:55");
        var made = netlink.batch()
                .macvlan(End.named("m0", LinkChange.mac(mac), LinkChange.up()), a)
                .getLink("m0")
                .run()
                .link("m0")
                .orElseThrow();
        assertThat(made.kind()).isEqualTo("macvlan");
        assertThat(made.link()).isEqualTo(a);
        assertThat(made.mac()).isEqualTo(mac);
        assertThat(made.vlanId()).isZero();
        assertThat(netlink.links(LinkFilter.kind("macvlan"))).containsExactly(made);
        assertThatThrownBy(() -> netlink.batch().macvlan(End.named("m0"), a).run())
                .hasMessageContaining("EEXIST");
    }

    @Test
    void linkSettingsReachTheSysctls() throws IOException {
        netlink.batch()
                .set("a0", LinkChange.ipv4(Ipv4Setting.RP_FILTER, 2), LinkChange.ipv4(Ipv4Setting.PROXY_ARP, 1))
                .set(b, LinkChange.ipv6AddressGeneration(LinkChange.AddressGeneration.NONE))
                .run();
        assertThat(Netns.sysctl(namespace, "net/ipv4/conf/a0/rp_filter")).contains("2");
        assertThat(Netns.sysctl(namespace, "net/ipv4/conf/a0/proxy_arp")).contains("1");
        assertThat(Netns.sysctl(namespace, "net/ipv6/conf/b0/addr_gen_mode")).contains("1");
    }

    @Test
    void aGroupIsDeletedAtOnce() throws IOException {
        var batch = netlink.batch();
        for (int i = 0; i < 10; i++) {
            batch.veth(End.named("x" + i, LinkChange.group(777)), End.named("y" + i));
        }
        batch.run();
        assertThat(netlink.links(LinkFilter.group(777))).hasSize(10);
        netlink.batch().deleteGroup(777).run();
        assertThat(netlink.links(LinkFilter.kind("veth")))
                .extracting(Link::name)
                .containsExactlyInAnyOrder("a0", "b0");
        var again = netlink.batch().deleteGroup(777).tolerate(Errno.ENODEV).run();
        assertThat(again.tolerated()).extracting(Failure::errno).containsExactly(Errno.ENODEV);
    }

    @Test
    void addressesAreAddedReplacedAndDeleted() throws IOException {
        var second = Addr.on(b, Prefix.of("10.0.1.9/32"));
        netlink.batch().add(second).replace(second).run();
        assertThat(netlink.addrs(b)).extracting(Addr::prefix).contains(Prefix.of("10.0.1.9/32"));
        assertThat(netlink.addrs(0))
                .extracting(Addr::prefix)
                .contains(Prefix.of("10.0.0.1/24"), Prefix.of("fd00::1/64"));
        netlink.batch().delete(second).run();
        assertThat(netlink.addrs(b)).extracting(Addr::prefix).doesNotContain(Prefix.of("10.0.1.9/32"));
        assertThatThrownBy(() -> netlink.batch().delete(second).run()).hasMessageContaining("EADDRNOTAVAIL");
        assertThat(netlink.addrs(9999)).isEmpty();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "10.9.0.0/16, 10.0.0.2, 10.0.0.1",
        "fd01::/64, fd00::2, fd00::1",
    })
    void routesAreAddedFoundByTableAndDeleted(Prefix destination, String gateway, String source) throws IOException {
        var route = Route.to(destination)
                .via(InetAddress.ofLiteral(gateway))
                .device(a)
                .source(InetAddress.ofLiteral(source))
                .metric(50)
                .table(10001)
                .scope(Scope.UNIVERSE);
        netlink.batch().add(route).replace(route).run();
        var filter = RouteFilter.of(destination.family()).table(10001);
        assertThat(netlink.routes(filter)).containsExactly(route);
        assertThat(netlink.routes(filter.device(a))).containsExactly(route);
        assertThat(netlink.routes(filter.device(b))).isEmpty();
        assertThat(netlink.routes(filter.table(10002))).isEmpty();
        assertThat(netlink.routes(filter.device(9999))).isEmpty();
        assertThat(netlink.routes(RouteFilter.ALL)).contains(route);
        netlink.batch().delete(Route.to(destination).table(10001)).run();
        assertThat(netlink.routes(filter)).isEmpty();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "10.9.0.0/16, BLACKHOLE",
        "10.9.0.0/16, UNREACHABLE",
        "10.9.0.0/16, PROHIBIT",
        "10.9.0.0/16, THROW",
        "fd01::/64, BLACKHOLE",
        "fd01::/64, UNREACHABLE",
    })
    void routesThatRefuseNeedNoLink(Prefix destination, RouteType type) throws IOException {
        netlink.batch().add(Route.to(destination).type(type).table(300)).run();
        assertThat(netlink.routes(RouteFilter.of(destination.family()).table(300)))
                .extracting(Route::type, Route::destination)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(type, destination));
    }

    @Test
    void aGatewayWithoutARouteToItNeedsOnLink() throws IOException {
        var route = Route.toDefault(Family.IPV4)
                .via(InetAddress.ofLiteral("192.0.2.1"))
                .device(a)
                .table(10002);
        assertThatThrownBy(() -> netlink.batch().add(route).run())
                .isInstanceOf(NetlinkException.class)
                .hasMessageContaining("route add 0.0.0.0/0 via 192.0.2.1 dev " + a + " table 10002")
                .hasMessageContaining("Nexthop has invalid gateway");
        netlink.batch().add(route.onGatewayLink()).run();
        assertThat(netlink.routes(RouteFilter.ALL.table(10002))).singleElement().matches(Route::onLink);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"IPV4, 10.0.0.5/32, 10.8.0.0/16", "IPV6, fd00::5/128, fd08::/64"})
    void rulesAreAddedShownAndDeleted(Family family, Prefix from, Prefix to) throws IOException {
        var before = netlink.rules(family);
        var added = List.of(
                Rule.lookup(family, 512, Route.MAIN).to(to),
                Rule.lookup(family, 1024, Route.MAIN).mark(0x80, 0x80),
                Rule.lookup(family, 1536, 10001).from(from).input("a0"),
                Rule.lookup(family, 1537, 101).output("b0").flag(Rule.Flag.INVERTED),
                Rule.lookup(family, 1538, 255).from(from).protocol(58),
                Rule.lookup(family, 1539, 255).to(to).input("a0"),
                Rule.lookup(family, 1540, 101).from(from).input("lo").flag(Rule.Flag.FINDS_SOURCE),
                Rule.lookup(family, 1541, 0).action(Rule.Action.UNREACHABLE));
        var batch = netlink.batch();
        added.forEach(batch::add);
        batch.run();
        assertThat(netlink.rules(family)).containsAll(added).hasSize(before.size() + added.size());
        assertThatThrownBy(() -> netlink.batch().add(added.getFirst()).run())
                .isInstanceOfSatisfying(
                        NetlinkException.class,
                        e -> assertThat(e.is(Errno.EEXIST)).isTrue());
        var back = netlink.batch();
        added.forEach(back::delete);
        back.run();
        assertThat(netlink.rules(family)).isEqualTo(before);
        var gone =
                netlink.batch().delete(added.getFirst()).tolerate(Errno.ENOENT).run();
        assertThat(gone.tolerated()).hasSize(1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"10.0.0.77", "fd00::77"})
    void neighboursAndProxiesAreSetShownAndDeleted(String text) throws IOException {
        var address = InetAddress.ofLiteral(text);
        var neigh = Neigh.permanent(a, address, MacAddress.of("02:00:00:00:00:77"));
        var proxy = Neigh.proxy(a, address);
        netlink.batch().replace(neigh).replace(proxy).run();
        assertThat(netlink.neighs(a)).contains(neigh);
        assertThat(netlink.neighs(b)).doesNotContain(neigh);
        assertThat(netlink.proxies(a)).containsExactly(proxy);
        assertThat(netlink.proxies(b)).isEmpty();
        netlink.batch().delete(neigh).delete(proxy).run();
        assertThat(netlink.neighs(a)).doesNotContain(neigh);
        assertThat(netlink.proxies(a)).isEmpty();
        assertThat(netlink.neighs(9999)).isEmpty();
    }

    @Test
    void aBatchGoesOnAfterAFailureAndNamesEachOne() throws IOException {
        var batch = netlink.batch()
                .add(Addr.on(a, Prefix.of("10.0.0.1/24")))
                .tolerate(Errno.EEXIST)
                .deleteLink("missing")
                .set(b, LinkChange.mtu(1300))
                .add(Route.toDefault(Family.IPV4).via(InetAddress.ofLiteral("192.0.2.1")));
        var refused = catchThrowableOfType(NetlinkException.class, batch::run);
        assertThat(refused.failures()).extracting(Failure::index).containsExactly(1, 3);
        assertThat(refused.failures()).extracting(Failure::errno).containsExactly(Errno.ENODEV, Errno.ENETUNREACH);
        assertThat(refused).hasMessageStartingWith("2 of 4 netlink requests failed: #1 'link delete missing': ENODEV");
        assertThat(netlink.link("b0").orElseThrow().mtu()).isEqualTo(1300);
    }

    @Test
    void hundredsOfRequestsAreSplitAndKeepTheirIndexes() throws IOException {
        var batch = netlink.batch();
        for (int i = 0; i < 350; i++) {
            batch.add(Route.to(Prefix.of("10.20." + i / 100 + "." + i % 100))
                    .device(a)
                    .table(500));
        }
        for (int i : new int[] {0, 99, 100, 349}) {
            batch.add(Route.to(Prefix.of("10.20." + i / 100 + "." + i % 100))
                    .device(a)
                    .table(500));
        }
        var refused = catchThrowableOfType(NetlinkException.class, batch::run);
        assertThat(refused.failures()).extracting(Failure::index).containsExactly(350, 351, 352, 353);
        assertThat(netlink.routes(RouteFilter.ALL.table(500))).hasSize(350);
    }

    @Test
    void everyRequestOfALargeBatchMayFail() throws IOException {
        var batch = netlink.batch();
        IntStream.range(0, 320).forEach(i -> batch.deleteLink("missing" + i));
        var refused = catchThrowableOfType(NetlinkException.class, batch::run);
        assertThat(refused.failures())
                .extracting(Failure::index)
                .containsExactlyElementsOf(IntStream.range(0, 320).boxed().toList());
        assertThat(refused).hasMessageContaining("; and 315 more");
    }

    @Test
    void aBatchOfQuestionsIsAnsweredInOrder() throws IOException {
        var batch = netlink.batch();
        for (int i = 0; i < 150; i++) {
            batch.getLink(i % 2 == 0 ? "a0" : "b0");
        }
        assertThat(batch.run().links())
                .hasSize(150)
                .extracting(Link::index)
                .startsWith(a, b, a)
                .endsWith(a, b);
        assertThat(netlink.batch().run().links()).isEmpty();
    }

    @Test
    void theKernelExplainsWhatItCannotDo() {
        assertThatThrownBy(() ->
                        netlink.batch().veth(End.named("a0"), End.named("z0")).run())
                .hasMessageContaining("EEXIST");
        assertThatThrownBy(() -> netlink.batch()
                        .add(Route.to(Prefix.of("10.0.0.1/16")).device(a))
                        .run())
                .hasMessageContaining("Invalid prefix for given prefix length");
    }

    @Test
    void dangerousRequestsAreRefusedBeforeTheyAreSent() {
        var batch = netlink.batch();
        assertThatThrownBy(() -> batch.deleteGroup(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> batch.veth(End.named("x"), End.named("y", LinkChange.up())))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> batch.set(0, LinkChange.up())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> batch.deleteLink("a/b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> batch.tolerate(Errno.EEXIST)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void virtualThreadsAreTurnedAway() throws InterruptedException {
        var task = new FutureTask<>(() -> netlink.links(LinkFilter.ALL));
        Thread.ofVirtual().start(task).join();
        assertThatThrownBy(task::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aDumpLongerThanTheBufferIsWhole() throws IOException {
        var batch = netlink.batch();
        for (int i = 0; i < 3000; i++) {
            batch.add(Route.to(Prefix.of("10." + (30 + i / 250) + "." + i % 250 + ".0/24"))
                    .device(a)
                    .table(600));
        }
        batch.run();
        assertThat(netlink.routes(RouteFilter.ALL.table(600))).hasSize(3000).doesNotHaveDuplicates();
    }
}
