package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.vpccni.client.install.Install;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.netlink.testing.TestNamespaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code aws-vpc-cni-init} in a network namespace that plays a node, with the kernel's own settings and links. */
@RequiresNetworkNamespaces
@Timeout(60)
class NodePreparationTest {

    private static final int PORT = 8080;
    private static final String MAC = "02:00:0a:00:00:0a";

    /** A link on the first interface with its MAC address and a name that comes before; then a {@code /sys} of the namespace. */
    private static final String SCRIPT = """
            set -e
            ip link set lo up
            ip link add ens5 type veth peer name wire
            ip link set ens5 address %1$s
            ip link add before link ens5 type macvlan mode passthru
            test "$(ip -o link | grep -c '%1$s')" = 2
            mount -t sysfs sysfs /sys
            exec "$@"
            """.formatted(MAC);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void theKernelsSettingsOfTheFirstInterfaceAreThoseOfAnIpv6Node() throws Exception {
        try (TestNamespaces namespaces = new TestNamespaces()) {
            NetnsFd node = namespaces.create();

            String output = prepare(
                    node, namespaces.pathOf(node), Map.of("ENABLE_IPv6", "true", "DISABLE_TCP_EARLY_DEMUX", "true"));

            assertThat(output).contains("Found primary interface ens5").contains("CNI init container done");
            assertThat(Netns.sysctl(node, "net/ipv4/conf/ens5/rp_filter")).contains("2");
            assertThat(Netns.sysctl(node, "net/ipv4/conf/before/rp_filter"))
                    .isPresent()
                    .get()
                    .isNotEqualTo("2");
            assertThat(Netns.sysctl(node, "net/ipv4/tcp_early_demux")).contains("0");
            assertThat(Netns.sysctl(node, "net/ipv6/conf/all/disable_ipv6")).contains("0");
            assertThat(Netns.sysctl(node, "net/ipv6/conf/all/forwarding")).contains("1");
            assertThat(Netns.sysctl(node, "net/ipv6/conf/ens5/accept_ra")).contains("2");
            assertThat(folder.resolve("node/portmap")).hasContent("a core plugin");
            assertThat(folder.resolve("node/aws-cni")).isExecutable();
            assertThat(folder.resolve("node/aws-vpc-cni-init")).doesNotExist();
        }
    }

    /** Runs the installed program, by its launcher, with a core plugin beside it. */
    private String prepare(NetnsFd node, Path namespace, Map<String, String> variables) throws Exception {
        Install.main(new String[] {"--root", folder.toString()});
        Path programs = folder.resolve("opt/cni/bin");
        Files.writeString(programs.resolve("portmap"), "a core plugin");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                "nsenter",
                "--net=" + namespace,
                "unshare",
                "--mount",
                "--propagation",
                "slave",
                "sh",
                "-c",
                SCRIPT,
                "sh",
                programs.resolve("aws-vpc-cni-init").toString()));
        builder.environment().putAll(variables);
        builder.environment().put("HOST_CNI_BIN_PATH", folder.resolve("node").toString());
        builder.environment().put("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:" + PORT);
        Path log = folder.resolve("log");
        HttpServer imds = imds(node);
        try {
            Process process = builder.redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
            String output = Files.readString(log);
            assertThat(process.exitValue()).as(output).isZero();
            return output;
        } finally {
            imds.stop(0);
        }
    }

    /** A metadata service in the node's network. */
    private static HttpServer imds(NetnsFd node) throws IOException {
        // Once outside first: the classes of sockets start threads of the JDK, which must not be born inside.
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
                .stop(0);
        HttpServer imds = Netns.call(
                node, () -> HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT), 0));
        imds.createContext("/", exchange -> {
            boolean isMac = exchange.getRequestURI().getPath().equals("/latest/meta-data/mac");
            byte[] body = (isMac ? MAC : "token").getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        imds.start();
        return imds;
    }
}
