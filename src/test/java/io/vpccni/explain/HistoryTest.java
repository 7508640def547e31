package io.vpccni.explain;

import static io.vpccni.explain.ExplainFixture.NOON;
import static io.vpccni.explain.ExplainFixture.timeline;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.pool.PodName;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is remembered, and that it is bounded. */
class HistoryTest {

    private final AddHistory adds = new AddHistory();
    private final CallHistory calls = new CallHistory();

    @Test
    void theNewestAddsComeFirst() {
        remember(3);

        assertThat(numbers(adds.last(2))).containsExactly(3L, 2L);
        assertThat(numbers(adds.last(10))).containsExactly(3L, 2L, 1L);
    }

    @Test
    void theOldestAddIsForgottenForTheNewest() {
        remember(AddHistory.LENGTH + 2);

        assertThat(numbers(adds.last(Integer.MAX_VALUE)))
                .hasSize(AddHistory.LENGTH)
                .startsWith(AddHistory.LENGTH + 2L)
                .endsWith(3L);
    }

    @Test
    void addsAreFoundByPodAndByContainer() {
        remember(7);

        assertThat(numbers(adds.ofPod(new PodName("shop", "cart-1")))).containsExactly(7L, 4L, 1L);
        assertThat(numbers(adds.ofContainer("container-5"))).containsExactly(5L);
        assertThat(adds.ofContainer("container")).isEmpty();
    }

    @Test
    void callsAreFoundByWhenTheyWereUnderWay() {
        ApiCall before = calls.began("Before", NOON);
        calls.ended(before, NOON.plusSeconds(1), ApiCall.OK, "r-1", false);
        ApiCall during = calls.began("During", NOON.plusSeconds(2));
        calls.ended(during, NOON.plusSeconds(4), "RequestLimitExceeded", "r-2", true);
        calls.began("Open", NOON.plusSeconds(5));
        calls.began("After", NOON.plusSeconds(8));

        assertThat(calls.between(NOON.plusSeconds(3), NOON.plusSeconds(6)))
                .extracting(ApiCall::api)
                .containsExactly("During", "Open");
        assertThat(calls.between(NOON.plusSeconds(3), NOON.plusSeconds(3)))
                .singleElement()
                .satisfies(call -> assertThat(call.end())
                        .contains(new ApiCall.End(Duration.ofSeconds(2), "RequestLimitExceeded", "r-2", true)));
    }

    @Test
    void callsAreBounded() {
        for (int number = 0; number < 2 * CallHistory.LENGTH; number++) {
            calls.ended(calls.began("Call", NOON), NOON, ApiCall.OK, "", false);
        }

        assertThat(calls.between(NOON, NOON))
                .hasSize(CallHistory.LISTED)
                .last()
                .extracting(ApiCall::number)
                .isEqualTo(2L * CallHistory.LENGTH - 1);
    }

    private void remember(int count) {
        for (int number = 1; number <= count; number++) {
            adds.add(timeline(number, new Outcome.HungUp()));
        }
    }

    private static List<Long> numbers(List<Timeline> found) {
        return found.stream().map(add -> add.request().number()).toList();
    }
}
