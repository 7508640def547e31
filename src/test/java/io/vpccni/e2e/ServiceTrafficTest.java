package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vpccni.dataplane.FirewallBackend;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Traffic by rules that kube-proxy writes, to a pod on a secondary interface: there answers would leave by another interface
 * than requests came in, were it not for the mark.
 */
@RequiresNetworkNamespaces
class ServiceTrafficTest {

    /** More than fit on the first interface of an m5.large. */
    private static final int PODS = 12;

    private static final String SERVICE = "172.20.0.10";
    private static final int SERVICE_PORT = 80;
    private static final int NODE_PORT = 30080;
    private static final int POD_PORT = 8080;
    private static final int DNS_PORT = 53;

    /** The longest payload of a ping at the MTU of a VPC, 9001: less the headers of IP and ICMP. */
    private static final int LARGEST_PING = 8973;

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void requirePrograms() {
        for (String program : List.of("iptables-legacy", "iptables-nft")) {
            assumeTrue(Files.isExecutable(Path.of("/usr/sbin", program)), () -> program + " is not installed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServiceIsReachedFromPodsOfBothNodesFromItselfAndByNodePort(FirewallBackend backend) throws Exception {
        String iptables = backend == FirewallBackend.LEGACY ? "iptables-legacy" : "iptables-nft";
        assertServiceIsReached(backend, iptables, endpoint -> kubeProxy(iptables, endpoint));
    }

    @Test
    void aServiceOfKubeProxysNftablesModeIsReachedAsWell() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "nftables is not installed");
        assertServiceIsReached(FirewallBackend.NFTABLES, "iptables-nft", ServiceTrafficTest::kubeProxyOfNftables);
    }

    private void assertServiceIsReached(FirewallBackend backend, String iptables, UnaryOperator<String> kubeProxy)
            throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant())) {
            for (String node : List.of("node1", "node2")) {
                world.inNode(node, iptables + " -t mangle -N KUBE-IPTABLES-HINT");
            }
            try (var first = world.startDaemon("node1", Map.of());
                    var second = world.startDaemon("node2", Map.of())) {
                assertThat(first.node().firewallBackend()).isEqualTo(backend);
                List<Pod> pods = pods(world, "node1", first, PODS);
                Pod client = pods.getFirst();
                Pod server = pods.getLast();
                String address = server.addresses().getFirst();
                assertThat(world.inNode("node1", "ip rule show from " + address))
                        .contains("1536:");
                Pod elsewhere = pods(world, "node2", second, 1).getFirst();
                for (String node : List.of("node1", "node2")) {
                    world.inNode(node, kubeProxy.apply(address));
                }

                try (ServerSocketChannel listener = server.listen(POD_PORT)) {
                    for (Pod caller : List.of(client, elsewhere)) {
                        try (var talk = caller.talkTo(SERVICE, SERVICE_PORT, listener)) {
                            assertThat(talk.carries()).isTrue();
                            assertThat(talk.seen()).isEqualTo(caller.addresses().getFirst());
                        }
                    }
                    try (var hairpin = server.talkTo(SERVICE, SERVICE_PORT, listener)) {
                        assertThat(hairpin.carries()).isTrue();
                        assertThat(hairpin.seen()).isNotEqualTo(address);
                    }
                    try (var fromOutside = world.outside().talkTo(world.primaryAddress("node1"), NODE_PORT, listener)) {
                        assertThat(fromOutside.carries()).isTrue();
                        assertThat(fromOutside.seen()).isEqualTo(world.outsideAddress());
                    }
                    for (Pod caller : List.of(client, server)) {
                        assertThat(caller.seenOutside(world.outsideAddress())).isEqualTo(world.primaryAddress("node1"));
                    }
                }
            }
        }
    }

    /** As NodeLocal DNS has it, which listens at an address of the node's that no other host has. */
    @Test
    void anAddressThatOnlyTheHostHasIsReachedFromPodsOfEveryInterface() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var daemon = world.startDaemon("node1", Map.of())) {
            String local = "169.254.20.10";
            world.inNode("node1", "ip addr add " + local + "/32 dev lo");
            Pod host = new Pod(Objects.requireNonNull(world.node("node1").networkNamespace()), "host");
            List<Pod> pods = pods(world, "node1", daemon, PODS);
            try (ServerSocketChannel listener = host.listen(DNS_PORT)) {
                for (Pod pod : List.of(pods.getFirst(), pods.getLast())) {
                    try (var talk = pod.talkTo(local, DNS_PORT, listener)) {
                        assertThat(talk.carries()).isTrue();
                        assertThat(talk.seen()).isEqualTo(pod.addresses().getFirst());
                    }
                }
            }
        }
    }

    @Test
    void withoutTheMarkNoNodePortLeadsToASecondaryInterface() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var daemon = world.startDaemon("node1", Map.of("AWS_VPC_CNI_NODE_PORT_SUPPORT", "false"))) {
            Pod server = pods(world, "node1", daemon, PODS).getLast();
            world.inNode("node1", kubeProxy("iptables", server.addresses().getFirst()));
            try (ServerSocketChannel listener = server.listen(POD_PORT)) {
                assertThatThrownBy(() -> world.outside()
                                .talkTo(world.primaryAddress("node1"), NODE_PORT, listener)
                                .close())
                        .isInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @Test
    void withExternalSnatPodsKeepTheirAddressOnTheWayOut() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var daemon = world.startDaemon("node1", Map.of("AWS_VPC_K8S_CNI_EXTERNALSNAT", "true"))) {
            Pod pod = pods(world, "node1", daemon, 1).getFirst();
            assertThat(world.inNode("node1", "iptables -t nat -S")).doesNotContain("--to-source");
            // The internet answers no address but the node's: somebody else would have to translate.
            assertThatThrownBy(() -> pod.seenOutside(world.outsideAddress())).isInstanceOf(IOException.class);
        }
    }

    @Test
    void packetsOfTheLargestSizePassBetweenNodesAndLargerOnesDoNot() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/ping")), "iputils-ping is not installed");
        try (var world = new TestWorld(folder, EmulatorOptions.instant());
                var first = world.startDaemon("node1", Map.of());
                var second = world.startDaemon("node2", Map.of())) {
            Pod from = pods(world, "node1", first, 1).getFirst();
            String to = pods(world, "node2", second, 1).getFirst().addresses().getFirst();

            assertThat(ping(from, to, LARGEST_PING)).contains("1 received");
            assertThatThrownBy(() -> ping(from, to, LARGEST_PING + 1)).hasMessageContaining("too long");
        }
    }

    private static String ping(Pod from, String to, int bytes) throws Exception {
        return TestWorld.inNamespace(from.namespace(), "ping -c 1 -W 10 -M do -s " + bytes + " " + to);
    }

    private static List<Pod> pods(TestWorld world, String node, TestWorld.Daemon daemon, int count) throws Exception {
        List<Pod> pods = new ArrayList<>();
        try (var channel = new CniChannel(daemon.node().settings().files().socket())) {
            for (int number = 1; number <= count; number++) {
                Pod pod = world.createPod(node, "pod" + number);
                assertThat(CniChannel.await(channel.add(CniChannel.request(pod)))
                                .getExitCode())
                        .isZero();
                pods.add(pod);
            }
        }
        return pods;
    }

    /** A service with one endpoint, whose clients keep their address unless they are the endpoint itself. */
    private static String kubeProxy(String iptables, String endpoint) {
        return """
                nat() { IPTABLES -t nat "$@"; }
                nat -N KUBE-SERVICES
                nat -N KUBE-SEP
                nat -N KUBE-POSTROUTING
                nat -I PREROUTING -j KUBE-SERVICES
                nat -I POSTROUTING -j KUBE-POSTROUTING
                nat -A KUBE-SERVICES -d SERVICE -p tcp --dport 80 -j KUBE-SEP
                nat -A KUBE-SERVICES -m addrtype --dst-type LOCAL -p tcp --dport NODEPORT -j KUBE-SEP
                nat -A KUBE-SEP -s ENDPOINT -j MARK --or-mark 0x4000
                nat -A KUBE-SEP -p tcp -j DNAT --to-destination ENDPOINT:PODPORT
                nat -A KUBE-POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE
                """.replace("IPTABLES", iptables)
                .replace("SERVICE ", SERVICE + " ")
                .replace("NODEPORT", Integer.toString(NODE_PORT))
                .replace("ENDPOINT", endpoint)
                .replace("PODPORT", Integer.toString(POD_PORT));
    }

    /** The same as its mode nftables has it: in a table of its own, with maps. */
    private static String kubeProxyOfNftables(String endpoint) {
        return """
                nft -f - <<'END'
                table ip kube-proxy {
                  map service-ips {
                    type ipv4_addr . inet_proto . inet_service : verdict
                    elements = { SERVICE . tcp . 80 : goto endpoint }
                  }
                  map service-nodeports {
                    type inet_proto . inet_service : verdict
                    elements = { tcp . NODEPORT : goto endpoint }
                  }
                  chain nat-prerouting {
                    type nat hook prerouting priority dstnat; policy accept;
                    ip daddr . meta l4proto . th dport vmap @service-ips
                    fib daddr type local meta l4proto . th dport vmap @service-nodeports
                  }
                  chain endpoint {
                    ip saddr ENDPOINT meta mark set meta mark or 0x4000
                    meta l4proto tcp dnat to ENDPOINT:PODPORT
                  }
                  chain nat-postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    meta mark & 0x4000 != 0 masquerade
                  }
                }
                END
                """.replace("SERVICE ", SERVICE + " ")
                .replace("NODEPORT", Integer.toString(NODE_PORT))
                .replace("ENDPOINT", endpoint)
                .replace("PODPORT", Integer.toString(POD_PORT));
    }
}
