package io.vpccni.extension.deployment;

import io.quarkus.deployment.builditem.Startable;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.fabric.BranchLinks;
import io.vpccni.emulator.fabric.Fabric;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.Throttle;
import io.vpccni.emulator.kubernetes.KubernetesServer;
import io.vpccni.emulator.mirror.Account;
import io.vpccni.emulator.mirror.Mirror;
import io.vpccni.emulator.runtime.WorldFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One emulator, its fabric and the folder where its nodes keep their sockets and state files. A new emulator is a new world, so
 * what an older one left in the folder is thrown away.
 */
final class EmulatorDevService implements Startable {

    private static final Logger LOG = Logger.getLogger(EmulatorDevService.class);

    static final String LOOPBACK = "127.0.0.1";

    private final String world;
    private final EmulatorOptions options;
    private final boolean withKubernetes;
    private final Optional<Account> mirrored;
    private final Path folder;
    private @Nullable Emulator emulator;
    private @Nullable Fabric fabric;
    private @Nullable KubernetesServer kubernetes;
    private BranchLinks branches = BranchLinks.VLAN;
    private int webhookPort;

    /** @param mirrored whose EC2 to use instead of one of our own */
    EmulatorDevService(
            String world, int nodes, NodePlan node, String delays, boolean kubernetes, Optional<Account> mirrored) {
        EmulatorOptions usual = EmulatorOptions.usual().withNodes(nodes).withNode(node);
        this.world = world;
        this.withKubernetes = kubernetes;
        this.mirrored = mirrored;
        this.options = switch (delays) {
            case "published" -> usual;
            case "none" -> usual.withDelays(Delays.none()).withThrottle(Throttle.off());
            default ->
                throw new IllegalArgumentException(
                        "vpccni.emulator.delays is \"" + delays + "\", not \"published\" or \"none\"");
        };
        this.folder = Path.of(System.getProperty("java.io.tmpdir"), "vpccni-" + world);
    }

    @Override
    public void start() {
        DevFolder.empty(folder);
        Emulator started = mirrored.map(this::mirror).orElseGet(() -> Emulator.start(options));
        emulator = started;
        // After tests nobody closes a dev service: it ends with its JVM, and its namespaces must not outlive that.
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "aws-emulator-end"));
        try {
            Fabric.obstacle().ifPresent(why -> LOG.warnf("no fabric, the data plane runs dry: %s", why));
            if (Fabric.isPossible()) {
                branches = BranchLinks.usual();
                fabric = Fabric.start(started, world, branches);
            }
            if (withKubernetes) {
                kubernetes = KubernetesServer.start(started);
                webhookPort = freePort();
            }
            worldFile().write(folder.resolve("world.json"));
            LOG.info(greeting());
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        }
    }

    private Emulator mirror(Account account) {
        return Emulator.mirror(
                options,
                Mirror.start(account, world, options.nodes(), options.node().instanceType()));
    }

    /** Where things are and what to try first. */
    private String greeting() {
        Emulator started = running();
        StringBuilder text = new StringBuilder(
                mirrored.isEmpty()
                        ? "AWS is emulated here:"
                        : "EC2 is somebody else's, IMDS and the network of its nodes are emulated here:");
        text.append("\n  EC2        ").append(started.ec2Endpoint());
        text.append("\n  knobs      curl ").append(started.adminEndpoint()).append("/  lists them");
        KubernetesServer cluster = kubernetes;
        if (cluster != null) {
            text.append("\n  Kubernetes ").append(cluster.url()).append("  dev/kubectl get nodes");
        }
        started.nodes()
                .forEach(node -> text.append("\n  ")
                        .append(node.name())
                        .append("      ")
                        .append(node.instanceType())
                        .append(' ')
                        .append(node.instanceId())
                        .append(", socket ")
                        .append(folder.resolve(node.name()).resolve("ipamd.sock")));
        return text.append("\n  add a pod  dev/pod add a    dev/pod add b --node 2    dev/pod list    dev/pod del a")
                .toString();
    }

    private WorldFile worldFile() {
        Fabric wired = fabric;
        List<WorldFile.Node> nodes = new ArrayList<>();
        for (int number = 1; number <= options.nodes(); number++) {
            String name = "node" + number;
            nodes.add(new WorldFile.Node(
                    name,
                    wired == null ? null : wired.namespaceOf(name).orElse(null),
                    Path.of(file(number, "ipamd.sock")),
                    folder.resolve(name)));
        }
        return new WorldFile(
                world,
                running().adminEndpoint(),
                kubernetes == null ? null : kubernetes.url(),
                wired == null ? null : wired.outsideAddress().orElse(null),
                nodes);
    }

    String ec2Endpoint() {
        return running().ec2Endpoint().toString();
    }

    String imdsEndpoint(int node) {
        return running().nodes().get(node - 1).imdsEndpoint().toString();
    }

    String kubernetesUrl() {
        return Objects.requireNonNull(kubernetes, "there is no API server")
                .url()
                .toString();
    }

    /** Where the controller is to admit pods: it is registered with this port, and keeps it over live reloads. */
    int webhookPort() {
        return webhookPort;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
            return socket.getLocalPort();
        }
    }

    /** The kind of links that the fabric's nodes make for branches. */
    String branchLinks() {
        return branches.toString();
    }

    boolean hasFabric() {
        return fabric != null;
    }

    /** The node's network namespace; empty without a fabric. */
    String namespace(int node) {
        Fabric wired = fabric;
        return wired == null
                ? ""
                : wired.namespaceOf("node" + node).map(Path::toString).orElse("");
    }

    /** The node's folder of network configurations, which is there: the daemon publishes into it. */
    String networkFolder(int node) {
        try {
            return Files.createDirectories(Path.of(file(node, "etc/cni/net.d"))).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The template of the node's network configuration. It lacks portmap, a plugin that is not ours to install, and the addresses
     * for egress are written down in the node's folder: its own file system is the machine's.
     */
    String template(int node) {
        String name = "10-aws.conflist";
        Path template = Path.of(file(node, name + ".template"));
        try (InputStream stream = EmulatorDevService.class.getResourceAsStream(name)) {
            String text = new String(Objects.requireNonNull(stream, name).readAllBytes(), StandardCharsets.UTF_8);
            Files.writeString(template, text.replace("__EGRESSPLUGINIPAMDATADIR__", file(node, "egress-ipam")));
            return template.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String file(int node, String name) {
        try {
            return Files.createDirectories(folder.resolve("node" + node))
                    .resolve(name)
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Emulator running() {
        return Objects.requireNonNull(emulator, "the emulator has not been started");
    }

    @Override
    public String getConnectionInfo() {
        return running().adminEndpoint().toString();
    }

    @Override
    public @Nullable String getContainerId() {
        return null;
    }

    @Override
    public synchronized void close() {
        KubernetesServer cluster = kubernetes;
        if (cluster != null) {
            kubernetes = null;
            cluster.close();
        }
        Fabric wired = fabric;
        if (wired != null) {
            fabric = null;
            try {
                wired.close();
            } catch (IOException e) {
                LOG.errorf("the fabric is not gone completely: %s", e.getMessage());
            }
        }
        Emulator running = emulator;
        if (running != null) {
            running.close();
            emulator = null;
        }
        DevFolder.remove(folder);
    }
}
