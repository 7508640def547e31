package io.vpccni.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.netlink.testing.TestNamespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@RequiresNetworkNamespaces
class PodWiringTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({"IPv4, 10.1.0.5, 169.254.1.1, 10.1.0.200", "IPv6, fd00:1::5, fe80::1, fd00:1::200"})
    void aWiredPodShowsWhatWasAskedForAndReachesItsHost(String name, String pod, String gateway, String host)
            throws IOException {
        var podAddress = InetAddress.ofLiteral(pod);
        var gatewayAddress = InetAddress.ofLiteral(gateway);
        try (var namespaces = new TestNamespaces()) {
            var hostNamespace = namespaces.create();
            var podNamespace = namespaces.create();
            var wiring = PodWiring.wire(hostNamespace, podNamespace, podAddress, gatewayAddress);
            try (var inHost = Netlink.in(hostNamespace);
                    var inPod = Netlink.in(podNamespace)) {
                var eth0 = inPod.link("eth0").orElseThrow();
                assertThat(eth0.index()).isEqualTo(wiring.podIndex());
                assertThat(eth0.link()).isEqualTo(wiring.host().index());
                assertThat(eth0.up()).isTrue();
                assertThat(eth0.running()).isTrue();
                assertThat(eth0.mtu()).isEqualTo(9001);
                assertThat(eth0.txQueueLength()).isZero();
                assertThat(eth0.kind()).isEqualTo("veth");
                assertThat(wiring.host().mac()).isEqualTo(PodWiring.HOST_MAC);

                assertThat(inPod.addrs(eth0.index()))
                        .filteredOn(a -> a.scope().equals(Scope.UNIVERSE))
                        .extracting(Addr::prefix, Addr::tentative)
                        .containsExactly(org.assertj.core.groups.Tuple.tuple(Prefix.host(podAddress), false));
                assertThat(inPod.routes(RouteFilter.of(Family.of(podAddress)).table(Route.MAIN)))
                        .anyMatch(r -> gatewayAddress.equals(r.gateway())
                                && r.destination().length() == 0)
                        .anyMatch(r -> r.destination().equals(Prefix.host(gatewayAddress)) && r.gateway() == null);
                assertThat(inPod.neighs(eth0.index()))
                        .contains(Neigh.permanent(eth0.index(), gatewayAddress, PodWiring.HOST_MAC));
                assertThat(inHost.rules(Family.of(podAddress)))
                        .contains(
                                Rule.lookup(Family.of(podAddress), 512, Route.MAIN)
                                        .to(Prefix.host(podAddress)),
                                Rule.lookup(Family.of(podAddress), 1536, PodWiring.TABLE)
                                        .from(Prefix.host(podAddress)));
                // An address of its own for the host, and a datagram from there to the pod.
                inHost.batch()
                        .set("lo", LinkChange.up())
                        .add(Addr.on(wiring.host().index(), Prefix.of(host)).noDad())
                        .run();
            }
            try (var sender = Netns.call(hostNamespace, DatagramChannel::open);
                    var receiver = Netns.call(podNamespace, DatagramChannel::open)) {
                receiver.bind(new InetSocketAddress(podAddress, 0));
                receiver.socket().setSoTimeout(10_000);
                sender.bind(new InetSocketAddress(InetAddress.ofLiteral(host), 0));
                sender.send(ByteBuffer.wrap(new byte[] {42}), receiver.getLocalAddress());
                var packet = new java.net.DatagramPacket(new byte[8], 8);
                receiver.socket().receive(packet);
                assertThat(packet.getData()[0]).isEqualTo((byte) 42);
                assertThat(packet.getAddress()).isEqualTo(InetAddress.ofLiteral(host));
            }
        }
    }
}
