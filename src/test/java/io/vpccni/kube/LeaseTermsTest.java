package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.kube.LeaseTerms.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LeaseTermsTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final LeaseTerms terms = new LeaseTerms(Duration.ofSeconds(60), Duration.ofSeconds(3_300));

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            another node renewed it just now         | other | 0    | HELD
            another node will have to renew it soon  | other | 59   | HELD
            another node let it expire               | other | 60   | FREE
            another node's clock is ahead            | other | -30  | HELD
            another node has it without a time       | other |      | FREE
            this node had it before it began anew    | self  | 1    | FREE
            the work was done a moment ago           |       | 0    | DONE
            the work was done almost an hour ago     |       | 3299 | DONE
            the work is due                          |       | 3300 | FREE
            the work failed                          |       |      | FREE
            """)
    void aLeaseIsReadLikeThis(String name, String holder, Long renewedSecondsAgo, Verdict expected) {
        Optional<Instant> renewed = Optional.ofNullable(renewedSecondsAgo).map(NOW::minusSeconds);

        assertThat(terms.judge(Optional.ofNullable(holder), renewed, "self", NOW))
                .isEqualTo(expected);
    }
}
