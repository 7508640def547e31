package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.smallrye.mutiny.Uni;
import io.vpccni.kube.ClusterChore.Turn;
import io.vpccni.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The turns of two nodes, on a mock of the API server that knows resource versions. */
class ClusterChoreTest {

    private static final Duration PAUSE = Duration.ofMinutes(55);
    private static final String NAME = "vpc-cni-leaked-eni-cleanup";

    private final TestApiServer cluster = new TestApiServer();
    private final ApiServer server = cluster.open();
    private final AtomicInteger done = new AtomicInteger();
    private volatile Duration ahead = Duration.ZERO;

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void oneNodeWorksForAllAndTheNextOnlyAfterThePause() {
        assertThat(turn(chore("a"))).isEqualTo(new Turn.Own());
        assertThat(turn(chore("b"))).isEqualTo(new Turn.OfAnother());
        assertThat(turn(chore("a"))).isEqualTo(new Turn.OfAnother());
        assertThat(lease().getSpec().getHolderIdentity()).isNull();

        ahead = PAUSE.plusSeconds(1);

        assertThat(turn(chore("b"))).isEqualTo(new Turn.Own());
        assertThat(done).hasValue(2);
        assertThat(lease().getSpec().getLeaseTransitions()).isEqualTo(2);
    }

    @Test
    void whileOneNodeWorksNoOtherDoes() {
        CompletableFuture<Void> work = new CompletableFuture<>();
        CompletableFuture<Turn> first = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        chore("a")
                .ifDue(() -> {
                    begun.countDown();
                    return Uni.createFrom().completionStage(work);
                })
                .subscribe()
                .with(first::complete, first::completeExceptionally);
        await(begun);

        assertThat(turn(chore("b"))).isEqualTo(new Turn.OfAnother());

        work.complete(null);
        assertThat(first.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(new Turn.Own());
        assertThat(done).as("the other's work").hasValue(0);
    }

    @Test
    void ofTwoNodesThatFindNoLeaseOneGetsIt() {
        // Both have read that there is none before either creates it.
        cluster.refuse("GET", 404, 2);
        assertThat(turn(chore("a"))).isEqualTo(new Turn.Own());

        assertThat(turn(chore("b"))).isEqualTo(new Turn.OfAnother());

        assertThat(done).hasValue(1);
    }

    @Test
    void aNodeThatReadsAnOldLeaseDoesNotGetIt() {
        hold("dead", ahead());
        ahead = Duration.ofMinutes(2);
        cluster.refuse("PUT", 409, 1);

        assertThat(turn(chore("b"))).isEqualTo(new Turn.OfAnother());
        assertThat(turn(chore("b"))).isEqualTo(new Turn.Own());
    }

    @Test
    void ofTwoNodesThatTakeOverAtTheSameTimeOneGetsIt() {
        ahead = Duration.ofMinutes(2);
        for (int round = 1; round <= 25; round++) {
            hold("dead", Instant.now());

            Uni.join()
                    .all(once(chore("a")), once(chore("b")))
                    .andFailFast()
                    .await()
                    .atMost(Eventually.LONG);

            assertThat(done).as("work done in " + round + " rounds").hasValue(round);
            cluster.client().resource(lease()).delete();
        }
    }

    @Test
    void aDeadNodesLeaseIsTakenOverWhenItHasExpired() {
        hold("dead", ahead());
        assertThat(turn(chore("b"))).isEqualTo(new Turn.OfAnother());

        ahead = Duration.ofSeconds(61);

        assertThat(turn(chore("b"))).isEqualTo(new Turn.Own());
    }

    @Test
    void whatFailedIsTriedByTheNextAtOnce() {
        Uni<Turn> failing = chore("a").ifDue(() -> Uni.createFrom().failure(new IllegalStateException("EC2 is away")));
        assertThatThrownBy(() -> failing.await().atMost(Eventually.LONG)).hasMessage("EC2 is away");

        assertThat(turn(chore("b"))).isEqualTo(new Turn.Own());
    }

    @Test
    void aLongWorkRenewsItsLease() throws Exception {
        CompletableFuture<Void> work = new CompletableFuture<>();
        CompletableFuture<Turn> end = new CompletableFuture<>();
        quick("a")
                .ifDue(() -> Uni.createFrom().completionStage(work))
                .subscribe()
                .with(end::complete, end::completeExceptionally);
        Eventually.get("renewals", () -> cluster.requests("PUT").size(), count -> count >= 3);

        work.complete(null);

        assertThat(end.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(new Turn.Own());
        assertThat(lease().getSpec().getHolderIdentity()).isNull();
    }

    @Test
    void aNodeWhoseLeaseWasTakenStopsAndLeavesItAlone() throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();
        CompletableFuture<Turn> end = new CompletableFuture<>();
        quick("a")
                .ifDue(() -> Uni.createFrom().<Void>nothing().onCancellation().invoke(() -> stopped.set(true)))
                .subscribe()
                .with(end::complete, end::completeExceptionally);
        Eventually.get("a first renewal", () -> cluster.requests("PUT").size(), count -> count >= 1);

        cluster.client().resource(lease()).edit(lease -> {
            lease.getSpec().setHolderIdentity("b");
            return lease;
        });

        assertThatThrownBy(() -> end.orTimeout(30, TimeUnit.SECONDS).join())
                .hasCauseInstanceOf(ClusterChore.LeaseLost.class);
        assertThat(stopped).isTrue();
        assertThat(lease().getSpec().getHolderIdentity()).isEqualTo("b");
    }

    @Test
    void withoutTheRightOrTheServerNobodyKnowsWhoseTurnItIs() {
        cluster.refuse("GET", 403, 1);
        assertThat(turn(chore("a"))).isInstanceOf(Turn.Unknown.class);

        cluster.goAway();

        assertThat(turn(chore("a"))).isInstanceOf(Turn.Unknown.class);
        assertThat(done).hasValue(0);
    }

    private ClusterChore chore(String node) {
        return ClusterChore.of(server, "kube-system", NAME, node, PAUSE, this::ahead);
    }

    /** One that renews several times a second. */
    private ClusterChore quick(String node) {
        return new ClusterChore(
                server, "kube-system", NAME, node, new LeaseTerms(Duration.ofMillis(600), PAUSE), this::ahead);
    }

    private Instant ahead() {
        return Instant.now().plus(ahead);
    }

    private Turn turn(ClusterChore chore) {
        return once(chore).await().atMost(Eventually.LONG);
    }

    private Uni<Turn> once(ClusterChore chore) {
        return chore.ifDue(() -> Uni.createFrom().voidItem().invoke(done::incrementAndGet));
    }

    private Lease lease() {
        return cluster.client()
                .leases()
                .inNamespace("kube-system")
                .withName(NAME)
                .get();
    }

    private Lease hold(String node, Instant renewed) {
        return cluster.create(new LeaseBuilder()
                .withNewMetadata()
                .withNamespace("kube-system")
                .withName(NAME)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(node)
                .withRenewTime(renewed.atZone(ZoneOffset.UTC))
                .endSpec()
                .build());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
