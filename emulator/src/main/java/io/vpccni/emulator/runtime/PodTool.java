package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.emulator.fabric.WorldName;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.ns.Netns;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The program behind {@code dev/pod}: a container runtime for the nodes of a running world, one call a time. */
public final class PodTool {
    private static final String START_FIRST = "start ./mvnw quarkus:dev first";

    /** What the caller can put right; the message says how. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    private final Path worldFile;
    private final String clientClasses;
    private final PrintStream out;
    private final PrintStream err;

    /** @param clientClasses class path of the plugins' installer */
    public PodTool(Path worldFile, String clientClasses, PrintStream out, PrintStream err) {
        this.worldFile = worldFile;
        this.clientClasses = clientClasses;
        this.out = out;
        this.err = err;
    }

    /** The property {@code vpccni.client.classes} is the class path of the plugins' installer. */
    public static void main(String[] arguments) throws InterruptedException {
        String clientClasses = System.getProperty("vpccni.client.classes", "cni-client/target/classes");
        System.exit(new PodTool(WorldFile.usualPath(), clientClasses, System.out, System.err).run(List.of(arguments)));
    }

    /** The exit code; see {@link PodArguments#USAGE}. */
    public int run(List<String> arguments) throws InterruptedException {
        try {
            return switch (PodArguments.parse(arguments)) {
                case PodArguments.Help _ -> {
                    out.print(PodArguments.USAGE);
                    yield 0;
                }
                case PodArguments.Wrong wrong -> throw new Refused(wrong.message() + " (see --help)");
                case PodArguments.ListPods _ -> list(world());
                case PodArguments.Install install -> {
                    var node = node(world(), install.node());
                    NodePlugins.install(node, clientClasses);
                    out.println(node.networkNamespace());
                    yield 0;
                }
                case PodArguments.Chain chain -> {
                    var node = node(world(), chain.node());
                    out.print(chain.chain().of(NetworkList.read(node.configuration())));
                    yield 0;
                }
                case PodArguments.Disconnect all -> disconnect(all.results(), all.plugins());
                case PodArguments.Group group -> {
                    out.println(new WorldGroups(world().adminUrl()).allow(group.name(), group.allowed()));
                    yield 0;
                }
                case PodArguments.Policy policy -> policy(world(), policy);
                case PodArguments.One pod -> {
                    var world = world();
                    yield switch (pod.verb()) {
                        case ADD -> add(world, pod);
                        case DEL -> delete(world, pod);
                        case CHECK -> check(world, node(world, nodeOf(world, pod)), pod.name());
                    };
                }
            };
        } catch (Refused e) {
            err.println("pod: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            err.println("pod: " + e.getMessage());
            return 1;
        }
    }

    private WorldFile world() throws IOException, Refused {
        try {
            return WorldFile.read(worldFile);
        } catch (NoSuchFileException e) {
            throw new Refused("there is no world (" + worldFile + "): " + START_FIRST);
        }
    }

    private WorldFile.Node node(WorldFile world, String name) throws Refused {
        var node = world.node(name)
                .orElseThrow(() -> new Refused("there is no node " + name + ", only "
                        + world.nodes().stream().map(WorldFile.Node::name).toList()));
        if (node.networkNamespace() == null) {
            throw new Refused("this world has no network (dry): run it as root on Linux");
        }
        if (!Files.exists(node.networkNamespace())) {
            throw new Refused("the world of " + worldFile + " is gone: " + START_FIRST);
        }
        if (!Files.isWritable(WorldName.DIRECTORY)) {
            throw new Refused("making network namespaces needs root");
        }
        return node;
    }

    /** The node that has the pod; the one that is named, or the first, where none has. */
    private static String nodeOf(WorldFile world, PodArguments.One pod) throws IOException {
        if (pod.node().isEmpty()) {
            for (var node : world.nodes()) {
                if (PodRecord.find(node, pod.name()).isPresent()) {
                    return node.name();
                }
            }
        }
        return pod.node().orElse("node1");
    }

    private Optional<ClusterPods> cluster(WorldFile world) {
        return Optional.ofNullable(world.kubernetesUrl()).map(url -> new ClusterPods(url, err));
    }

    private int policy(WorldFile world, PodArguments.Policy policy) throws IOException, InterruptedException, Refused {
        var pods = cluster(world).orElseThrow(() -> new Refused("this world has no API server"));
        var groupIds = new WorldGroups(world.adminUrl()).ids(policy.groups());
        pods.createPolicy(policy.namespace(), policy.name(), policy.labels(), groupIds);
        out.println("pods of " + policy.namespace() + " with " + policy.labels() + " get " + groupIds);
        return 0;
    }

    private int add(WorldFile world, PodArguments.One pod) throws IOException, InterruptedException, Refused {
        var before = node(world, nodeOf(world, pod));
        if (PodRecord.find(before, pod.name()).isPresent()) {
            throw new Refused(before.name() + " has a pod " + pod.name() + ": del it first");
        }
        var cluster = cluster(world);
        if (cluster.isEmpty()) {
            return wire(world, before, pod, "") instanceof Wired.Yes ? 0 : 1;
        }
        ClusterPods pods = cluster.get();
        var object = pods.createOrFind(pod.namespace(), pod.name(), pod.labels());
        boolean chooses = pod.node().isEmpty() && Scheduler.branches(object) > 0;
        switch (pods.schedule(object, chooses ? Optional.empty() : Optional.of(before.name()))) {
            case Scheduler.Placement.Pending(String why) -> {
                err.println(pod.name() + " is Pending: " + why);
                err.println("add it again to try again, or del it");
                return 1;
            }
            case Scheduler.Placement.On(String chosen) -> {
                out.println(pod.name() + " is bound to " + chosen);
                if (wire(world, node(world, chosen), pod, ClusterPods.uid(object))
                        instanceof Wired.Yes(String address)) {
                    pods.running(object, address);
                    return 0;
                }
                return 1;
            }
        }
    }

    private sealed interface Wired {
        record Yes(String address) implements Wired {}

        record No() implements Wired {}
    }

    /** Has the plugins connect the pod. One that they cannot connect is taken back, with its object. */
    private Wired wire(WorldFile world, WorldFile.Node node, PodArguments.One pod, String uid)
            throws IOException, InterruptedException, Refused {
        NodePlugins.install(node, clientClasses);
        var record = PodRecord.create(pod.name(), pod.namespace(), uid);
        Path namespace = new WorldName(world.world()).pod(node.name(), pod.name());
        record.keep(node);
        // Of a pod nobody remembers.
        Netns.delete(namespace);
        createNamespace(namespace);
        var runtime = runtime(node);
        switch (runtime.add(record.sandbox(namespace))) {
            case Outcome.Done(var result)
            when result != null -> {
                String address = address(result);
                record.withAddress(address).keep(node);
                out.println(result.toPrettyString());
                show(world, namespace, address);
                return new Wired.Yes(address);
            }
            case Outcome.Failed failed -> {
                err.println(failed.text());
                err.println("taking it back:");
                delete(world, node, pod.name());
                return new Wired.No();
            }
            case Outcome.Done _, Outcome.Skipped _ -> throw new IOException("the plugins gave no result");
        }
    }

    private int delete(WorldFile world, PodArguments.One pod) throws IOException, InterruptedException, Refused {
        var node = node(world, nodeOf(world, pod));
        var cluster = cluster(world);
        boolean waiting = PodRecord.find(node, pod.name()).isEmpty() && cluster.isPresent();
        if (waiting && cluster.get().delete(pod.namespace(), pod.name(), "")) {
            out.println("deleted " + pod.name() + ", which no node had");
            return 0;
        }
        return delete(world, node, pod.name());
    }

    private int delete(WorldFile world, WorldFile.Node node, String name)
            throws IOException, InterruptedException, Refused {
        var record = pod(node, name);
        Path namespace = new WorldName(world.world()).pod(node.name(), name);
        if (runtime(node).delete(record.sandbox(namespace)) instanceof Outcome.Failed failed) {
            err.println(failed.text());
            err.println("the pod stays: del it again");
            return 1;
        }
        Netns.delete(namespace);
        var cluster = cluster(world);
        if (cluster.isPresent()) {
            cluster.get().delete(record.namespace(), name, record.uid());
        }
        record.forget(node);
        out.println("deleted " + name + " from " + node.name());
        return 0;
    }

    private int disconnect(Path results, Path plugins) throws IOException, InterruptedException {
        int code = 0;
        for (var kept : new ResultCache(results).all()) {
            var runtime = CniRuntime.of(kept.network(), List.of(plugins), results);
            if (runtime.delete(kept.sandbox()) instanceof Outcome.Failed failed) {
                err.println(kept.sandbox().containerId() + ": " + failed.text());
                code = 1;
            }
        }
        return code;
    }

    private int check(WorldFile world, WorldFile.Node node, String name)
            throws IOException, InterruptedException, Refused {
        var record = pod(node, name);
        Path namespace = new WorldName(world.world()).pod(node.name(), name);
        return switch (runtime(node).check(record.sandbox(namespace))) {
            case Outcome.Done _ -> {
                out.println("as ADD left it");
                yield 0;
            }
            case Outcome.Skipped skipped -> {
                out.println("not called: " + skipped.reason());
                yield 0;
            }
            case Outcome.Failed failed -> {
                err.println(failed.text());
                yield 1;
            }
        };
    }

    private int list(WorldFile world) throws IOException {
        String line = "%-24s %-16s %-8s %-16s %s%n";
        out.printf(line, "NAME", "NAMESPACE", "NODE", "ADDRESS", "NETWORK NAMESPACE");
        for (var node : world.nodes()) {
            for (var pod : PodRecord.all(node)) {
                Path namespace = new WorldName(world.world()).pod(node.name(), pod.name());
                out.printf(line, pod.name(), pod.namespace(), node.name(), pod.address(), namespace);
            }
        }
        return 0;
    }

    private static PodRecord pod(WorldFile.Node node, String name) throws IOException, Refused {
        return PodRecord.find(node, name)
                .orElseThrow(() -> new Refused("there is no pod " + name + " on " + node.name()));
    }

    private static CniRuntime runtime(WorldFile.Node node) throws IOException {
        var runtime = CniRuntime.of(
                NetworkList.read(node.configuration()),
                List.of(node.plugins()),
                node.folder().resolve("cni-cache"));
        return node.networkNamespace() == null ? runtime : runtime.inNode(node.networkNamespace());
    }

    private static void createNamespace(Path path) throws IOException {
        try (var namespace = Netns.create(path);
                var netlink = Netlink.in(namespace)) {
            netlink.batch().set("lo", LinkChange.up()).run();
        }
    }

    // Results before 1.0.0 say the family in each entry; all have the address there.
    private static String address(ObjectNode result) {
        return result.at("/ips/0/address").asText().replaceFirst("/.*", "");
    }

    private void show(WorldFile world, Path namespace, String address) throws IOException, InterruptedException {
        var view = new PodView(namespace, out);
        view.show();
        if (world.outsideAddress() != null) {
            view.ping("outside", world.outsideAddress());
            view.whoami(world.outsideAddress());
        }
        for (var node : world.nodes()) {
            for (var other : PodRecord.all(node)) {
                if (!other.address().isEmpty() && !other.address().equals(address)) {
                    view.ping(other.name() + " on " + node.name(), other.address());
                }
            }
        }
    }
}
