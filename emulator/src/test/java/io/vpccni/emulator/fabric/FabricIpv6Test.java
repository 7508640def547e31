package io.vpccni.emulator.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.Ipv6;
import io.vpccni.emulator.cloud.Ipv6Cidr;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.emulator.cloud.WorldPlan;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** IPv6 as a dual-stack VPC has it, between two nodes as they come from EC2. */
@RequiresNetworkNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FabricIpv6Test {
    private TestWorld world;

    @BeforeAll
    void start() throws IOException {
        world = new TestWorld("six", EmulatorOptions.instant().withIpv6());
    }

    @AfterAll
    void close() throws IOException {
        world.close();
    }

    private Ipv6Cidr assignPrefix(String node) throws InterruptedException {
        world.call(new Ec2Request.AssignIpv6Addresses(world.primary(node).id(), AddressWish.prefixCount(1)));
        return world.awaitChange(WireChange.EniChanged.class)
                .eni()
                .ipv6Prefixes()
                .getLast();
    }

    private String assignAddress(String node) throws InterruptedException {
        world.call(new Ec2Request.AssignIpv6Addresses(world.primary(node).id(), AddressWish.count(1)));
        return world.awaitChange(WireChange.EniChanged.class)
                .eni()
                .ipv6Addresses()
                .getLast()
                .toString();
    }

    private static String within(Ipv6Cidr prefix, int host) {
        return new Ipv6(prefix.base().high(), prefix.base().low() + host).toString();
    }

    @Test
    void anInstanceComesAsFromDhcpv6() throws IOException {
        try (var netlink = world.netlink("node1")) {
            int eth0 = netlink.link("eth0").orElseThrow().index();

            assertThat(netlink.addrs(eth0))
                    .extracting(Addr::prefix)
                    .contains(Prefix.of(world.ipv6Address("node1") + "/128"));
            assertThat(netlink.routes(RouteFilter.of(Family.IPV6).table(Route.MAIN)))
                    .filteredOn(route -> route.destination().equals(Prefix.all(Family.IPV6)))
                    .singleElement()
                    .satisfies(route -> {
                        assertThat(route.gateway()).isEqualTo(InetAddress.ofLiteral("fe80:ec2::1"));
                        assertThat(route.index()).isEqualTo(eth0);
                    });
        }
    }

    @Test
    void nodesReachEachOther() throws IOException {
        assertThat(world.answers("node1", world.ipv6Address("node1"), world.ipv6Address("node2")))
                .isTrue();
        assertThat(world.answers("node1", world.address("node1"), world.address("node2")))
                .isTrue();
    }

    @Test
    void anAddressNobodyHasDoesNotAnswer() throws IOException {
        assertThat(world.answersSoon("node1", world.ipv6Address("node1"), "2600:1f14:e00:7c00::1234"))
                .isFalse();
    }

    @Test
    void theInternetSeesEachAddressUntranslated() throws IOException, InterruptedException {
        var pod = within(assignPrefix("node1"), 7);
        world.configure("node1", pod);

        assertThat(world.whoami("node1", world.ipv6Address("node1"), "GET / HTTP/1.1\r\n\r\n"))
                .endsWith("\n" + world.ipv6Address("node1") + "\n");
        assertThat(world.whoami("node1", pod, "GET / HTTP/1.1\r\n\r\n")).endsWith("\n" + pod + "\n");
    }

    @Test
    void everyAddressOfAPrefixWorksUntilItIsUnassigned() throws IOException, InterruptedException {
        var prefix = assignPrefix("node2");
        var pod = within(prefix, 0xabcd);
        world.configure("node2", pod);
        var outside = world.fabric.outsideIpv6Address().orElseThrow();

        assertThat(world.answers("node1", world.ipv6Address("node1"), pod)).isTrue();
        assertThat(world.answers("node2", pod, outside)).isTrue();
        world.call(new Ec2Request.UnassignIpv6Addresses(
                world.primary("node2").id(), List.of(), List.of(prefix.toString())));
        world.awaitChange(WireChange.EniChanged.class);
        assertThat(world.answersSoon("node1", world.ipv6Address("node1"), pod)).isFalse();
        assertThat(world.answersSoon("node2", pod, outside)).isFalse();
    }

    @Test
    void anAddressMovesToTheEniThatTakesItOver() throws IOException, InterruptedException {
        var address = assignAddress("node1");
        world.configure("node2", address);
        world.call(new Ec2Request.UnassignIpv6Addresses(world.primary("node1").id(), List.of(address), List.of()));
        world.awaitChange(WireChange.EniChanged.class);
        world.call(new Ec2Request.AssignIpv6Addresses(world.primary("node2").id(), AddressWish.addresses(address)));
        world.awaitChange(WireChange.EniChanged.class);

        assertThat(world.answers("node1", world.ipv6Address("node1"), address)).isTrue();
    }

    // The answer could not come back anyway: what counts is that the packet itself does not arrive.
    @Test
    void aPacketFromAnAddressOfAnotherEniIsDropped() throws IOException, InterruptedException {
        var foreign = assignAddress("node2");
        world.configure("node1", foreign);
        try (var receiver = world.datagrams("node2", world.ipv6Address("node2"), 4000);
                var liar = world.datagrams("node1", foreign, 4001);
                var honest = world.datagrams("node1", world.ipv6Address("node1"), 4002)) {
            liar.send(ByteBuffer.wrap(new byte[] {1}), receiver.getLocalAddress());
            honest.send(ByteBuffer.wrap(new byte[] {2}), receiver.getLocalAddress());

            receiver.socket().setSoTimeout(10_000);
            var packet = new DatagramPacket(new byte[8], 8);
            receiver.socket().receive(packet);
            assertThat(packet.getSocketAddress()).isEqualTo(new InetSocketAddress(world.ipv6Address("node1"), 4002));
        }
    }

    @Test
    void withoutTheSourceCheckItArrives() throws IOException, InterruptedException {
        var foreign = "2600:1f14:e00:7c00::beef";
        world.configure("node1", foreign);
        sourceCheck(false);
        try (var receiver = world.datagrams("node2", world.ipv6Address("node2"), 4010);
                var router = world.datagrams("node1", foreign, 4011)) {
            router.send(ByteBuffer.wrap(new byte[] {1}), receiver.getLocalAddress());

            receiver.socket().setSoTimeout(10_000);
            var packet = new DatagramPacket(new byte[8], 8);
            receiver.socket().receive(packet);
            assertThat(packet.getSocketAddress()).isEqualTo(new InetSocketAddress(foreign, 4011));
        } finally {
            sourceCheck(true);
        }
        assertThat(world.answers("node1", world.ipv6Address("node1"), world.ipv6Address("node2")))
                .isTrue();
    }

    private void sourceCheck(boolean checked) throws InterruptedException {
        world.call(new Ec2Request.ModifyNetworkInterfaceAttribute(
                world.primary("node1").id(), null, null, checked, null));
        world.awaitChange(WireChange.EniChanged.class);
    }

    @Test
    void aDetachedEniLeavesNoRules() throws IOException, InterruptedException {
        var before = routerRules();
        var create = Ec2Request.CreateNetworkInterface.in(world.primary("node1").subnetId())
                .withIpv6(AddressWish.prefixCount(2));
        var eni = ((Ec2Result.Created) world.call(create)).eni();
        var attached = (Ec2Result.Attached) world.call(new Ec2Request.AttachNetworkInterface(
                eni.id(), world.emulator.node("node1").instanceId(), 1, 0));
        world.awaitChange(WireChange.EniAttached.class);

        assertThat(routerRules()).hasSize(before.size() + 3);
        world.call(new Ec2Request.DetachNetworkInterface(attached.attachmentId(), false));
        world.awaitChange(WireChange.EniDetached.class);
        assertThat(routerRules()).isEqualTo(before);
    }

    private List<Rule> routerRules() throws IOException {
        try (var namespace = NetnsFd.open(world.name.router());
                var netlink = Netlink.in(namespace)) {
            return netlink.rules(Family.IPV6);
        }
    }

    @Test
    void aVpcWithoutIpv6HasNone() throws IOException {
        var plan = WorldPlan.usual().withoutIpv6();
        try (var old = new TestWorld("four", EmulatorOptions.instant().withPlan(plan))) {
            assertThat(old.fabric.outsideIpv6Address()).isEmpty();
            assertThat(old.answers("node1", old.address("node1"), old.address("node2")))
                    .isTrue();
        }
    }
}
