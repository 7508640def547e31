package io.vpccni.benchmark;

import io.vpccni.emulator.EmulatedNode;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.fabric.Fabric;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One emulated node with a real network, and its pods' namespaces. All of it is gone at the end. */
final class World implements AutoCloseable {

    private static final String NODE = "node1";

    private final Emulator emulator;
    private final Fabric fabric;

    private World(Emulator emulator, Fabric fabric) {
        this.emulator = emulator;
        this.fabric = fabric;
    }

    /** EC2 that answers at once. */
    static World instant(String instanceType) throws IOException {
        return start(EmulatorOptions.instant().withInstanceType(instanceType));
    }

    /** EC2 as slow, and as strict with those who call too often, as {@link #delays()} and the emulator's buckets say. */
    static World published(String instanceType) throws IOException {
        return start(EmulatorOptions.usual().withDelays(delays()).withInstanceType(instanceType));
    }

    /** The published delays without their jitter, so that the floor of a burst is one number. */
    static Delays delays() {
        Delays published = Delays.published();
        return new Delays(
                published.actions(),
                0,
                published.attach(),
                published.detach(),
                published.describeLag(),
                published.imdsLag());
    }

    private static World start(EmulatorOptions options) throws IOException {
        Emulator emulator = Emulator.start(options.withNodes(1));
        try {
            return new World(emulator, Fabric.start(emulator, Setting.WORLD));
        } catch (IOException | RuntimeException e) {
            emulator.close();
            throw e;
        }
    }

    /** What the daemon has to be told to find its node. */
    Map<String, String> variables(Path folder) {
        EmulatedNode node = emulator.node(NODE);
        Map<String, String> variables = new TreeMap<>();
        variables.put("AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString());
        variables.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", node.imdsEndpoint().toString());
        variables.put(
                "VPCCNI_HOST_NETNS", fabric.namespaceOf(NODE).orElseThrow().toString());
        variables.put("VPCCNI_SOCKET", folder.resolve("ipamd.sock").toString());
        variables.put(
                "AWS_VPC_K8S_CNI_BACKING_STORE", folder.resolve("ipam.json").toString());
        return variables;
    }

    /** Pods with a namespace each and no network yet. */
    List<Pod> pods(String prefix, int count) throws IOException {
        List<Pod> pods = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            String name = prefix + "-" + number;
            Path namespace = fabric.world().pod(NODE, name);
            Netns.create(namespace).close();
            pods.add(new Pod(name, namespace));
        }
        return pods;
    }

    void remove(List<Pod> pods) throws IOException {
        for (Pod pod : pods) {
            Netns.delete(pod.namespace());
        }
    }

    /** How much the node's network holds. */
    record Entries(int links, int rules, int routes, int firewall) {}

    Entries entries() throws IOException {
        Path path = fabric.namespaceOf(NODE).orElseThrow();
        try (NetnsFd namespace = NetnsFd.open(path);
                Netlink netlink = Netlink.in(namespace)) {
            return new Entries(
                    netlink.links(LinkFilter.ALL).size(),
                    netlink.rules(Family.IPV4).size(),
                    netlink.routes(RouteFilter.of(Family.IPV4)).size(),
                    linesOf("nsenter", "--net=" + path, "iptables-save"));
        }
    }

    private static int linesOf(String... command) throws IOException {
        Process process = new ProcessBuilder(command).start();
        return (int) new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .count();
    }

    void forgetCalls() {
        emulator.run(core -> core.journal().reset());
    }

    /** EC2 calls by action since {@link #forgetCalls()}. */
    Map<String, Long> calls() {
        Map<String, Long> calls = new TreeMap<>();
        emulator.ask(core -> core.journal().counts()).forEach((action, count) -> calls.put(action, count.calls()));
        return calls;
    }

    /** When the last interface that was attached since {@link #forgetCalls()} got its link. */
    Instant lastLink() {
        return emulator.ask(core -> core.journal().entries()).stream()
                .filter(call -> call.action().equals("AttachNetworkInterface"))
                .map(call -> call.at().plus(call.took()).plus(delays().attach()))
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    @Override
    public void close() throws IOException {
        try {
            fabric.close();
        } finally {
            emulator.close();
        }
    }
}
