package io.vpccni.emulator;

import io.vpccni.emulator.admin.AdminApi;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.FabricListener;
import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.cloud.World;
import io.vpccni.emulator.ec2.QueryApi;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.imds.MetadataApi;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/** EC2, one IMDS for each node, and the admin API, over HTTP. All methods may be called from any thread. */
public final class Emulator implements AutoCloseable {
    private record RunningNode(EmulatedNode node, Listener imds) {}

    private final EmulatorOptions options;
    private final Shared shared;
    private final Endpoint ec2;
    private final Listener admin;
    private final Map<String, RunningNode> nodes = new LinkedHashMap<>();
    private final List<FabricListener> fabrics = new CopyOnWriteArrayList<>();

    private Emulator(EmulatorOptions options, InProcess core, Function<Shared, Endpoint> ec2) {
        this.options = options;
        this.shared = new Shared(core, options.clock());
        this.ec2 = ec2.apply(shared);
        this.admin = Listener.open(options.host(), options.adminPort(), new AdminApi(this));
    }

    /**
     * Opens all ports.
     *
     * @throws CloudError InvalidInstanceType
     * @throws java.io.UncheckedIOException when a port is taken
     */
    public static Emulator start(EmulatorOptions options) {
        InProcess core = new InProcess(
                options.plan(),
                options.delays(),
                options.throttle(),
                options.seed(),
                options.clock().instant());
        String accountId = core.cloud().world().accountId();
        Emulator emulator = new Emulator(
                options,
                core,
                shared -> Listener.open(
                        options.host(), options.ec2Port(), new QueryApi(new Ec2Backend(shared, accountId))));
        return emulator.begun(() -> {
            for (int i = 0; i < options.nodes(); i++) {
                emulator.addNode(options.node());
            }
        });
    }

    /**
     * EC2 is somewhere else: here are IMDS of its nodes, the admin API without what would change EC2, and a world for a fabric.
     * The source is closed with the emulator. Of the options, ports and clock count.
     *
     * @throws java.io.UncheckedIOException when a port is taken; the source is closed then
     */
    public static Emulator mirror(EmulatorOptions options, WorldSource source) {
        World first = source.world();
        InProcess core = InProcess.mirror(first, options.clock().instant());
        try {
            Emulator emulator = new Emulator(options, core, _ -> source);
            return emulator.begun(() -> {
                first.instances().values().forEach(emulator::serve);
                source.follow(emulator::show);
            });
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private void show(World world) {
        decide((core, now) -> {
            core.cloud().show(world, now);
            return now;
        });
    }

    private Emulator begun(Runnable first) {
        try {
            first.run();
            return this;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** For {@code AWS_ENDPOINT_URL_EC2}: of this emulator, or the one whose world it mirrors. */
    public URI ec2Endpoint() {
        return ec2.endpoint();
    }

    public URI adminEndpoint() {
        return admin.endpoint();
    }

    /** The nodes by age. */
    public List<EmulatedNode> nodes() {
        synchronized (nodes) {
            return nodes.values().stream().map(RunningNode::node).toList();
        }
    }

    /**
     * The node of that name.
     *
     * @throws java.util.NoSuchElementException for an unknown name
     */
    public EmulatedNode node(String name) {
        return nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new java.util.NoSuchElementException("There is no node " + name));
    }

    /** What the nodes of the start were launched with. */
    public NodePlan nodePlan() {
        return options.node();
    }

    /** A node like those of the start, but for its type. @throws CloudError InvalidInstanceType */
    public EmulatedNode addNode(String instanceType) {
        return addNode(options.node().withInstanceType(instanceType));
    }

    /** A new running instance with its own IMDS. @throws CloudError InvalidInstanceType */
    public EmulatedNode addNode(NodePlan plan) {
        synchronized (nodes) {
            return serve(decide((core, now) -> core.cloud().addNode(plan, now)));
        }
    }

    private EmulatedNode serve(Instance instance) {
        synchronized (nodes) {
            int number = Integer.parseInt(instance.name().substring("node".length()));
            int port = options.imdsPort() == 0 ? 0 : options.imdsPort() + number - 1;
            Listener imds = Listener.open(
                    options.host(), port, new MetadataApi(new ImdsBackend(shared, instance.id(), options)));
            EmulatedNode node = new EmulatedNode(
                    instance.name(), instance.id(), instance.type().name(), imds.endpoint());
            nodes.put(node.name(), new RunningNode(node, imds));
            return node;
        }
    }

    /** Terminates the instance and closes its IMDS. @throws java.util.NoSuchElementException for an unknown name */
    public void removeNode(String name) {
        synchronized (nodes) {
            EmulatedNode node = node(name);
            decide((core, now) -> {
                core.cloud().removeNode(node.instanceId(), now);
                return now;
            });
            RunningNode running = nodes.remove(name);
            if (running != null) {
                running.imds().close();
            }
        }
    }

    /**
     * The listener first hears of all nodes and ENIs that are there, as if they had just come, then of each change.
     * Returns when it has heard of what is there.
     */
    public void addFabric(FabricListener listener) {
        try {
            Future<?> told = shared.decide((core, now) -> shared.feed().add(listener, core.wireNow()));
            told.get();
            fabrics.add(listener);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The listener failed on what is there", e.getCause());
        }
    }

    /** The file of the network namespace that plays the node; empty without a fabric. */
    public Optional<Path> namespaceOf(String node) {
        return fabrics.stream()
                .flatMap(fabric -> fabric.namespaceOf(node).stream())
                .findFirst();
    }

    /** A host outside the VPC; empty without a fabric. */
    public Optional<String> outsideAddress() {
        return fabrics.stream()
                .flatMap(fabric -> fabric.outsideAddress().stream())
                .findFirst();
    }

    /** The IPv6 address of the same host; empty without a fabric, and in a VPC without IPv6. */
    public Optional<String> outsideIpv6Address() {
        return fabrics.stream()
                .flatMap(fabric -> fabric.outsideIpv6Address().stream())
                .findFirst();
    }

    /** Reads or turns anything under the emulator's lock; the function must not block. */
    public <T> T decide(BiFunction<InProcess, Instant, T> decision) {
        return shared.decide(decision);
    }

    /** As {@link #decide} without time. */
    public <T> T ask(Function<InProcess, T> question) {
        return shared.decide((core, now) -> question.apply(core));
    }

    /** As {@link #decide} without time or result. */
    public void run(Consumer<InProcess> action) {
        shared.decide((core, now) -> {
            action.accept(core);
            return now;
        });
    }

    public void setDelays(Delays delays) {
        shared.decide((core, now) -> {
            core.setDelays(delays, now);
            return now;
        });
    }

    @Override
    public void close() {
        ec2.close();
        admin.close();
        synchronized (nodes) {
            nodes.values().forEach(node -> node.imds().close());
            nodes.clear();
        }
        shared.close();
    }

    private record Ec2Backend(Shared shared, String accountId) implements QueryApi.Backend {
        @Override
        public Reply submit(Ec2Request request) {
            return shared.decide((core, now) -> core.submitWithinRights(request, now));
        }

        @Override
        public Reply reject(String action, CloudError error) {
            return shared.decide((core, now) -> core.reject(action, error, now));
        }
    }

    private record ImdsBackend(Shared shared, String instanceId, EmulatorOptions options)
            implements MetadataApi.Backend {
        @Override
        public Optional<String> read(String path) {
            return shared.decide((core, now) -> core.metadata(instanceId, path, now));
        }

        @Override
        public Instant now() {
            return shared.time();
        }

        @Override
        public boolean versionOneAllowed() {
            return options.imdsVersionOne();
        }
    }
}
