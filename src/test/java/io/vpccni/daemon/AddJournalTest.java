package io.vpccni.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.daemon.ReasonSink.Announcement;
import io.vpccni.explain.Outcome;
import io.vpccni.explain.Phase;
import io.vpccni.explain.Phase.Step;
import io.vpccni.explain.Timeline;
import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Pool;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.pool.Targets;
import io.vpccni.vpc.Ipv4Address;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The journal under a clock that moves when told. */
class AddJournalTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final Ipv4Address ADDRESS = Ipv4Address.parse("10.0.0.7");
    private static final Diagnosis FULL = new Diagnosis(Reason.ENI_LIMIT, "3 of 3");

    private final Pool pool = new Pool(new Targets(1, 0, 0, false, 0, 3, 9, 29, Duration.ofSeconds(30)), 1);
    private final List<Announcement> announced = new ArrayList<>();
    private Instant now = NOON;
    private final AddJournal journal = new AddJournal(() -> now, () -> Optional.of(FULL));

    @BeforeEach
    void listen() {
        journal.announceTo(announced::add);
    }

    @Test
    void eachStepStandsInTheTimelineWithItsTime() {
        Asked asked = journal.asked();
        after(10);
        journal.taken(request(1), asked, pool, now);
        journal.parked(sandbox(1), pool);
        after(200);
        journal.granted(sandbox(1), ADDRESS, now);
        after(3);
        journal.connected(sandbox(1));
        after(4);
        journal.written(sandbox(1));
        after(1);
        journal.ended(sandbox(1), new Outcome.Granted(ADDRESS), pool);

        Timeline add = journal.last(1).getFirst();
        assertThat(add.phases())
                .containsExactly(
                        phase(Step.QUEUED, 0, 10),
                        phase(Step.WAITING_FOR_ADDRESS, 10, 200),
                        phase(Step.STATE_FILE, 210, 7),
                        phase(Step.DATA_PLANE, 210, 3),
                        phase(Step.ANSWERED, 217, 1));
        assertThat(add.total()).isEqualTo(Duration.ofMillis(218));
        assertThat(announced).isEmpty();
    }

    @Test
    void aWaitOfFiveSecondsIsAnnouncedOnceAndTheRefusalAgain() {
        park(1);
        after(4999);
        look();
        assertThat(announced).isEmpty();
        assertThat(journal.nextLook()).isEqualTo(NOON.plusSeconds(5));

        after(1);
        look();
        after(1000);
        look();
        assertThat(announced).singleElement().satisfies(what -> {
            assertThat(what.waiting()).isTrue();
            assertThat(what.reason()).isEqualTo(Reason.ENI_LIMIT);
            assertThat(what.waited()).isEqualTo(Duration.ofSeconds(5));
        });

        journal.ended(sandbox(1), new Outcome.Refused(Reason.ENI_LIMIT, "3 of 3"), pool);
        assertThat(announced)
                .hasSize(2)
                .last()
                .satisfies(what -> assertThat(what.waiting()).isFalse());
    }

    @Test
    void whoComesLaterIsLookedAtLater() {
        park(1);
        after(2000);
        park(2);
        after(3000);
        look();

        assertThat(announced).extracting(Announcement::sandbox).containsExactly(sandbox(1));
        assertThat(journal.nextLook()).isEqualTo(NOON.plusSeconds(7));

        after(2000);
        look();
        assertThat(announced).extracting(Announcement::sandbox).containsExactly(sandbox(1), sandbox(2));
    }

    @Test
    void aSecondCallForASandboxJoinsTheFirst() {
        park(1);
        after(100);
        park(1);

        journal.ended(sandbox(1), new Outcome.HungUp(), pool);
        journal.ended(sandbox(1), new Outcome.HungUp(), pool);

        assertThat(journal.last(10))
                .singleElement()
                .satisfies(add -> assertThat(add.asked()).isEqualTo(NOON));
    }

    @Test
    void unansweredAddsComeFirstWithTheCaseOfNow() {
        park(1);
        journal.ended(sandbox(1), new Outcome.HungUp(), pool);
        park(2);

        assertThat(journal.last(10))
                .extracting(Timeline::outcome)
                .containsExactly(new Outcome.Waiting(FULL), new Outcome.HungUp());
    }

    @Test
    void requestsAreNumberedApart() {
        assertThat(journal.asked().request()).isNotEqualTo(journal.asked().request());
    }

    private void park(int pod) {
        journal.turn();
        journal.taken(request(pod), journal.asked(), pool, now);
        journal.parked(sandbox(pod), pool);
    }

    private void look() {
        journal.look(now, () -> FULL);
    }

    private void after(long millis) {
        now = now.plusMillis(millis);
    }

    private static AddRequest request(int pod) {
        return new AddRequest(
                sandbox(pod), new PodName("shop", "cart-" + pod), Duration.ofSeconds(60), Optional.empty());
    }

    private static Sandbox sandbox(int pod) {
        return new Sandbox("aws-cni", "c" + pod, "eth0");
    }

    private static Phase phase(Step step, long start, long took) {
        return new Phase(step, Duration.ofMillis(start), Duration.ofMillis(took));
    }
}
