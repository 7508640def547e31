package io.vpccni.e2e;

import io.vpccni.api.CniSocket;
import io.vpccni.client.install.Install;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.daemon.Node;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.fabric.BranchLinks;
import io.vpccni.emulator.fabric.Fabric;
import io.vpccni.emulator.runtime.NodePlugins;
import io.vpccni.emulator.runtime.WorldFile;
import io.vpccni.kube.ApiServer;
import io.vpccni.kube.ApiServer.Access;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.testing.Eventually;
import io.vpccni.testing.IamPolicies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An emulator with a fabric, and the files of its nodes under a folder, laid out as in development. Daemons are started in
 * it one by one. Whatever a test leaves behind goes with it: namespaces carry the world's name.
 */
final class TestWorld implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();

    final Emulator emulator;
    private final Path folder;
    private final Fabric fabric;

    TestWorld(Path folder, EmulatorOptions options) throws IOException {
        this(folder, IamPolicies.enforce("aws-node.json", Emulator.start(options)));
    }

    /** The emulator is closed with the world. */
    TestWorld(Path folder, Emulator emulator) throws IOException {
        this.folder = folder;
        this.emulator = emulator;
        try {
            this.fabric = Fabric.start(emulator, name());
        } catch (IOException | RuntimeException e) {
            emulator.close();
            throw e;
        }
        new WorldFile(
                        fabric.world().name(),
                        emulator.adminEndpoint(),
                        null,
                        outsideAddress(),
                        emulator.nodes().stream().map(node -> node(node.name())).toList())
                .write(worldFile());
    }

    /**
     * Waits until every node's links that are up have addresses of their own, as on a machine that has booted long ago: before
     * that it does not ask for its router.
     */
    void awaitIpv6() throws Exception {
        for (var node : emulator.nodes()) {
            try (NetnsFd namespace = NetnsFd.open(fabric.world().node(node.name()));
                    Netlink netlink = Netlink.in(namespace)) {
                for (Link link : netlink.links(LinkFilter.kind("veth")).stream()
                        .filter(Link::up)
                        .toList()) {
                    Eventually.get(
                            "the address of " + link.name(),
                            () -> netlink.addrs(link.index()),
                            all -> all.stream()
                                    .anyMatch(
                                            addr -> addr.prefix().address().isLinkLocalAddress() && !addr.tentative()));
                }
            }
        }
    }

    /** Two of them never run at a time: not in one process, not in two. */
    private static String name() {
        return "teste" + Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX)
                + COUNT.incrementAndGet() % 100;
    }

    Path worldFile() {
        return folder.resolve("world.json");
    }

    WorldFile.Node node(String name) {
        Path home = folder.resolve(name);
        return new WorldFile.Node(name, fabric.world().node(name), home.resolve("ipamd.sock"), home);
    }

    Path checkpoint(String node) {
        return node(node).folder().resolve("ipam.json");
    }

    String outsideAddress() {
        return fabric.outsideAddress().orElseThrow();
    }

    /** The host of the internet, where nodes have IPv6. */
    String outsideIpv6Address() {
        return fabric.outsideIpv6Address().orElseThrow();
    }

    /** Installs the plugins as users do, by the client's own installer; takes seconds. */
    void installPlugins(String node) throws IOException, InterruptedException {
        NodePlugins.install(node(node), clientClasses().toString());
    }

    /** Where the node programs' classes are. */
    static Path clientClasses() {
        return Path.of(
                Objects.requireNonNull(Install.class.getProtectionDomain().getCodeSource())
                        .getLocation()
                        .getPath());
    }

    /** The environment of the node's daemon. */
    Map<String, String> variables(String node, Map<String, String> others) {
        Map<String, String> variables = new HashMap<>(Map.of(
                "AWS_ENDPOINT_URL_EC2",
                emulator.ec2Endpoint().toString(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                emulator.node(node).imdsEndpoint().toString(),
                "VPCCNI_HOST_NETNS",
                fabric.world().node(node).toString(),
                "VPCCNI_SOCKET",
                node(node).socket().toString(),
                "AWS_VPC_K8S_CNI_BACKING_STORE",
                checkpoint(node).toString()));
        variables.putAll(others);
        return variables;
    }

    /** A daemon in this process that is ready to hand out addresses. */
    Daemon startDaemon(String node, Map<String, String> others) throws IOException {
        return Daemon.start(variables(node, others));
    }

    /** How branch interfaces have to be made on the nodes. */
    BranchLinks branchLinks() {
        return fabric.branchLinks();
    }

    /** The host of the internet, and the VPC's router with it, as if it were a pod. */
    Pod outside() {
        return new Pod(fabric.world().router(), "outside");
    }

    /** Runs {@code sh -c SCRIPT} in the node's network; what it printed, also to stderr. */
    String inNode(String node, String script) throws IOException, InterruptedException {
        return inNamespace(fabric.world().node(node), script);
    }

    static String inNamespace(Path namespace, String script) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("nsenter", "--net=" + namespace, "--", "sh", "-ec", script)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (code != 0) {
            throw new IOException("exit code " + code + " of: " + script + "\n" + output);
        }
        return output;
    }

    /** A pod's network namespace, made as a container runtime does. */
    Pod createPod(String node, String name) throws IOException {
        return Pod.create(fabric.world().pod(node, name), name);
    }

    String primaryAddress(String node) {
        return emulator.ask(core -> core.cloud()
                .world()
                .primaryInterface(emulator.node(node).instanceId())
                .orElseThrow()
                .primaryAddress()
                .toString());
    }

    /** The addresses that pods of the node may have: the secondary ones of its interfaces, as EC2 has them. */
    Set<String> secondaryAddresses(String node) {
        return interfaces(node).stream()
                .flatMap(eni -> eni.addresses().stream().skip(1))
                .map(Ipv4::toString)
                .collect(Collectors.toSet());
    }

    List<NetworkInterface> interfaces(String node) {
        String instance = emulator.node(node).instanceId();
        return emulator.ask(core -> core.cloud().world().interfaces().values().stream()
                .filter(eni -> {
                    var attachment = eni.attachment();
                    return attachment != null && attachment.instanceId().equals(instance);
                })
                .toList());
    }

    /** What of a node's namespace may not change by a pod that came and went, or never came. */
    record Traces(Set<String> links, Set<Rule> rules) {}

    Traces traces(String node) throws IOException {
        try (NetnsFd namespace = NetnsFd.open(fabric.world().node(node));
                Netlink netlink = Netlink.in(namespace)) {
            return new Traces(
                    netlink.links(LinkFilter.ALL).stream().map(Link::name).collect(Collectors.toSet()),
                    Stream.concat(netlink.rules(Family.IPV4).stream(), netlink.rules(Family.IPV6).stream())
                            .collect(Collectors.toSet()));
        }
    }

    @Override
    public void close() throws IOException {
        try {
            fabric.close();
        } finally {
            emulator.close();
        }
    }

    /** A daemon without Quarkus: what the application makes of its environment. */
    record Daemon(Node node, CniSocket socket) implements AutoCloseable {

        static Daemon start(Map<String, String> variables) throws IOException {
            return start(Node.of(settings(variables)));
        }

        /** The same on a node of a cluster. */
        static Daemon start(Map<String, String> variables, Function<Access, ApiServer> apiServers) throws IOException {
            return start(Node.of(settings(variables), apiServers));
        }

        private static NodeSettings settings(Map<String, String> variables) {
            Environment environment = new Environment(variables);
            NodeSettings settings = new NodeSettingsReader(environment, _ -> Map.of()).read();
            if (!environment.problems().isEmpty()) {
                throw new IllegalArgumentException(environment.problems().toString());
            }
            return settings;
        }

        private static Daemon start(Node node) throws IOException {
            CniSocket socket = new CniSocket(node);
            node.start();
            node.ready().await().atMost(Eventually.LONG);
            return new Daemon(node, socket);
        }

        @Override
        public void close() {
            socket.close();
            node.close();
        }
    }
}
