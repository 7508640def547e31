package io.vpccni.emulator.fabric;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An emulator with a fabric, and what a program on a node would do in it. */
final class TestWorld implements AutoCloseable {
    /** For an answer that comes: as long as a busy machine may need. */
    private static final int LONG_MILLIS = 10_000;

    /** For an answer that must not come; too short could only hide a mistake, not invent one. */
    private static final int SHORT_MILLIS = 400;

    final WorldName name;
    final Emulator emulator;
    final Fabric fabric;
    private final BlockingQueue<WireChange> followed = new LinkedBlockingQueue<>();

    TestWorld(String name) throws IOException {
        this(name, EmulatorOptions.instant());
    }

    TestWorld(String name, EmulatorOptions options) throws IOException {
        this.name = new WorldName(name);
        this.emulator = Emulator.start(options);
        this.fabric = Fabric.start(emulator, name);
        // Listeners are told one after the other: what this one hears, the fabric has done.
        emulator.addFabric(followed::add);
        followed.clear();
    }

    /** Waits until the fabric has followed a change of that kind. */
    <T extends WireChange> T awaitChange(Class<T> kind) throws InterruptedException {
        while (true) {
            var change = followed.poll(LONG_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(change)
                    .as("the next change, until " + kind.getSimpleName())
                    .isNotNull();
            if (kind.isInstance(change)) {
                return kind.cast(change);
            }
        }
    }

    Ec2Result call(Ec2Request request) {
        return emulator.decide((core, now) -> core.submit(request, now).result());
    }

    NetworkInterface primary(String node) {
        String instance = emulator.node(node).instanceId();
        return emulator.ask(
                core -> core.cloud().world().primaryInterface(instance).orElseThrow());
    }

    String address(String node) {
        return primary(node).addresses().getFirst().toString();
    }

    /** A new secondary address on the node's primary ENI, at EC2 only. */
    String assign(String node) throws InterruptedException {
        call(new Ec2Request.AssignPrivateIpAddresses(primary(node).id(), AddressWish.count(1), false));
        return awaitChange(WireChange.EniChanged.class)
                .eni()
                .addresses()
                .getLast()
                .toString();
    }

    void unassign(String node, String address) throws InterruptedException {
        call(new Ec2Request.UnassignPrivateIpAddresses(primary(node).id(), List.of(address), List.of()));
        awaitChange(WireChange.EniChanged.class);
    }

    String ipv6Address(String node) {
        return primary(node).ipv6Addresses().getFirst().toString();
    }

    /** {@code ip address add ADDRESS dev eth0} on the node, usable at once. */
    void configure(String node, String address) throws IOException {
        try (var netlink = netlink(node)) {
            int index = netlink.link("eth0").orElseThrow().index();
            var addr = Addr.on(index, Prefix.of(address));
            netlink.batch()
                    .add(addr.prefix().family() == Family.IPV6 ? addr.noDad() : addr)
                    .run();
        }
    }

    Netlink netlink(String node) throws IOException {
        try (var namespace = NetnsFd.open(name.node(node))) {
            return Netlink.in(namespace);
        }
    }

    /** Whether a packet from one address comes to the other and the answer back. Nobody listens: a refusal is an answer. */
    boolean answers(String node, String from, String to) throws IOException {
        return reaches(node, from, to, LONG_MILLIS);
    }

    /** As {@link #answers}, for an answer that should not come. */
    boolean answersSoon(String node, String from, String to) throws IOException {
        return reaches(node, from, to, SHORT_MILLIS);
    }

    private boolean reaches(String node, String from, String to, int patienceMillis) throws IOException {
        try (var socket = socket(node, from)) {
            socket.connect(new InetSocketAddress(to, 9), patienceMillis);
            return true;
        } catch (ConnectException e) {
            return String.valueOf(e.getMessage()).contains("refused");
        } catch (SocketTimeoutException | NoRouteToHostException e) {
            return false;
        }
    }

    /** What the internet's whoami answers to a request. */
    String whoami(String node, String from, String request) throws IOException {
        try (var socket = socket(node, from)) {
            var outside = from.contains(":") ? fabric.outsideIpv6Address() : fabric.outsideAddress();
            socket.connect(new InetSocketAddress(outside.orElseThrow(), Whoami.PORT), LONG_MILLIS);
            socket.setSoTimeout(LONG_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    DatagramChannel datagrams(String node, String address, int port) throws IOException {
        try (var namespace = NetnsFd.open(name.node(node))) {
            return Netns.call(namespace, DatagramChannel::open).bind(new InetSocketAddress(address, port));
        }
    }

    private Socket socket(String node, String from) throws IOException {
        try (var namespace = NetnsFd.open(name.node(node))) {
            return Netns.call(namespace, SocketChannel::open)
                    .bind(new InetSocketAddress(from, 0))
                    .socket();
        }
    }

    @Override
    public void close() throws IOException {
        fabric.close();
        emulator.close();
    }
}
