package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.LONG;
import static io.vpccni.daemon.NodeFixture.sandbox;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.smallrye.mutiny.Uni;
import io.vpccni.kube.TestApiServer;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodName;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.Reason;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole node on the emulator that has an API server, or had one. */
class ClusterTest {

    private final TestApiServer cluster = new TestApiServer();

    @TempDir
    private Path folder;

    private NodeFixture nodes;

    @BeforeEach
    void open() {
        nodes = new NodeFixture(folder, cluster);
    }

    @AfterEach
    void close() {
        nodes.close();
        cluster.close();
    }

    @Test
    void addressesAreFetchedForPodsThatAreScheduledButNotAddedYet() throws Exception {
        Node node = start(Map.of("WARM_IP_TARGET", "2"));
        totalBecomes(node, 2);

        for (int number = 1; number <= 5; number++) {
            createPod(number);
        }
        totalBecomes(node, 7);
    }

    @Test
    void aTargetOnTheNodeCountsWithoutARestart() throws Exception {
        createNode(node -> node);
        Node node = start(Map.of("WARM_IP_TARGET", "2"));
        totalBecomes(node, 2);

        editNode(object -> object.editMetadata()
                .addToAnnotations("vpccni.io/warm-ip-target", "6")
                .endMetadata());

        totalBecomes(node, 6);
    }

    @Test
    void theNodesOwnLimitOfPodsCountsBeforeTheTypes() throws Exception {
        createNode(node ->
                node.editStatus().addToCapacity("pods", new Quantity("4")).endStatus());

        Node node = start(Map.of("WARM_IP_TARGET", "20"));

        totalBecomes(node, 4);
    }

    @Test
    void aCordonedNodeFetchesNothingAndSaysSo() throws Exception {
        createNode(node -> node.editSpec()
                .addNewTaint()
                .withKey("node.kubernetes.io/unschedulable")
                .withEffect("NoSchedule")
                .endTaint()
                .endSpec());
        Node node = start(Map.of("WARM_IP_TARGET", "2"));
        Eventually.get("the Node", () -> cluster.requests("GET /api/v1/nodes?allowWatch"), seen -> !seen.isEmpty());

        AtomicInteger pods = new AtomicInteger();
        Eventually.get("the refusal", () -> reasonFor(node, pods.incrementAndGet()), Reason.NODE_CORDONED::equals);
        int total = total(node);

        editNode(object -> object.editSpec().withTaints().endSpec());
        assertThat(node.add(request(100)).await().atMost(LONG).address()).isNotNull();
        assertThat(total(node)).isGreaterThan(total);
    }

    @Test
    void aPodsAddressStandsInItsAnnotationUntilItIsGone() throws Exception {
        cluster.withPodAnnotations();
        createPod(1);
        Node node = start(Map.of("ANNOTATE_POD_IP", "true"));

        Assignment has = node.add(request(1)).await().atMost(LONG);
        annotationBecomes(has.address().toString());

        node.del(new DelRequest(sandbox(1))).await().atMost(LONG);
        annotationBecomes("");
    }

    @Test
    void withoutTheApiServerPodsAreServed() {
        cluster.goAway();
        Node node = start(Map.of("ANNOTATE_POD_IP", "true"));

        assertThat(node.add(request(1)).await().atMost(LONG).pod()).isEqualTo(new PodName("shop", "cart-1"));
        node.del(new DelRequest(sandbox(1))).await().atMost(LONG);
    }

    @Test
    void aStartIsToldTogetherWithWhetherTheApiServerHadAnswered() throws Exception {
        createNode(node -> node);
        assertThat(startedWithApiServer()).isTrue();
    }

    @Test
    void aStartIsToldAlsoWhereTheApiServerIsAway() throws Exception {
        cluster.goAway();
        assertThat(startedWithApiServer()).isFalse();
    }

    private boolean startedWithApiServer() throws Exception {
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        Node node = nodes.node(Map.of());
        node.observe(new NodeObserver() {
            @Override
            public void started(Duration took, boolean withApiServer) {
                told.complete(withApiServer);
            }
        });
        node.start();
        return told.get(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    private Reason reasonFor(Node node, int number) {
        Uni<Reason> answer = node.add(NodeFixture.request(number, Duration.ofMillis(10)))
                .map(_ -> Reason.DELETED)
                .onFailure(Refusal.class)
                .recoverWithItem(failure -> ((Refusal) failure).reason());
        return answer.await().atMost(LONG);
    }

    private void createNode(UnaryOperator<NodeBuilder> change) {
        cluster.create(change.apply(new NodeBuilder()
                        .withNewMetadata()
                        .withName("node-1")
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .withNewStatus()
                        .endStatus())
                .build());
    }

    private void editNode(UnaryOperator<NodeBuilder> change) {
        cluster.client()
                .nodes()
                .withName("node-1")
                .edit(node -> change.apply(new NodeBuilder(node)).build());
    }

    private void createPod(int number) {
        cluster.create(new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("cart-" + number)
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .endSpec()
                .build());
    }

    private void annotationBecomes(String value) throws Exception {
        Eventually.is(
                value,
                "annotation",
                () -> cluster.client()
                        .pods()
                        .inNamespace("shop")
                        .withName("cart-1")
                        .get()
                        .getMetadata()
                        .getAnnotations()
                        .getOrDefault("vpc.amazonaws.com/pod-ips", "(none)"));
    }

    private static void totalBecomes(Node node, int total) throws Exception {
        Eventually.is(total, "addresses", () -> total(node));
    }

    private static int total(Node node) {
        return node.view().map(PoolView::total).orElse(0);
    }

    private Node start(Map<String, String> variables) {
        Node node = nodes.node(variables);
        node.start();
        return node;
    }

    private static AddRequest request(int number) {
        return NodeFixture.request(number, LONG);
    }
}
