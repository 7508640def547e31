package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.conflist.Conflist;
import io.vpccni.conflist.ConflistFile;
import io.vpccni.conflist.ConflistTemplate;
import io.vpccni.conflist.NodeAddresses;
import io.vpccni.e2e.ContainerdScript.Ended;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.runtime.WorldFile;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.NodeIdentity;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real containers behind the whole chain of plugins: aws-cni, egress-cni, portmap, bandwidth and tuning, by {@code dev/containerd
 * --chain full}.
 */
@RequiresNetworkNamespaces
class ChainTest {

    /** One interface, so that the node's links change by containers only. */
    private static final Map<String, String> IPV4 = Map.of("IP_COOLDOWN_PERIOD", "1", "MAX_ENI", "1");

    private static final Map<String, String> IPV6 = Map.of(
            "ENABLE_IPv4", "false",
            "ENABLE_IPv6", "true",
            "ENABLE_PREFIX_DELEGATION", "true",
            "IP_COOLDOWN_PERIOD", "1",
            "MAX_ENI", "1");

    private static final Path CORE_PLUGINS = Path.of("/usr/lib/cni");

    /** The template of development, which lacks what is not ours. */
    private static final Path DEVELOPMENT =
            Path.of("extension/deployment/src/main/resources/io/vpccni/extension/deployment/10-aws.conflist");

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The node's, which leads to the container's port 80. */
    private static final int PORT = 8080;

    /** Pods on the first interface of an m5.large. */
    private static final int FIRST_INTERFACE = 9;

    private static final int BYTES = 512 * 1024;

    /** Serves {@link #BYTES} under {@code /big} on port 80. */
    private static final String WEB_SERVER =
            "mkdir /tmp/www && cd /tmp/www && dd if=/dev/zero of=big bs=1k count=512 && exec httpd -f -p 80";

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void requirePrograms() {
        ContainerdScript.requirePrograms();
        for (String plugin : List.of("portmap", "bandwidth", "tuning", "host-local", "loopback")) {
            assumeTrue(
                    Files.isExecutable(CORE_PLUGINS.resolve(plugin)),
                    () -> "needs " + CORE_PLUGINS.resolve(plugin) + ": apt-get install containernetworking-plugins");
        }
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/tc")), "needs tc: apt-get install iproute2");
    }

    @Test
    void aPublishedPortIsReachedFromOutsideAndFromTheOtherNodeAndNothingOfItStays() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant());
                var first = world.startDaemon("node1", variables("node1", IPV4));
                var second = world.startDaemon("node2", variables("node2", IPV4))) {
            var containerd = new ContainerdScript(world);
            try {
                for (String node : List.of("node1", "node2")) {
                    start(world, containerd, node, node.equals("node1") ? first : second);
                }
                Snapshot before = Snapshot.of(world, "node1");
                Process server = containerd.start(
                        "node1", "--chain", "full", "run", "--publish", "8080:80", "site", "sh", "-c", WEB_SERVER);
                String host = world.primaryAddress("node1");
                awaitServer(world.outside(), host);

                assertThat(world.outside().fetched(host, PORT, "big")).isGreaterThan(BYTES);
                String fetch = "wget -qO- http://" + host + ":" + PORT + "/big | wc -c; exit 7";
                Ended client = containerd.run("node2", "--chain", "full", "run", "client", "sh", "-c", fetch);
                assertThat(client).isEqualTo(new Ended(7, BYTES + "\n"));
                assertThat(Snapshot.of(world, "node1").firewall()).anyMatch(rule -> rule.contains("CNI-DN-"));

                containerd.run("node1", "stop");

                assertThat(server.waitFor(Eventually.LONG.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                assertThatThrownBy(() -> world.outside().fetched(host, PORT, "big"))
                        .isInstanceOf(ConnectException.class);
                assertNothingStays(world, before);
            } finally {
                containerd.run("node1", "stop");
                containerd.run("node2", "stop");
            }
        }
    }

    @Test
    void aPublishedPortLeadsToASecondaryInterface() throws Exception {
        Map<String, String> settings = Map.of("IP_COOLDOWN_PERIOD", "1", "MAX_ENI", "2");
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var daemon = world.startDaemon("node1", variables("node1", settings))) {
            for (int number = 1; number <= FIRST_INTERFACE; number++) {
                connected(world, "node1", "pod" + number);
            }
            // Rules of pods on secondary interfaces.
            assertThat(world.inNode("node1", "ip rule show")).doesNotContain("1536:");
            var containerd = new ContainerdScript(world);
            try {
                start(world, containerd, "node1", daemon);
                containerd.start(
                        "node1", "--chain", "full", "run", "--publish", "8080:80", "site", "sh", "-c", WEB_SERVER);
                String host = world.primaryAddress("node1");
                awaitServer(world.outside(), host);

                assertThat(world.inNode("node1", "ip rule show")).contains("1536:");
                assertThat(world.outside().fetched(host, PORT, "big")).isGreaterThan(BYTES);
            } finally {
                containerd.run("node1", "stop");
            }
        }
    }

    @Test
    void aRateLimitsATransferAndIpv6IsOffInside() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var daemon = world.startDaemon("node1", variables("node1", IPV4))) {
            var containerd = new ContainerdScript(world);
            try {
                start(world, containerd, "node1", daemon);
                Snapshot before = Snapshot.of(world, "node1");
                Process server = containerd.start(
                        "node1",
                        "--chain",
                        "full",
                        "run",
                        "--publish",
                        "8080:80",
                        "--bandwidth",
                        "1M",
                        "site",
                        "sh",
                        "-c",
                        WEB_SERVER);
                String host = world.primaryAddress("node1");
                awaitServer(world.outside(), host);
                assertThat(world.inNode("node1", "tc qdisc show"))
                        .containsPattern("qdisc tbf .* dev eni.* rate 1Mbit")
                        .containsPattern("qdisc tbf .* dev bwp.* rate 1Mbit");

                long began = System.nanoTime();
                assertThat(world.outside().fetched(host, PORT, "big")).isGreaterThan(BYTES);
                // 448 KiB beyond the burst are 3.7 s at this rate; without one it is some milliseconds.
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(2));

                Ended inside = containerd.run(
                        "node1", "--chain", "full", "run", "other", "cat", "/proc/sys/net/ipv6/conf/all/disable_ipv6");
                assertThat(inside).isEqualTo(new Ended(0, "1\n"));
                containerd.run("node1", "stop");
                assertThat(server.waitFor(Eventually.LONG.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                assertNothingStays(world, before);
            } finally {
                containerd.run("node1", "stop");
            }
        }
    }

    @Test
    void containersOfAnIpv6NodeReachIpv4TargetsAndAreReachedByThePublishedPort() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withIpv6())) {
            world.awaitIpv6();
            try (var daemon = world.startDaemon("node1", variables("node1", IPV6));
                    var _ = world.startDaemon("node2", variables("node2", IPV6))) {
                var containerd = new ContainerdScript(world);
                try {
                    start(world, containerd, "node1", daemon);
                    Snapshot before = Snapshot.of(world, "node1");
                    Process server = containerd.start(
                            "node1", "--chain", "full", "run", "--publish", "8080:80", "site", "sh", "-c", WEB_SERVER);
                    String host = addresses(daemon).ipv6().orElseThrow().toString();
                    Pod caller = connected(world, "node2", "caller");
                    awaitServer(caller, host);

                    assertThat(caller.fetched(host, PORT, "big")).isGreaterThan(BYTES);
                    Ended client = containerd.run(
                            "node1",
                            "--chain",
                            "full",
                            "run",
                            "client",
                            "sh",
                            "-c",
                            "cat /proc/sys/net/ipv6/conf/all/disable_ipv6; wget -qO- http://" + world.outsideAddress()
                                    + "/; exit 7");
                    assertThat(client).isEqualTo(new Ended(7, "0\n" + world.primaryAddress("node1") + "\n"));
                    assertThat(egressAddresses("node1")).hasSize(1);

                    containerd.run("node1", "stop");
                    assertThat(server.waitFor(Eventually.LONG.toSeconds(), TimeUnit.SECONDS))
                            .isTrue();
                    assertNothingStays(world, before);
                    assertThat(egressAddresses("node1")).isEmpty();
                } finally {
                    containerd.run("node1", "stop");
                }
            }
        }
    }

    @Test
    void whatAKilledRuntimeLeftGoesWithTheNodesContainerd() throws Exception {
        try (var world =
                new TestWorld(folder, EmulatorOptions.instant().withNodes(1).withIpv6())) {
            world.awaitIpv6();
            try (var daemon = world.startDaemon("node1", variables("node1", IPV6))) {
                var containerd = new ContainerdScript(world);
                try {
                    start(world, containerd, "node1", daemon);
                    Snapshot before = Snapshot.of(world, "node1");
                    Process server = containerd.start(
                            "node1",
                            "--chain",
                            "full",
                            "run",
                            "--publish",
                            "8080:80",
                            "--bandwidth",
                            "10M",
                            "site",
                            "sleep",
                            "600");
                    Eventually.get(
                            "the container's qdiscs",
                            () -> world.inNode("node1", "tc qdisc show"),
                            shown -> shown.contains("dev bwp"));
                    Eventually.is(1, "kept results", () -> results("node1").size());
                    // The script becomes nsenter, sh and ctr one after the other: the last of them is the runtime.
                    server.descendants().forEach(ProcessHandle::destroyForcibly);
                    server.waitFor();
                    assertThat(egressAddresses("node1")).hasSize(1);

                    containerd.run("node1", "stop");

                    assertNothingStays(world, before);
                    assertThat(egressAddresses("node1")).isEmpty();
                } finally {
                    containerd.run("node1", "stop");
                }
            }
        }
    }

    @Test
    void theWholeChainIsTheOneOfTheShippedTemplate() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var daemon = world.startDaemon("node1", variables("node1", IPV4))) {
            publish(world, "node1", daemon);
            Map<String, String> variables = new HashMap<>(world.variables("node1", IPV4));
            variables.put("ENABLE_BANDWIDTH_PLUGIN", "true");
            variables.put("DISABLE_POD_V6", "true");
            NodeSettings all = new NodeSettingsReader(new Environment(variables), _ -> Map.of()).read();
            String shipped = template("node1", ConflistTemplate.find(Optional.empty()))
                    .render(Conflist.of(all, addresses(daemon)));

            ProcessBuilder chain = new ProcessBuilder("dev/pod", "chain", "--node", "1").redirectErrorStream(true);
            chain.environment().put("VPCCNI_WORLD", world.worldFile().toString());
            Ended printed = ContainerdScript.ended(chain.start());

            assertThat(JSON.readTree(printed.output())).isEqualTo(JSON.readTree(shipped));
        }
    }

    @Test
    void missingPluginsAreNamed() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1))) {
            Files.createDirectories(world.node("node1").plugins());
            ProcessBuilder script = new ContainerdScript(world).command("node1", List.of("--chain", "full", "start"));
            script.command()
                    .addAll(0, List.of("unshare", "--mount", "sh", "-c", "mount -t tmpfs none $0 && exec \"$@\""));
            script.command().add(5, CORE_PLUGINS.toString());

            assertThat(ContainerdScript.ended(script.start()))
                    .isEqualTo(
                            new Ended(
                                    2,
                                    "containerd: there is no /usr/lib/cni/portmap: apt-get install containernetworking-plugins\n"));
        }
    }

    /**
     * How a node's network looks in the eyes of the usual tools.
     *
     * @param firewall chains and rules. Portmap's own chains stay for the next container, as its authors want it: they are left
     *     out, unless they lead to the chain of a container
     */
    private record Snapshot(TestWorld.Traces traces, List<String> firewall, String qdiscs, String routes) {

        static Snapshot of(TestWorld world, String node) throws Exception {
            List<String> firewall = world.inNode(node, "iptables-save; ip6tables-save")
                    .lines()
                    .filter(line -> line.startsWith("-A") || line.matches(":.* - .*"))
                    .map(line -> line.replaceFirst(" \\[\\d+:\\d+\\]$", ""))
                    .filter(line -> !line.contains("CNI-HOSTPORT-") || line.contains("CNI-DN-"))
                    .toList();
            return new Snapshot(
                    world.traces(node),
                    firewall,
                    world.inNode(node, "tc qdisc show"),
                    world.inNode(node, "ip route show table all; ip -6 route show table all type unicast"));
        }
    }

    private static void assertNothingStays(TestWorld world, Snapshot before) throws Exception {
        Eventually.is(before.traces(), "links and rules", () -> world.traces("node1"));
        assertThat(Snapshot.of(world, "node1")).isEqualTo(before);
    }

    /** A pod without a container. */
    private static Pod connected(TestWorld world, String node, String name) throws Exception {
        try (var channel = new CniChannel(world.node(node).socket())) {
            Pod pod = world.createPod(node, name);
            assertThat(CniChannel.await(channel.add(CniChannel.request(pod))).getExitCode())
                    .isZero();
            return pod;
        }
    }

    /** Waits until a container answers. */
    private static void awaitServer(Pod caller, String host) throws Exception {
        Eventually.is(true, "answer of " + host, () -> answers(caller, host));
    }

    private static boolean answers(Pod caller, String host) throws IOException {
        try {
            return caller.fetched(host, PORT, "") > 0;
        } catch (ConnectException e) {
            return false;
        }
    }

    private void start(TestWorld world, ContainerdScript containerd, String node, TestWorld.Daemon daemon)
            throws Exception {
        world.installPlugins(node);
        publish(world, node, daemon);
        assertThat(containerd.run(node, "--chain", "full", "start").output())
                .isEqualTo("containerd runs on " + node + "\n");
    }

    /** The daemon's own list, as development has it; it replaces what the installer wrote. */
    private void publish(TestWorld world, String node, TestWorld.Daemon daemon) throws Exception {
        WorldFile.Node place = world.node(node);
        Path configurations = Files.createDirectories(place.folder().resolve("etc/cni/net.d"));
        ConflistTemplate template = template(node, ConflistTemplate.find(Optional.of(DEVELOPMENT)));
        new ConflistFile(configurations)
                .publish(template.render(Conflist.of(daemon.node().settings(), addresses(daemon))));
    }

    private ConflistTemplate template(String node, ConflistTemplate template) {
        return new ConflistTemplate(
                template.source(),
                template.text()
                        .replace(
                                "__EGRESSPLUGINIPAMDATADIR__",
                                egressFolder(node).toString()));
    }

    private static NodeAddresses addresses(TestWorld.Daemon daemon) {
        NodeIdentity identity = daemon.node().identity().orElseThrow();
        return new NodeAddresses(identity.primaryAddress(), identity.ipv6());
    }

    private Map<String, String> variables(String node, Map<String, String> settings) {
        Map<String, String> variables = new HashMap<>(settings);
        variables.put(
                "HOST_CNI_BIN_PATH", folder.resolve(node).resolve("opt/cni/bin").toString());
        return variables;
    }

    private Path egressFolder(String node) {
        return folder.resolve(node).resolve("egress-ipam");
    }

    /** Addresses in use by host-local's own files. */
    private List<Path> egressAddresses(String node) throws IOException {
        return files(egressFolder(node).resolve("aws-cni"), "169.*");
    }

    /** What the runtime keeps for a DEL. */
    private List<Path> results(String node) throws IOException {
        return files(folder.resolve(node).resolve("containerd/cni-cache/results"), "*");
    }

    private static List<Path> files(Path folder, String glob) throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (var files = Files.newDirectoryStream(folder, glob)) {
                files.forEach(found::add);
            }
        }
        return found;
    }
}
