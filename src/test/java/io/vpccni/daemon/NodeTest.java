package io.vpccni.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.kernel.DryNodeNetwork;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.Ipv4Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole node on the emulator, with its thread and its state file, but no kernel. */
class NodeTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int ALL_OF_AN_M5_LARGE = 27;

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
    private final List<Node> nodes = new ArrayList<>();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        nodes.forEach(Node::close);
        emulator.close();
    }

    @Test
    void everyAddressThatTheTypeCanHaveIsServedToABurst() {
        Node node = start(Map.of());

        List<Assignment> served = done(burst(node, ALL_OF_AN_M5_LARGE));

        assertThat(served)
                .extracting(Assignment::address)
                .doesNotHaveDuplicates()
                .hasSize(ALL_OF_AN_M5_LARGE);
        assertThat(served).extracting(has -> has.eni().deviceIndex()).contains(0, 1, 2);
    }

    @Test
    void onePodTooManyIsRefusedAtItsDeadlineWithTheReason() {
        Node node = start(Map.of());
        done(burst(node, ALL_OF_AN_M5_LARGE));

        assertThatThrownBy(() -> done(node.add(request(28, Duration.ofMillis(50)))))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(Reason.ENI_LIMIT);
                    assertThat(refusal.explanation()).contains("3 of 3 interfaces", "27 assigned");
                });
    }

    @Test
    void aPodThatLeavesServesTheOneThatWaits() {
        Node node = start(Map.of());
        List<Assignment> served = done(burst(node, ALL_OF_AN_M5_LARGE));
        Uni<Assignment> waiting = node.add(request(28, LONG)).memoize().indefinitely();
        waiting.subscribe().with(_ -> {}, _ -> {});

        done(node.del(new DelRequest(sandbox(3), Optional.empty(), Optional.empty())));

        assertThat(done(waiting).address()).isEqualTo(served.get(2).address());
    }

    @Test
    void aCallerThatHangsUpTakesNobodysAddress() {
        Node node = start(Map.of());
        done(burst(node, ALL_OF_AN_M5_LARGE));
        Cancellable impatient = node.add(request(28, LONG)).subscribe().with(_ -> {}, _ -> {});

        impatient.cancel();
        done(node.del(new DelRequest(sandbox(1), Optional.empty(), Optional.empty())));

        assertThat(done(node.add(request(29, LONG))).sandbox()).isEqualTo(sandbox(29));
        assertThat(node.view().orElseThrow().assignmentOf(sandbox(28))).isEmpty();
    }

    @Test
    void aSecondCallOfAWaitingAddGetsTheSameAddress() {
        Node node = start(Map.of());
        done(burst(node, ALL_OF_AN_M5_LARGE));
        List<Uni<Assignment>> twice = List.of(node.add(request(28, LONG)), node.add(request(28, LONG)));
        Uni<List<Assignment>> both =
                Uni.join().all(twice).andFailFast().memoize().indefinitely();
        both.subscribe().with(_ -> {}, _ -> {});

        done(node.del(new DelRequest(sandbox(1), Optional.empty(), Optional.empty())));

        assertThat(done(both)).hasSize(2).allMatch(done(both).getFirst()::equals);
    }

    @Test
    void aNewLifeKnowsTheOldOnesPodsOnlyIfTheirLinksLive() {
        Node first = start(Map.of());
        Ipv4Address address = done(first.add(request(1, LONG))).address();
        first.close();

        Node second = start(Map.of("IP_COOLDOWN_PERIOD", "3600"));

        assertThat(second.view().orElseThrow().assignments())
                .as("a dry kernel shows no link")
                .isEmpty();
        assertThat(done(second.add(request(2, LONG))).address()).as("it rests").isNotEqualTo(address);
    }

    @Test
    void aBrokenStateFileIsKeptAndTheNodeServes() throws Exception {
        Files.writeString(folder.resolve("ipam.json"), "{\"version\":\"vpc-cni-ipam/1\",\"alloc");

        Node node = start(Map.of());

        assertThat(done(node.add(request(1, LONG))).sandbox()).isEqualTo(sandbox(1));
        assertThat(folder).isDirectoryContaining("glob:**/ipam.json.broken-*");
    }

    @Test
    void anAddThatComesWhileImdsIsAwayWaitsAndIsToldWhy() {
        Node node = node(Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1"));
        node.start();

        assertThatThrownBy(() -> done(node.add(request(1, Duration.ofMillis(50)))))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(Reason.STARTING));
        assertThat(node.isReady()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_ENDPOINT_URL_EC2"})
    void garbageFromAwsIsNamedAndTheNodeGoesOnAsking(String endpoint) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpServer garbage = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        garbage.createContext("/", exchange -> {
            asked.incrementAndGet();
            byte[] body = "<html>\0{{{".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        garbage.start();
        try {
            Node node = node(
                    Map.of(endpoint, "http://127.0.0.1:" + garbage.getAddress().getPort()));
            node.start();

            assertThatThrownBy(() -> done(node.add(request(1, Duration.ofSeconds(3)))))
                    .isInstanceOfSatisfying(Refusal.class, refusal -> {
                        assertThat(refusal.reason()).isEqualTo(Reason.STARTING);
                        assertThat(refusal.detail()).isNotEqualTo("asking IMDS who this node is");
                    });
            assertThat(asked).hasValueGreaterThan(1);
            assertThat(node.isReady()).isFalse();
        } finally {
            garbage.stop(0);
        }
    }

    @Test
    void whoWaitsWhenTheNodeStopsIsTold() {
        Node node = start(Map.of());
        done(burst(node, ALL_OF_AN_M5_LARGE));
        Uni<Assignment> waiting = node.add(request(28, LONG)).memoize().indefinitely();
        waiting.subscribe().with(_ -> {}, _ -> {});

        node.close();

        assertThatThrownBy(() -> done(waiting))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(Reason.STOPPING));
    }

    private Node start(Map<String, String> variables) {
        Node node = node(variables);
        node.start();
        done(node.ready());
        return node;
    }

    private Node node(Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(Map.of(
                "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        emulator.node("node1").imdsEndpoint().toString(),
                "AWS_VPC_K8S_CNI_BACKING_STORE", folder.resolve("ipam.json").toString(),
                "IP_COOLDOWN_PERIOD", "0"));
        all.putAll(variables);
        NodeSettings settings = new NodeSettingsReader(new Environment(all), _ -> Map.of()).read();
        Node node = new Node(
                settings, new DryNodeNetwork(), Optional.empty(), RandomGenerator.getDefault(), InstantSource.system());
        nodes.add(node);
        return node;
    }

    private static Uni<List<Assignment>> burst(Node node, int pods) {
        List<Uni<Assignment>> adds = new ArrayList<>();
        for (int pod = 1; pod <= pods; pod++) {
            adds.add(node.add(request(pod, LONG)));
        }
        return Uni.join().all(adds).andFailFast();
    }

    private static AddRequest request(int pod, Duration patience) {
        return new AddRequest(sandbox(pod), new PodName("shop", "cart-" + pod), patience, Optional.empty());
    }

    private static Sandbox sandbox(int pod) {
        return new Sandbox("aws-cni", "c" + pod, "eth0");
    }

    private static <T> T done(Uni<T> call) {
        return call.await().atMost(LONG);
    }
}
