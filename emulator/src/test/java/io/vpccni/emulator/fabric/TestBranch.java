package io.vpccni.emulator.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.emulator.cloud.WireEni;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.Scope;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A branch, and a namespace that has the branch's link as a pod would have it. */
final class TestBranch implements AutoCloseable {
    /** For an answer that comes: as long as a busy machine may need. */
    static final int LONG_MILLIS = 10_000;

    /** For an answer that must not come; too short could only hide a mistake, not invent one. */
    private static final int SHORT_MILLIS = 400;

    static final int DATAGRAM_PORT = 4000;

    private static final String LINK = "branch";

    final String eniId;
    final String associationId;
    final WireEni eni;
    private final NetnsFd namespace;

    private TestBranch(String associationId, WireEni eni, NetnsFd namespace) {
        this.eniId = eni.eniId();
        this.associationId = associationId;
        this.eni = eni;
        this.namespace = namespace;
    }

    /** A trunk at device index 2 of the node, up; its id. */
    static String trunk(TestWorld world, String node) throws IOException, InterruptedException {
        var primary = world.primary(node);
        var trunk = created(
                world, Ec2Request.CreateNetworkInterface.in(primary.subnetId()).withInterfaceType("trunk"));
        world.call(new Ec2Request.AttachNetworkInterface(
                trunk.id(), world.emulator.node(node).instanceId(), 2, 0));
        world.awaitChange(WireChange.EniAttached.class);
        try (var netlink = world.netlink(node)) {
            netlink.batch().set("eth2", LinkChange.up()).run();
        }
        return trunk.id();
    }

    private static NetworkInterface created(TestWorld world, Ec2Request request) {
        return ((Ec2Result.Created) world.call(request)).eni();
    }

    /** A branch with an address of each family, behind the node's eth2. */
    static TestBranch of(TestWorld world, String node, String trunk, int vlanId, String... groups)
            throws IOException, InterruptedException {
        var request = Ec2Request.CreateNetworkInterface.in(world.primary(node).subnetId())
                .withIpv6(AddressWish.count(1))
                .withGroups(groups);
        var eni = created(world, request);
        var answer = (Ec2Result.Associated)
                world.call(new Ec2Request.AssociateTrunkInterface(eni.id(), trunk, vlanId, null));
        var wired = world.awaitChange(WireChange.BranchChanged.class).branch().eni();
        var association = answer.branch().association();
        assertThat(association).isNotNull();
        var branch = new TestBranch(association.id(), wired, Netns.createUnnamed());
        branch.makeLink(world, node, vlanId);
        branch.configure();
        return branch;
    }

    private void makeLink(TestWorld world, String node, int vlanId) throws IOException, InterruptedException {
        String kind =
                switch (world.fabric.branchLinks()) {
                    case VLAN -> "type vlan id " + vlanId;
                    case MACVLAN -> "type macvlan mode private";
                };
        run("ip -n " + world.name.node(node).getFileName() + " link add link eth2 name " + LINK + " address "
                + eni.mac() + " " + kind);
        try (var netlink = world.netlink(node)) {
            netlink.batch().set(LINK, LinkChange.namespace(namespace)).run();
        }
    }

    static void run(String command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command.split(" ", -1))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command + ": " + output).isZero();
    }

    private void configure() throws IOException {
        try (var netlink = Netlink.in(namespace)) {
            int index = netlink.link(LINK).orElseThrow().index();
            var gateway = Router.gateway(eni.subnetCidr());
            netlink.batch()
                    .set("lo", LinkChange.up())
                    .set(index, LinkChange.up())
                    .add(Addr.on(index, Prefix.of(address())))
                    .add(Route.to(Prefix.host(gateway)).device(index).scope(Scope.LINK))
                    .add(Route.toDefault(Family.IPV4).via(gateway).device(index))
                    .add(Addr.on(index, Prefix.of(ipv6Address())).noDad())
                    .add(Route.toDefault(Family.IPV6)
                            .via(Ipv6Routing.GATEWAY.address())
                            .device(index))
                    .run();
        }
    }

    String address() {
        return eni.addresses().getFirst().toString();
    }

    String ipv6Address() {
        return eni.ipv6Addresses().getFirst().toString();
    }

    /** The gateway of the branch's subnet. */
    String gateway() {
        return Router.gateway(eni.subnetCidr()).getHostAddress();
    }

    /** Whether a packet to that port comes back as an answer. Nobody needs to listen: a refusal is an answer. */
    boolean reaches(String address, int port) throws IOException {
        return reaches(address, port, LONG_MILLIS);
    }

    /** As {@link #reaches(String, int)}, for an answer that should not come. */
    boolean reachesSoon(String address, int port) throws IOException {
        return reaches(address, port, SHORT_MILLIS);
    }

    private boolean reaches(String address, int port, int patienceMillis) throws IOException {
        try (var socket = socket()) {
            socket.connect(new InetSocketAddress(address, port), patienceMillis);
            return true;
        } catch (ConnectException e) {
            return String.valueOf(e.getMessage()).contains("refused");
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    Socket connect(String address, int port) throws IOException {
        var socket = socket();
        socket.setSoTimeout(LONG_MILLIS);
        socket.connect(new InetSocketAddress(address, port), LONG_MILLIS);
        return socket;
    }

    private Socket socket() throws IOException {
        return Netns.call(namespace, SocketChannel::open).socket();
    }

    /** What comes to {@link #DATAGRAM_PORT}. */
    DatagramSocket datagrams() throws IOException {
        var socket = Netns.call(namespace, DatagramChannel::open).socket();
        socket.setSoTimeout(LONG_MILLIS);
        socket.bind(new InetSocketAddress(address(), DATAGRAM_PORT));
        return socket;
    }

    static String receive(DatagramSocket socket) throws IOException {
        var packet = new DatagramPacket(new byte[100], 100);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
    }

    void send(String text, String address) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        try (var socket = Netns.call(namespace, DatagramChannel::open).socket()) {
            socket.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(address, DATAGRAM_PORT)));
        }
    }

    /** Whether an echo request is answered within a second. */
    boolean pings(String address) throws IOException, InterruptedException {
        return Netns.call(
                                namespace,
                                () -> new ProcessBuilder("ping", "-n", "-c", "1", "-W", "1", address)
                                        .redirectErrorStream(true)
                                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                        .start())
                        .waitFor()
                == 0;
    }

    ServerSocket listen(int port) throws IOException {
        var server = Netns.call(namespace, ServerSocketChannel::open).socket();
        server.setSoTimeout(LONG_MILLIS);
        server.bind(new InetSocketAddress(address(), port));
        return server;
    }

    /** Another address on the link, which EC2 has not given to this branch, as the source of what goes out. */
    void pretend(String address) throws IOException {
        try (var netlink = Netlink.in(namespace)) {
            int index = netlink.link(LINK).orElseThrow().index();
            netlink.batch()
                    .delete(Addr.on(index, Prefix.of(address())))
                    .add(Addr.on(index, Prefix.of(address)))
                    .run();
            var gateway = Router.gateway(eni.subnetCidr());
            netlink.batch()
                    .replace(Route.to(Prefix.host(gateway)).device(index).scope(Scope.LINK))
                    .replace(Route.toDefault(Family.IPV4).via(gateway).device(index))
                    .run();
        }
    }

    @Override
    public void close() {
        namespace.close();
    }

    static void closeAll(List<TestBranch> branches) {
        branches.forEach(TestBranch::close);
    }
}
