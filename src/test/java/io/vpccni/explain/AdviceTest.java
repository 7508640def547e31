package io.vpccni.explain;

import static io.vpccni.explain.ExplainFixture.EMPTY;
import static io.vpccni.explain.ExplainFixture.call;
import static io.vpccni.explain.ExplainFixture.timeline;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.explain.Phase.Step;
import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.PoolFigures;
import io.vpccni.pool.Reason;
import io.vpccni.vpc.Ipv4Address;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdviceTest {

    private static final PoolFigures COOLING = new PoolFigures(0, 8, 1, 0, 0, 9, 1, 3, 27, 1);
    private static final Outcome GRANTED = new Outcome.Granted(Ipv4Address.parse("10.0.0.7"));

    @Test
    void aRefusalAndAWaitAreAdvisedByTheirReason() {
        assertThat(timeline(1, new Outcome.Refused(Reason.IAM_DENIED, "x")).advice())
                .isEqualTo(Reason.IAM_DENIED.advice());
        assertThat(timeline(1, new Outcome.Waiting(new Diagnosis(Reason.ENI_LIMIT, "x")))
                        .advice())
                .isEqualTo(Reason.ENI_LIMIT.advice());
    }

    @ParameterizedTest(name = "{0} of {1} ms")
    @CsvSource({
        "WAITING_FOR_ADDRESS, 999, ''",
        "WAITING_FOR_ADDRESS, 1000, raise WARM_IP_TARGET or WARM_ENI_TARGET",
        "QUEUED, 1000, the daemon was starting",
        "STATE_FILE, 1000, writing the state file was slow",
        "DATA_PLANE, 1000, the kernel was slow",
        "ANSWERED, 1000, ''",
    })
    void aSlowAddIsAdvisedByItsSlowPart(Step step, long millis, String beginning) {
        Timeline slow = timeline(1, GRANTED, EMPTY, List.of(), phase(step, millis));

        assertThat(slow.advice()).startsWith(beginning);
        assertThat(slow.advice().isEmpty()).isEqualTo(beginning.isEmpty());
    }

    @Test
    void throttlingIsBlamedBeforeThePool() {
        Timeline slow = timeline(
                1,
                GRANTED,
                COOLING,
                List.of(call("RequestLimitExceeded", true)),
                phase(Step.WAITING_FOR_ADDRESS, 2000));

        assertThat(slow.advice()).isEqualTo(Reason.EC2_THROTTLED.advice());
    }

    @Test
    void coolingIsBlamedWhenNothingElseWasThere() {
        Timeline slow =
                timeline(1, GRANTED, COOLING, List.of(call(ApiCall.OK, false)), phase(Step.WAITING_FOR_ADDRESS, 2000));

        assertThat(slow.advice()).isEqualTo(Reason.NO_FREE_ADDRESS_COOLING.advice());
    }

    private static Phase phase(Step step, long millis) {
        return new Phase(step, Duration.ZERO, Duration.ofMillis(millis));
    }
}
