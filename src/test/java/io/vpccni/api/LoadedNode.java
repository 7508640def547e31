package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.grpc.ManagedChannel;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.vpccni.api.proto.v1.CniGrpc;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.daemon.Cluster;
import io.vpccni.daemon.Node;
import io.vpccni.daemon.NodeObserver;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.kernel.NodeNetwork;
import io.vpccni.kube.TestApiServer;
import io.vpccni.pool.PoolView;
import io.vpccni.testing.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A daemon as the application builds it, with its socket, its metrics and an API server, on an emulated m5.large; and
 * pods that come and go on it. One interface is there, whose 9 addresses are free.
 */
final class LoadedNode implements AutoCloseable {

    static final String NODE = "node-1";
    static final String OWN_POD = "aws-node-x";

    /** VPCCNI_ADD_WAIT. */
    static final Duration ADD_WAIT = Duration.ofSeconds(2);

    /** Pods that stay, so that those who come and go share two addresses. */
    static final int RESIDENTS = 7;

    /** So many have found no address when the load ends. */
    static final int REFUSALS = 12;

    private static final int FIRST_ADDRESSES = 9;
    private static final int THREADS = 8;
    private static final int MOST_PODS_A_THREAD = 20;
    private static final Duration LIFE = Duration.ofMillis(300);
    private static final int NEW_PODS = 12;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern REFUSALS_SAMPLE =
            Pattern.compile("^vpccni_add_refusals_total\\{reason=\"([A-Z0-9_]+)\",?} (\\S+)$", Pattern.MULTILINE);

    /**
     * An ADD that found no address.
     *
     * @param error what the plugin prints
     */
    record Refused(String pod, JsonNode error, Duration waited) {}

    private final Emulator emulator;
    private final Function<String, Path> namespaces;
    private final TestApiServer cluster = new TestApiServer();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ConcurrentLinkedQueue<Refused> refused = new ConcurrentLinkedQueue<>();
    private final AtomicInteger served = new AtomicInteger();
    private final Node node;
    private final CniSocket socket;
    private final ManagedChannel channel;
    private volatile Duration ahead = Duration.ZERO;

    /**
     * A node that is ready.
     *
     * @param namespaces makes a pod's network namespace
     */
    LoadedNode(Emulator emulator, Path folder, NodeNetwork network, Function<String, Path> namespaces)
            throws IOException {
        this.emulator = emulator;
        this.namespaces = namespaces;
        Map<String, String> variables = Map.of(
                "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        emulator.node("node1").imdsEndpoint().toString(),
                "AWS_VPC_K8S_CNI_BACKING_STORE", folder.resolve("ipam.json").toString(),
                "VPCCNI_SOCKET", folder.resolve("cni.sock").toString(),
                "VPCCNI_ADD_WAIT", Long.toString(ADD_WAIT.toSeconds()),
                "IP_COOLDOWN_PERIOD", "1",
                "MY_NODE_NAME", NODE,
                "MY_POD_NAME", OWN_POD);
        NodeSettings settings = new NodeSettingsReader(new Environment(variables), _ -> Map.of()).read();
        RandomGenerator random = RandomGenerator.getDefault();
        node = new Node(
                settings,
                network,
                Optional.of(new Cluster(cluster.open(), NODE, settings.kubernetes(), random)),
                random,
                () -> Instant.now().plus(ahead));
        node.observe(new NodeMetrics(registry).watch(node).toArray(NodeObserver[]::new));
        socket = new CniSocket(node);
        channel = StockClient.NETTY.connect(settings.files().socket());
        node.start();
        node.ready().await().atMost(Eventually.LONG);
        try {
            Eventually.is(
                    FIRST_ADDRESSES, "free addresses", () -> view().figures().free());
        } catch (Exception e) {
            close();
            throw new IllegalStateException(e);
        }
    }

    /** Pods come, some to stay, until enough of them have found no address. */
    void load() throws Exception {
        for (int number = 1; number <= RESIDENTS; number++) {
            assertServed(add("resident-" + number));
            served.incrementAndGet();
        }
        CountDownLatch missing = new CountDownLatch(REFUSALS);
        List<Callable<Void>> threads = new ArrayList<>();
        for (int thread = 1; thread <= THREADS; thread++) {
            String name = "load-" + thread + "-";
            threads.add(() -> {
                for (int pod = 1; pod <= MOST_PODS_A_THREAD && missing.getCount() > 0; pod++) {
                    comeAndGo(name + pod, missing);
                }
                return null;
            });
        }
        try (ExecutorService pods = Executors.newFixedThreadPool(THREADS)) {
            for (Future<Void> ended : pods.invokeAll(threads)) {
                ended.get();
            }
        }
    }

    private void comeAndGo(String pod, CountDownLatch missing) throws Exception {
        long asked = System.nanoTime();
        CniReply reply = add(pod);
        Duration waited = Duration.ofNanos(System.nanoTime() - asked);
        if (reply.getExitCode() == 0) {
            served.incrementAndGet();
            TimeUnit.NANOSECONDS.sleep(LIFE.toNanos());
        } else {
            refused.add(new Refused(pod, JSON.readTree(reply.getStdout().toByteArray()), waited));
            missing.countDown();
        }
        del(pod);
    }

    List<Refused> refused() {
        return List.copyOf(refused);
    }

    int served() {
        return served.get();
    }

    /** The pod's last ADD in the answer of {@code /v1/explain?pod=}. */
    JsonNode explain(String pod) {
        return new IntrospectionPages(node, Optional::empty)
                .answer("/v1/explain", Map.of("pod", List.of("shop/" + pod)))
                .body()
                .at("/adds/0");
    }

    /** {@code vpccni_add_refusals_total} by reason, without those that are 0. */
    Map<String, Double> refusalsCounted() {
        return REFUSALS_SAMPLE
                .matcher(registry.scrape())
                .results()
                .filter(sample -> Double.parseDouble(sample.group(2)) > 0)
                .collect(Collectors.toMap(
                        sample -> sample.group(1),
                        sample -> Double.parseDouble(sample.group(2)),
                        Double::sum,
                        TreeMap::new));
    }

    List<Event> eventsOn(String kind, String name) {
        return cluster.client().events().v1().events().inAnyNamespace().list().getItems().stream()
                .filter(event -> event.getRegarding().getKind().equals(kind)
                        && event.getRegarding().getName().equals(name))
                .toList();
    }

    /** Lets all pauses end, and asserts that new pods are served, if need be at another try, and that the node comes to rest as EC2 sees it. */
    void assertRecovers() throws Exception {
        pass(Duration.ofMinutes(5));
        for (int number = 1; number <= NEW_PODS; number++) {
            String pod = "new-" + number;
            // As the kubelet does: a call that was throttled comes at a slower rate for a while.
            Eventually.get("an address of " + pod, () -> add(pod), reply -> reply.getExitCode() == 0);
        }
        assertThat(view().assignments()).hasSize(RESIDENTS + NEW_PODS);
        Eventually.get("a node at rest that agrees with EC2", this::trouble, Optional::isEmpty);
        pass(Duration.ofSeconds(1));
        assertThat(trouble()).isEmpty();
    }

    /** Sets the daemon's clock forward and wakes it. */
    private void pass(Duration time) {
        ahead = ahead.plus(time);
        del("nobody");
    }

    /** What is still under way, or not as EC2 has it. */
    private Optional<String> trouble() {
        PoolView view = view();
        boolean rests = view.waiters().isEmpty()
                && view.creating() == 0
                && view.figures().coming() == 0
                && view.enis().stream()
                        .allMatch(eni -> eni.wired() && eni.pending().isEmpty());
        Map<String, Set<String>> pool = new TreeMap<>();
        view.enis()
                .forEach(eni -> pool.put(
                        eni.eni().id().value(),
                        eni.addresses().keySet().stream().map(Object::toString).collect(Collectors.toSet())));
        Map<String, Set<String>> ec2 = new TreeMap<>();
        emulator.ask(core -> List.copyOf(core.cloud().world().interfaces().values()))
                .forEach(eni -> ec2.put(
                        eni.id(),
                        eni.addresses().stream().skip(1).map(Ipv4::toString).collect(Collectors.toSet())));
        return rests && pool.equals(ec2) ? Optional.empty() : Optional.of("EC2 has " + ec2 + ", the pool is " + view);
    }

    private PoolView view() {
        return node.view().orElseThrow();
    }

    private CniReply add(String pod) {
        return CniGrpc.newBlockingStub(channel)
                .withDeadlineAfter(Eventually.LONG.toSeconds(), TimeUnit.SECONDS)
                .add(request(pod).setNetns(namespaces.apply(pod).toString()).build());
    }

    private void del(String pod) {
        CniReply reply = CniGrpc.newBlockingStub(channel)
                .withDeadlineAfter(Eventually.LONG.toSeconds(), TimeUnit.SECONDS)
                .del(request(pod).build());
        assertServed(reply);
    }

    private static void assertServed(CniReply reply) {
        assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
    }

    private static CniRequest.Builder request(String pod) {
        return CniRequest.newBuilder()
                .setContainerId("container-" + pod)
                .setIfName("eth0")
                .setArgs("IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=" + pod)
                .setConfig(ByteString.copyFromUtf8(
                        "{\"cniVersion\":\"1.0.0\",\"name\":\"aws-cni\",\"type\":\"aws-cni\"}"));
    }

    @Override
    public void close() {
        channel.shutdownNow();
        socket.close();
        node.close();
        cluster.close();
    }
}
