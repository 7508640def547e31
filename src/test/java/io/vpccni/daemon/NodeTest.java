package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.LONG;
import static io.vpccni.daemon.NodeFixture.burst;
import static io.vpccni.daemon.NodeFixture.done;
import static io.vpccni.daemon.NodeFixture.request;
import static io.vpccni.daemon.NodeFixture.sandbox;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.explain.ApiCall;
import io.vpccni.explain.Outcome;
import io.vpccni.explain.Phase;
import io.vpccni.explain.Phase.Step;
import io.vpccni.explain.Timeline;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.IpAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole node on the emulator, with its thread and its state file, but no kernel. */
class NodeTest {

    private static final int ALL_OF_AN_M5_LARGE = 27;

    @TempDir
    private Path folder;

    private NodeFixture nodes;

    @BeforeEach
    void open() {
        nodes = new NodeFixture(folder);
    }

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void everyAddressThatTheTypeCanHaveIsServedToABurst() {
        Node node = nodes.start(Map.of());

        List<Assignment> served = done(burst(node, ALL_OF_AN_M5_LARGE));

        assertThat(served)
                .extracting(Assignment::address)
                .doesNotHaveDuplicates()
                .hasSize(ALL_OF_AN_M5_LARGE);
        assertThat(served).extracting(has -> has.eni().deviceIndex()).contains(0, 1, 2);
    }

    @Test
    void onePodTooManyIsRefusedAtItsDeadlineWithTheReason() {
        Node node = nodes.start(Map.of());
        done(burst(node, ALL_OF_AN_M5_LARGE));

        assertThatThrownBy(() -> done(node.add(request(28, Duration.ofMillis(50)))))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(Reason.ENI_LIMIT);
                    assertThat(refusal.explanation()).contains("3 of 3 interfaces", "27 assigned");
                });
    }

    @Test
    void aPodThatLeavesServesTheOneThatWaits() {
        Node node = nodes.start(Map.of());
        List<Assignment> served = done(burst(node, ALL_OF_AN_M5_LARGE));
        Uni<Assignment> waiting = node.add(request(28, LONG)).memoize().indefinitely();
        waiting.subscribe().with(_ -> {}, _ -> {});

        done(node.del(new DelRequest(sandbox(3))));

        assertThat(done(waiting).address()).isEqualTo(served.get(2).address());
    }

    @Test
    void aCallerThatHangsUpTakesNobodysAddress() {
        Node node = nodes.start(Map.of());
        done(burst(node, ALL_OF_AN_M5_LARGE));
        Cancellable impatient = node.add(request(28, LONG)).subscribe().with(_ -> {}, _ -> {});

        impatient.cancel();
        done(node.del(new DelRequest(sandbox(1))));

        assertThat(done(node.add(request(29, LONG))).sandbox()).isEqualTo(sandbox(29));
        assertThat(node.view().orElseThrow().assignmentOf(sandbox(28))).isEmpty();
    }

    @Test
    void aSecondCallOfAWaitingAddGetsTheSameAddress() {
        Node node = nodes.start(Map.of());
        done(burst(node, ALL_OF_AN_M5_LARGE));
        List<Uni<Assignment>> twice = List.of(node.add(request(28, LONG)), node.add(request(28, LONG)));
        Uni<List<Assignment>> both =
                Uni.join().all(twice).andFailFast().memoize().indefinitely();
        both.subscribe().with(_ -> {}, _ -> {});

        done(node.del(new DelRequest(sandbox(1))));

        assertThat(done(both)).hasSize(2).allMatch(done(both).getFirst()::equals);
    }

    @Test
    void aNewLifeKnowsTheOldOnesPodsOnlyIfTheirLinksLive() {
        Node first = nodes.start(Map.of());
        IpAddress address = done(first.add(request(1, LONG))).address();
        first.close();

        Node second = nodes.start(Map.of("IP_COOLDOWN_PERIOD", "3600"));

        assertThat(second.view().orElseThrow().assignments())
                .as("a dry kernel shows no link")
                .isEmpty();
        assertThat(done(second.add(request(2, LONG))).address()).as("it rests").isNotEqualTo(address);
    }

    @Test
    void aBrokenStateFileIsKeptAndTheNodeServes() throws Exception {
        Files.writeString(folder.resolve("ipam.json"), "{\"version\":\"vpc-cni-ipam/1\",\"alloc");

        Node node = nodes.start(Map.of());

        assertThat(done(node.add(request(1, LONG))).sandbox()).isEqualTo(sandbox(1));
        assertThat(folder).isDirectoryContaining("glob:**/ipam.json.broken-*");
    }

    @Test
    void anAddThatComesWhileImdsIsAwayWaitsAndIsToldWhy() {
        Node node = nodes.node(Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1"));
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
            Node node = nodes.node(
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
    void anAddThatIsServedAtOnceIsRememberedWithoutCalls() throws Exception {
        Node node = nodes.start(Map.of());
        Eventually.get(
                "a free address", () -> node.view().orElseThrow().figures().free(), free -> free > 0);

        Assignment served = done(node.add(request(1, LONG)));

        Timeline add = Eventually.get("its end", () -> node.journal().ofContainer("c1"), NodeTest::haveEnded)
                .getFirst();
        assertThat(add.outcome()).isEqualTo(new Outcome.Granted(served.address()));
        assertThat(add.phases())
                .extracting(Phase::step)
                .containsExactly(Step.QUEUED, Step.WAITING_FOR_ADDRESS, Step.STATE_FILE, Step.ANSWERED);
        assertThat(add.took(Step.WAITING_FOR_ADDRESS)).isZero();
        assertThat(add.atArrival().orElseThrow().free()).isPositive();
        assertThat(add.calls()).isEmpty();
    }

    @Test
    void anAddThatHadToWaitNamesTheCallsThatServedIt() throws Exception {
        Node node = nodes.start(Map.of());
        done(burst(node, ALL_OF_AN_M5_LARGE));

        List<Timeline> adds =
                Eventually.get("their ends", () -> node.journal().last(ALL_OF_AN_M5_LARGE), NodeTest::haveEnded);

        assertThat(adds).hasSize(ALL_OF_AN_M5_LARGE);
        assertThat(adds).filteredOn(add -> !add.calls().isEmpty()).isNotEmpty().anySatisfy(add -> {
            assertThat(add.took(Step.WAITING_FOR_ADDRESS)).isPositive();
            assertThat(add.calls())
                    .filteredOn(call -> call.api().equals("CreateNetworkInterface"))
                    .isNotEmpty()
                    .allSatisfy(call -> assertThat(call.end()).hasValueSatisfying(end -> {
                        assertThat(end.outcome()).isEqualTo(ApiCall.OK);
                        assertThat(end.requestId()).isNotBlank();
                    }));
        });
    }

    @Test
    void whoStillWaitsIsExplainedBeforeTheDeadline() throws Exception {
        Node node = nodes.start(Map.of());
        done(burst(node, ALL_OF_AN_M5_LARGE));
        node.add(request(28, LONG)).subscribe().with(_ -> {}, _ -> {});

        Timeline add = Eventually.get(
                        "its wait",
                        () -> node.journal().ofPod(new PodName("shop", "cart-28")),
                        found -> !found.isEmpty()
                                && found.getFirst().outcome() instanceof Outcome.Waiting waiting
                                && waiting.why().reason() == Reason.ENI_LIMIT)
                .getFirst();

        assertThat(add.atArrival().orElseThrow().assigned()).isEqualTo(ALL_OF_AN_M5_LARGE);
        assertThat(add.advice()).isEqualTo(Reason.ENI_LIMIT.advice());
    }

    @Test
    void aRefusalIsAnnouncedOnce() {
        Node node = nodes.start(Map.of());
        List<ReasonSink.Announcement> announced = new CopyOnWriteArrayList<>();
        node.announceTo(announced::add);
        done(burst(node, ALL_OF_AN_M5_LARGE));

        assertThatThrownBy(() -> done(node.add(request(28, Duration.ofMillis(50)))))
                .isInstanceOf(Refusal.class);
        node.close();

        assertThat(announced).singleElement().satisfies(what -> {
            assertThat(what.pod()).isEqualTo(new PodName("shop", "cart-28"));
            assertThat(what.reason()).isEqualTo(Reason.ENI_LIMIT);
            assertThat(what.detail()).contains("3 of 3 interfaces");
            assertThat(what.waiting()).isFalse();
        });
    }

    @Test
    void anAddThatWaitsForTheStartIsExplained() throws Exception {
        Node node = nodes.node(Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1"));
        node.start();
        node.add(request(1, Duration.ofMillis(50))).subscribe().with(_ -> {}, _ -> {});

        Timeline add = Eventually.get("its end", () -> node.journal().ofContainer("c1"), NodeTest::haveEnded)
                .getFirst();

        assertThat(add.outcome())
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.STARTING));
        assertThat(add.phases()).extracting(Phase::step).containsExactly(Step.QUEUED);
        assertThat(add.atArrival()).isEmpty();
    }

    private static boolean haveEnded(List<Timeline> adds) {
        return !adds.isEmpty()
                && adds.stream()
                        .noneMatch(add -> add.outcome() instanceof Outcome.Waiting
                                || add.outcome() instanceof Outcome.Connecting);
    }

    @Test
    void whoWaitsWhenTheNodeStopsIsTold() {
        Node node = nodes.start(Map.of());
        done(burst(node, ALL_OF_AN_M5_LARGE));
        Uni<Assignment> waiting = node.add(request(28, LONG)).memoize().indefinitely();
        waiting.subscribe().with(_ -> {}, _ -> {});

        node.close();

        assertThatThrownBy(() -> done(waiting))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(Reason.STOPPING));
    }
}
