package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.kube.EventSeries.Due;
import io.vpccni.kube.EventSeries.Occurrence;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventSeriesTest {

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final EventSeries series = new EventSeries(new Random(1), now);

    @Test
    void aBurstOfTheSameIsOneEventWithACount() {
        add("web");
        add("web");
        add("web");

        assertThat(series.take(now)).as("it may go on").isEmpty();
        assertThat(afterWait()).satisfiesExactly(due -> {
            assertThat(due.count()).isEqualTo(3);
            assertThat(due.isFirst()).isTrue();
            assertThat(due.note()).isEqualTo("first");
        });
        assertThat(series.nextIn(now)).isEmpty();
    }

    @Test
    void aRepetitionChangesTheCountAndWaitsItsTime() {
        add("web");
        Due first = afterWait().getFirst();

        add("web");

        assertThat(series.nextIn(now)).contains(EventSeries.REPEAT_GAP);
        Due second = afterWait().getFirst();
        assertThat(second.isFirst()).isFalse();
        assertThat(second.name()).isEqualTo(first.name());
        assertThat(second.count()).isEqualTo(2);
    }

    @Test
    void whatHappensAgainAfterALongTimeIsANewEvent() {
        add("web");
        Due first = afterWait().getFirst();
        now = now.plus(EventSeries.MEMORY).plusSeconds(1);

        add("web");

        Due second = afterWait().getFirst();
        assertThat(second.isFirst()).isTrue();
        assertThat(second.count()).isEqualTo(1);
        assertThat(second.name()).isNotEqualTo(first.name());
    }

    @Test
    void differentThingsAreDifferentEvents() {
        add("web");
        add("cart");

        assertThat(afterWait()).extracting(due -> due.what().subject().name()).containsExactly("web", "cart");
    }

    @Test
    void afterABurstOneEventASecondIsWritten() {
        for (int pod = 0; pod < EventSeries.BURST + 10; pod++) {
            add("p" + pod);
        }

        assertThat(afterWait()).hasSize(EventSeries.BURST);
        now = now.plusSeconds(3);
        assertThat(taken()).hasSize(3);
    }

    @Test
    void whatWaitsIsBoundedAndTheRestCounted() {
        for (int pod = 0; pod < EventSeries.MOST + 5; pod++) {
            add("p" + pod);
        }
        add("p0");

        assertThat(series.dropped()).isEqualTo(5);
    }

    @Test
    void aFailedWriteIsDueAgainWithWhatHappenedMeanwhile() {
        add("web");
        Due failed = afterWait().getFirst();
        add("web");

        series.putBack(failed);

        assertThat(taken()).satisfiesExactly(due -> {
            assertThat(due.isFirst()).isTrue();
            assertThat(due.name()).isEqualTo(failed.name());
            assertThat(due.count()).isEqualTo(2);
        });
    }

    @Test
    void anEventThatTheServerForgotBeginsAnew() {
        add("web");
        Due gone = afterWait().getFirst();

        series.beginAnew(gone, now);

        Due again = afterWait().getFirst();
        assertThat(again.isFirst()).isTrue();
        assertThat(again.name()).isNotEqualTo(gone.name());
    }

    private void add(String pod) {
        series.add(
                new Occurrence(
                        new EventSubject.OfPod(new PodId("shop", pod)),
                        EventType.WARNING,
                        "ENI_LIMIT",
                        "AssignAddress"),
                "first",
                now);
    }

    private List<Due> afterWait() {
        now = now.plus(series.nextIn(now).orElse(Duration.ZERO));
        return taken();
    }

    private List<Due> taken() {
        List<Due> result = new ArrayList<>();
        for (Optional<Due> due = series.take(now); due.isPresent(); due = series.take(now)) {
            result.add(due.get());
        }
        return result;
    }
}
