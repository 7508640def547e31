package io.vpccni.emulator.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Ipv4Setting;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What gets through and what does not, with two nodes as they come from EC2. */
@RequiresNetworkNamespaces
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FabricTrafficTest {
    private TestWorld world;

    @BeforeAll
    void start() throws IOException {
        world = new TestWorld("traffic");
    }

    @AfterAll
    void close() throws IOException {
        world.close();
    }

    @Test
    void nodesOfOneSubnetReachEachOther() throws IOException {
        assertThat(world.answers("node1", world.address("node1"), world.address("node2")))
                .isTrue();
        assertThat(world.answers("node2", world.address("node2"), world.address("node1")))
                .isTrue();
    }

    @Test
    void anAddressNobodyHasDoesNotAnswer() throws IOException {
        assertThat(world.answersSoon("node1", world.address("node1"), "10.0.31.250"))
                .isFalse();
    }

    @Test
    void anEniOfAnotherSubnetIsReachedOverItsGateway() throws IOException, InterruptedException {
        var otherSubnet = world.emulator.ask(
                core -> List.copyOf(core.cloud().world().subnets().values()).get(1));
        var eni = ((Ec2Result.Created) world.call(Ec2Request.CreateNetworkInterface.in(otherSubnet.id()))).eni();
        world.call(new Ec2Request.AttachNetworkInterface(
                eni.id(), world.emulator.node("node2").instanceId(), 1, 0));
        var wired = world.awaitChange(WireChange.EniAttached.class).eni();
        var address = wired.addresses().getFirst().toString();
        try (var netlink = world.netlink("node2")) {
            // As the daemon does: a table of its own for what comes from the second ENI.
            int index = netlink.link("eth1").orElseThrow().index();
            var gateway = Router.gateway(wired.subnetCidr());
            netlink.batch()
                    .set(index, LinkChange.up())
                    .add(Addr.on(index, Prefix.of(address)))
                    .add(Route.to(Prefix.host(gateway)).device(index).table(2).scope(io.vpccni.netlink.Scope.LINK))
                    .add(Route.toDefault(io.vpccni.netlink.Family.IPV4)
                            .via(gateway)
                            .device(index)
                            .table(2))
                    .add(Rule.lookup(io.vpccni.netlink.Family.IPV4, 1536, 2).from(Prefix.of(address)))
                    .run();
        }

        assertThat(wired.subnetCidr()).hasToString("10.0.32.0/19");
        assertThat(world.answers("node1", world.address("node1"), address)).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"in HTTP, GET / HTTP/1.1, HTTP/1.0 200 OK", "in plain text, '', ''"})
    void theInternetSeesANodeByItsPrimaryAddress(String name, String request, String status) throws IOException {
        var head = request.isEmpty() ? "" : request + "\r\nHost: x\r\n\r\n";

        var answer = world.whoami("node1", world.address("node1"), head);

        assertThat(answer).startsWith(status).endsWith(world.address("node1") + "\n");
    }

    @Test
    void aSecondaryAddressWorksUntilItIsUnassigned() throws IOException, InterruptedException {
        var address = world.assign("node2");
        world.configure("node2", address);

        assertThat(world.answers("node1", world.address("node1"), address)).isTrue();
        world.unassign("node2", address);
        assertThat(world.answersSoon("node1", world.address("node1"), address)).isFalse();
    }

    // A pod's address is not one of the node's: the node answers no ARP for it, and a VPC does not ask.
    @Test
    void anAddressIsDeliveredToTheEniThatDoesNotAnswerForIt() throws IOException, InterruptedException {
        var address = world.assign("node2");
        try (var netlink = world.netlink("node2")) {
            int loopback = netlink.link("lo").orElseThrow().index();
            int eth0 = netlink.link("eth0").orElseThrow().index();
            netlink.batch()
                    .set(eth0, LinkChange.ipv4(Ipv4Setting.ARP_IGNORE, 1))
                    .add(Addr.on(loopback, Prefix.of(address)))
                    .run();
        }

        assertThat(world.answers("node1", world.address("node1"), address)).isTrue();
    }

    @Test
    void everyAddressOfAPrefixWorks() throws IOException, InterruptedException {
        world.call(new Ec2Request.AssignPrivateIpAddresses(
                world.primary("node2").id(), AddressWish.prefixCount(1), false));
        var prefix =
                world.awaitChange(WireChange.EniChanged.class).eni().prefixes().getLast();
        var last = new io.vpccni.emulator.cloud.Ipv4(prefix.base().bits() + 15).toString();
        world.configure("node2", last);

        assertThat(world.answers("node1", world.address("node1"), last)).isTrue();
    }

    @Test
    void anAddressMovesToTheEniThatTakesItOver() throws IOException, InterruptedException {
        var address = world.assign("node2");
        world.configure("node1", address);
        world.call(new Ec2Request.AssignPrivateIpAddresses(
                world.primary("node1").id(), AddressWish.addresses(address), true));
        world.awaitChange(WireChange.EniChanged.class);
        world.awaitChange(WireChange.EniChanged.class);

        assertThat(world.answers("node2", world.address("node2"), address)).isTrue();
    }

    @Test
    void theInternetDoesNotAnswerASecondaryAddress() throws IOException, InterruptedException {
        var address = world.assign("node1");
        world.configure("node1", address);
        var outside = world.fabric.outsideAddress().orElseThrow();

        assertThat(world.answersSoon("node1", address, outside)).isFalse();
        assertThat(world.answers("node1", world.address("node1"), outside)).isTrue();
        assertThat(world.answers("node1", address, world.address("node2"))).isTrue();
    }

    // The answer could not come back anyway: what counts is that the packet itself does not arrive.
    @Test
    void aPacketFromAnAddressOfAnotherEniIsDropped() throws IOException, InterruptedException {
        var foreign = world.assign("node2");
        world.configure("node1", foreign);
        try (var receiver = world.datagrams("node2", world.address("node2"), 4000);
                var liar = world.datagrams("node1", foreign, 4001);
                var honest = world.datagrams("node1", world.address("node1"), 4002)) {
            liar.send(ByteBuffer.wrap(new byte[] {1}), receiver.getLocalAddress());
            honest.send(ByteBuffer.wrap(new byte[] {2}), receiver.getLocalAddress());

            receiver.socket().setSoTimeout(10_000);
            var packet = new java.net.DatagramPacket(new byte[8], 8);
            receiver.socket().receive(packet);
            assertThat(packet.getSocketAddress()).isEqualTo(new InetSocketAddress(world.address("node1"), 4002));
        }
    }
}
