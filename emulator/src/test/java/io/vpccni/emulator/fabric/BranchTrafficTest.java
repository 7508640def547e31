package io.vpccni.emulator.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.Ipv4Cidr;
import io.vpccni.emulator.cloud.Ipv6Cidr;
import io.vpccni.emulator.cloud.Peer;
import io.vpccni.emulator.cloud.RuleWish;
import io.vpccni.emulator.cloud.Traffic;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.emulator.faults.Links;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pods with branches on two nodes, and what their security groups let through. */
@RequiresNetworkNamespaces
class BranchTrafficTest {
    private final List<TestBranch> branches = new ArrayList<>();
    private TestWorld world;
    private Map<String, String> trunks;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        world = new TestWorld("branches");
        trunks = Map.of(
                "node1", TestBranch.trunk(world, "node1"),
                "node2", TestBranch.trunk(world, "node2"));
    }

    @AfterEach
    void close() throws IOException {
        TestBranch.closeAll(branches);
        world.close();
    }

    private TestBranch branch(String node, String... groups) throws IOException, InterruptedException {
        var branch = TestBranch.of(world, node, String.valueOf(trunks.get(node)), branches.size() + 1, groups);
        branches.add(branch);
        return branch;
    }

    private String group(String name) throws InterruptedException {
        String vpc = world.emulator.ask(
                core -> core.cloud().world().vpcs().keySet().iterator().next());
        var created =
                (Ec2Result.GroupCreated) world.call(new Ec2Request.CreateSecurityGroup(name, "a test", vpc, Map.of()));
        world.awaitChange(WireChange.GroupChanged.class);
        return created.group().id();
    }

    private void allow(String group, Traffic traffic, Peer... peers) throws InterruptedException {
        var rules =
                List.of(peers).stream().map(peer -> RuleWish.of(traffic, peer)).toList();
        world.call(new Ec2Request.AuthorizeSecurityGroupIngress(group, rules));
        world.awaitChange(WireChange.GroupChanged.class);
    }

    private void forbid(String group, Traffic traffic, Peer peer) throws InterruptedException {
        world.call(new Ec2Request.RevokeSecurityGroupIngress(group, List.of(RuleWish.of(traffic, peer)), List.of()));
        world.awaitChange(WireChange.GroupChanged.class);
    }

    private void forbidAllEgress(String group) throws InterruptedException {
        world.call(new Ec2Request.RevokeSecurityGroupEgress(
                group,
                List.of(RuleWish.of(Traffic.ALL, ipv4("0.0.0.0/0")), RuleWish.of(Traffic.ALL, ipv6("::/0"))),
                List.of()));
        world.awaitChange(WireChange.GroupChanged.class);
    }

    private static Traffic tcp(int from, int to) {
        return Traffic.of("tcp", from, to);
    }

    private static Peer ipv4(String cidr) {
        return new Peer.Ipv4Range(Ipv4Cidr.parse(cidr));
    }

    private static Peer ipv6(String cidr) {
        return new Peer.Ipv6Range(Ipv6Cidr.parse(cidr));
    }

    @Test
    void branchesReachTheirGatewayEachOtherAndTheNodes() throws IOException, InterruptedException {
        var one = branch("node1");
        var neighbour = branch("node1");
        var far = branch("node2");

        assertThat(one.reaches(one.gateway(), 9)).as("the gateway").isTrue();
        assertThat(one.reaches(neighbour.address(), 9)).as("on the same node").isTrue();
        assertThat(one.reaches(far.address(), 9)).as("on another node").isTrue();
        assertThat(one.reaches(world.address("node2"), 9)).as("another node").isTrue();
        assertThat(world.answers("node2", world.address("node2"), one.address()))
                .as("from another node")
                .isTrue();
        assertThat(one.reaches(neighbour.ipv6Address(), 9))
                .as("on the same node in IPv6")
                .isTrue();
        assertThat(one.reaches(far.ipv6Address(), 9))
                .as("on another node in IPv6")
                .isTrue();
    }

    @Test
    void aGroupOpensPortsToANetwork() throws IOException, InterruptedException {
        String web = group("web");
        var client = branch("node1");
        var near = branch("node1", web);
        var far = branch("node2", web);
        allow(web, tcp(80, 81), ipv4(client.address() + "/32"), ipv6(client.ipv6Address() + "/128"));

        for (var server : List.of(near, far)) {
            assertThat(client.reaches(server.address(), 81)).as("an open port").isTrue();
            assertThat(client.reachesSoon(server.address(), 82))
                    .as("a closed port")
                    .isFalse();
            assertThat(client.reaches(server.ipv6Address(), 80))
                    .as("an open port in IPv6")
                    .isTrue();
            assertThat(client.reachesSoon(server.ipv6Address(), 82))
                    .as("a closed port in IPv6")
                    .isFalse();
            assertThat(world.answersSoon("node1", world.address("node1"), server.address()))
                    .as("somebody else")
                    .isFalse();
        }
        assertThat(near.reaches(client.address(), 9)).as("everything out").isTrue();
    }

    @Test
    void branchesOfPrivateSubnetsReachTheInternetAndThoseOfPublicOnesDoNot() throws IOException, InterruptedException {
        String outside = world.fabric.outsideAddress().orElseThrow();
        var open = branch("node1");
        world.call(new Ec2Request.CreateTags(
                List.of(world.primary("node1").subnetId()), Map.of("kubernetes.io/role/internal-elb", "1")));
        var hidden = branch("node1");

        assertThat(open.reachesSoon(outside, Whoami.PORT))
                .as("of a public subnet")
                .isFalse();
        assertThat(hidden.reaches(outside, Whoami.PORT))
                .as("of a private subnet")
                .isTrue();
        world.call(new Ec2Request.DisassociateTrunkInterface(hidden.associationId, null));
        world.awaitChange(WireChange.BranchGone.class);
        assertThat(hidden.reachesSoon(outside, Whoami.PORT)).as("gone").isFalse();
    }

    @Test
    void aGroupOpensPortsOfUdpOnly() throws IOException, InterruptedException {
        String dns = group("dns");
        var allowed = branch("node1");
        var stranger = branch("node1");
        var server = branch("node2", dns);
        allow(
                dns,
                Traffic.of("udp", TestBranch.DATAGRAM_PORT, TestBranch.DATAGRAM_PORT),
                ipv4(allowed.address() + "/32"));

        try (var receiver = server.datagrams()) {
            stranger.send("from a stranger", server.address());
            allowed.send("allowed", server.address());

            assertThat(TestBranch.receive(receiver)).isEqualTo("allowed");
        }
        assertThat(allowed.reachesSoon(server.address(), TestBranch.DATAGRAM_PORT))
                .as("the same port of TCP")
                .isFalse();
    }

    @Test
    void aGroupOpensTypesOfIcmp() throws IOException, InterruptedException {
        String echo = group("echo");
        String timestamp = group("timestamp");
        var client = branch("node1");
        var server = branch("node2", echo);
        var other = branch("node2", timestamp);
        allow(echo, Traffic.of("icmp", 8, -1), ipv4("0.0.0.0/0"));
        allow(echo, Traffic.of("icmpv6", 128, -1), ipv6("::/0"));
        allow(timestamp, Traffic.of("icmp", 13, -1), ipv4("0.0.0.0/0"));

        assertThat(client.pings(server.address())).isTrue();
        assertThat(client.pings(server.ipv6Address())).isTrue();
        assertThat(client.pings(other.address())).as("another type").isFalse();
        assertThat(client.reachesSoon(server.address(), 9)).as("TCP").isFalse();
    }

    @Test
    void aGroupOpensPortsToTheMembersOfAGroup() throws IOException, InterruptedException {
        String web = group("web");
        String database = group("database");
        allow(database, tcp(5432, 5432), new Peer.Group(web));
        var server = branch("node2", database);
        var near = branch("node2", web);
        var client = branch("node1");

        assertThat(near.reaches(server.address(), 5432)).isTrue();
        assertThat(near.reaches(server.ipv6Address(), 5432)).isTrue();
        assertThat(client.reachesSoon(server.address(), 5432)).isFalse();
        world.call(new Ec2Request.ModifyNetworkInterfaceAttribute(client.eniId, List.of(web), null, null, null));
        world.awaitChange(WireChange.BranchChanged.class);
        assertThat(client.reaches(server.address(), 5432)).as("a new member").isTrue();
    }

    @Test
    void aRevokedRuleEndsNewConnectionsAndLeavesEstablishedOnes() throws IOException, InterruptedException {
        String web = group("web");
        var everybody = ipv4("0.0.0.0/0");
        allow(web, tcp(80, 80), everybody);
        allow(web, tcp(81, 81), everybody);
        var client = branch("node1");
        var server = branch("node1", web);
        try (var listener = server.listen(80);
                var connection = client.connect(server.address(), 80);
                var accepted = listener.accept()) {
            accepted.setSoTimeout(TestBranch.LONG_MILLIS);
            forbid(web, tcp(81, 81), everybody);
            connection.getOutputStream().write('a');
            assertThat(accepted.getInputStream().read())
                    .as("while its rule stays")
                    .isEqualTo('a');

            forbid(web, tcp(80, 80), everybody);

            accepted.getOutputStream().write('b');
            assertThat(connection.getInputStream().read()).isEqualTo('b');
            connection.getOutputStream().write('c');
            assertThat(accepted.getInputStream().read())
                    .as("tracked, as EC2 does")
                    .isEqualTo('c');
            assertThat(client.reachesSoon(server.address(), 80)).isFalse();
        }
    }

    @Test
    void whatMayNotLeaveDoesNotEvenReachTheGateway() throws IOException, InterruptedException {
        String closed = group("closed");
        forbidAllEgress(closed);
        var prisoner = branch("node1", closed);
        var other = branch("node1");

        assertThat(prisoner.reachesSoon(prisoner.gateway(), 9)).isFalse();
        assertThat(prisoner.reachesSoon(other.address(), 9)).isFalse();
        assertThat(prisoner.reachesSoon(other.ipv6Address(), 9)).isFalse();
    }

    @Test
    void ordinaryEnisHaveTheirGroupsToo() throws IOException, InterruptedException {
        String ssh = group("ssh");
        allow(ssh, tcp(22, 22), ipv4("0.0.0.0/0"));
        var client = branch("node1");

        world.call(new Ec2Request.ModifyNetworkInterfaceAttribute(
                world.primary("node2").id(), List.of(ssh), null, null, null));
        world.awaitChange(WireChange.EniChanged.class);

        assertThat(client.reaches(world.address("node2"), 22)).isTrue();
        assertThat(client.reachesSoon(world.address("node2"), 9)).isFalse();
    }

    @Test
    void anAddressThatIsNotTheBranchsIsDropped() throws IOException, InterruptedException {
        var thief = branch("node1");
        var victim = branch("node1");
        var server = branch("node2");

        thief.pretend(victim.address());

        try (var receiver = server.datagrams()) {
            thief.send("stolen", server.address());
            victim.send("own", server.address());
            assertThat(TestBranch.receive(receiver)).isEqualTo("own");
        }
    }

    @Test
    void aBranchIsGoneWithItsAssociation() throws IOException, InterruptedException {
        var one = branch("node1");
        var far = branch("node2");
        assertThat(one.reaches(far.address(), 9)).isTrue();

        world.call(new Ec2Request.DisassociateTrunkInterface(far.associationId, null));
        world.awaitChange(WireChange.BranchGone.class);

        assertThat(one.reachesSoon(far.address(), 9)).isFalse();
    }

    @Test
    void aBranchThatCameBeforeItsTrunksLinkIsConnectedWithIt() throws IOException, InterruptedException {
        String instance = world.emulator.addNode("m5.large").instanceId();
        world.awaitChange(WireChange.EniAttached.class);
        world.emulator.run(core -> core.links().set(instance, new Links.Fault.Missing()));
        var subnet = world.primary("node3").subnetId();
        var trunk = ((Ec2Result.Created)
                        world.call(Ec2Request.CreateNetworkInterface.in(subnet).withInterfaceType("trunk")))
                .eni();
        world.call(new Ec2Request.AttachNetworkInterface(trunk.id(), instance, 2, 0));
        var eni = ((Ec2Result.Created) world.call(Ec2Request.CreateNetworkInterface.in(subnet))).eni();
        world.call(new Ec2Request.AssociateTrunkInterface(eni.id(), trunk.id(), 9, null));
        world.awaitChange(WireChange.BranchChanged.class);

        world.emulator.run(core -> core.links().clear(instance));
        world.awaitChange(WireChange.EniAttached.class);

        assertThat(routes()).contains(eni.primaryAddress() + " ");
        world.emulator.removeNode("node3");
        world.awaitChange(WireChange.NodeRemoved.class);
        assertThat(routes()).doesNotContain(eni.primaryAddress() + " ");
    }

    private String routes() throws IOException, InterruptedException {
        var process =
                new ProcessBuilder("ip", "-n", world.name.router().getFileName().toString(), "route").start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output;
    }

    @Test
    void vlansAreRefusedWhereTheKernelHasNone() throws IOException {
        org.junit.jupiter.api.Assumptions.assumeFalse(BranchLinks.kernelHasVlans());
        try (var emulator = Emulator.start(EmulatorOptions.instant())) {
            assertThatThrownBy(() -> Fabric.start(emulator, "novlans", BranchLinks.VLAN))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("macvlan");
        }
    }
}
