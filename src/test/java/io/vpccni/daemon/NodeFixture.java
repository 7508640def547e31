package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.kernel.DryNodeNetwork;
import io.vpccni.kube.TestApiServer;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.testing.Account;
import io.vpccni.testing.IamPolicies;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Daemons of one emulated node, an m5.large, over HTTP, with threads and a state file but without a kernel. */
final class NodeFixture implements AutoCloseable {

    static final Duration LONG = Duration.ofSeconds(30);
    static final String NODE_NAME = "node-1";

    final Emulator emulator = IamPolicies.enforce(
            "aws-node.json", Emulator.start(EmulatorOptions.instant().withNodes(1)));
    private final List<Node> nodes = new ArrayList<>();
    private final Path folder;
    private final Optional<TestApiServer> cluster;
    private volatile Duration ahead = Duration.ZERO;

    NodeFixture(Path folder) {
        this(folder, Optional.empty());
    }

    /** The same with an API server, which has a Node {@link #NODE_NAME} or not. */
    NodeFixture(Path folder, TestApiServer cluster) {
        this(folder, Optional.of(cluster));
    }

    private NodeFixture(Path folder, Optional<TestApiServer> cluster) {
        this.folder = folder;
        this.cluster = cluster;
    }

    /** A daemon that is ready. */
    Node start(Map<String, String> variables) {
        Node node = node(variables);
        node.start();
        done(node.ready());
        return node;
    }

    Node node(Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(Map.of(
                "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        emulator.node("node1").imdsEndpoint().toString(),
                "AWS_VPC_K8S_CNI_BACKING_STORE", folder.resolve("ipam.json").toString(),
                "VPCCNI_DRY_DATAPLANE", "true",
                "IP_COOLDOWN_PERIOD", "0"));
        cluster.ifPresent(_ -> all.put("MY_NODE_NAME", NODE_NAME));
        all.putAll(variables);
        NodeSettings settings = new NodeSettingsReader(new Environment(all), _ -> Map.of()).read();
        RandomGenerator random = RandomGenerator.getDefault();
        Node node = new Node(
                settings,
                new DryNodeNetwork(),
                cluster.flatMap(server -> Cluster.of(settings, _ -> server.open(), random)),
                random,
                () -> Instant.now().plus(ahead));
        nodes.add(node);
        return node;
    }

    /** What somebody else does in the account. */
    Ec2Result call(Ec2Request request) {
        return Account.call(emulator, request);
    }

    /** The ids of the zone's subnets; the node is in the first one. */
    List<String> subnets() {
        return emulator.ask(core -> List.copyOf(core.cloud().world().subnets().keySet()));
    }

    /** EC2's interfaces, the node's first one first. */
    List<NetworkInterface> interfaces() {
        return emulator.ask(
                core -> List.copyOf(core.cloud().world().interfaces().values()));
    }

    /** Sets the clock of all daemons forward, and wakes {@code node}. */
    void pass(Duration time, Node node) {
        ahead = ahead.plus(time);
        done(node.del(new DelRequest(sandbox(999))));
    }

    static Uni<List<Assignment>> burst(Node node, int pods) {
        List<Uni<Assignment>> adds = new ArrayList<>();
        for (int pod = 1; pod <= pods; pod++) {
            adds.add(node.add(request(pod, LONG)));
        }
        return Uni.join().all(adds).andFailFast();
    }

    static AddRequest request(int pod, Duration patience) {
        return new AddRequest(sandbox(pod), new PodName("shop", "cart-" + pod), patience, Optional.empty());
    }

    static Sandbox sandbox(int pod) {
        return new Sandbox("aws-cni", "c" + pod, "eth0");
    }

    static <T> T done(Uni<T> call) {
        return call.await().atMost(LONG);
    }

    @Override
    public void close() {
        nodes.forEach(Node::close);
        emulator.close();
    }
}
