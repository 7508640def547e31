package io.vpccni.vpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreeTrendTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            shrinking                          | 0=1000 5=960 10=900         | PT90M
            shrinking, with a step up          | 0=1000 5=1100 10=900        | PT90M
            exhausted                          | 0=100 5=40 10=0             | PT0S
            the last ones go slowly            | 0=101 30=101 60=100         | PT100H
            flat                               | 0=100 5=90 10=100           |
            always exhausted                   | 0=0 5=0 10=0                |
            growing                            | 0=100 5=100 10=120          |
            no count                           | ''                          |
            one count                          | 0=100                       |
            two counts                         | 0=100 10=50                 |
            what was an hour ago does not count| 0=9000 30=900 60=600 61=590 | PT59M
            three counts at one time           | 0=100 0=90 0=80             |
            a clock that was set back          | 10=100 5=90 6=80 7=70       | PT7M
            """)
    void theTimeLeftIsAStraightLine(String name, String counts, Duration expected) {
        FreeTrend trend = FreeTrend.EMPTY;
        for (String count : counts.isEmpty() ? new String[0] : counts.split(" ")) {
            String[] pair = count.split("=");
            trend = trend.with(START.plus(Duration.ofMinutes(Long.parseLong(pair[0]))), Integer.parseInt(pair[1]));
        }

        assertThat(trend.timeLeft().orElse(null)).isEqualTo(expected);
    }

    @Test
    void oldCountsAreForgotten() {
        FreeTrend trend = FreeTrend.EMPTY;
        for (int minute = 0; minute < 10_000; minute += 5) {
            trend = trend.with(START.plus(Duration.ofMinutes(minute)), 10_000 - minute);
        }

        assertThat(trend.counts()).hasSize(13);
    }
}
