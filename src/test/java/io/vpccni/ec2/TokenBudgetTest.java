package io.vpccni.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokenBudgetTest {

    private static final Instant START = Instant.EPOCH;
    private final TokenBudget budget = new TokenBudget(5, 3, START);

    @Test
    void aBurstGoesThroughAtOnceAndTheNextCallWaitsForOneToken() {
        for (int call = 0; call < 3; call++) {
            assertThat(budget.take(START)).isZero();
        }

        assertThat(budget.take(START)).isEqualTo(Duration.ofMillis(200));
        assertThat(budget.take(START.plusMillis(200))).isZero();
    }

    @Test
    void aRestFillsTheBucketNoFurtherThanItsBurst() {
        Instant later = START.plusSeconds(3600);
        for (int call = 0; call < 3; call++) {
            assertThat(budget.take(later)).isZero();
        }
        assertThat(budget.take(later)).isPositive();
    }

    @Test
    void throttlingHalvesTheRateAndForgetsTheSavings() {
        budget.throttled(START);

        assertThat(budget.take(START)).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void theRateNeverFallsToNothingAndComesBackWithAnswers() {
        for (int times = 0; times < 50; times++) {
            budget.throttled(START);
        }
        assertThat(budget.take(START)).isEqualTo(Duration.ofSeconds(20));

        for (int answers = 0; answers < 20; answers++) {
            budget.answered();
        }
        assertThat(budget.take(START)).isEqualTo(Duration.ofMillis(200));
    }
}
