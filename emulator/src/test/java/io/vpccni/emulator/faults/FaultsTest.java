package io.vpccni.emulator.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static Faults quiet(Throttle throttle) {
        return new Faults(Delays.none(), throttle, 1);
    }

    private static int granted(Faults faults, String action, int calls, Instant at) {
        return (int) IntStream.range(0, calls)
                .filter(i -> faults.judge(action, at) instanceof Verdict.Proceed)
                .count();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "DescribeInstances, 100, 20",
        "CreateNetworkInterface, 100, 10",
        "AssignPrivateIpAddresses, 100, 10",
        "AttachNetworkInterface, 50, 5"
    })
    void publishedBucketsHoldAndRefill(String action, int capacity, int perSecond) {
        Faults faults = quiet(Throttle.published());

        assertThat(granted(faults, action, 200, START)).isEqualTo(capacity);
        assertThat(granted(faults, action, 200, START.plusSeconds(1))).isEqualTo(perSecond);
        assertThat(granted(faults, action, 200, START.plusSeconds(3600))).isEqualTo(capacity);
    }

    @Test
    void eachActionHasABucketOfItsOwn() {
        Faults faults = quiet(new Throttle(Map.of("*", new Throttle.Bucket(1, 0))));

        assertThat(granted(faults, "AttachNetworkInterface", 2, START)).isEqualTo(1);
        assertThat(granted(faults, "DeleteNetworkInterface", 2, START)).isEqualTo(1);
        assertThat(granted(faults, "DescribeVpcs", 2, START)).isEqualTo(2);
    }

    @Test
    void injectedErrorsComeInOrderAndEnd() {
        Faults faults = quiet(Throttle.off());
        faults.inject(new InjectedError("DescribeVpcs", "First", "1", 400, 2));
        faults.inject(new InjectedError("*", "Second", "2", 500, 1));

        List<String> codes = IntStream.range(0, 4)
                .mapToObj(i -> faults.judge("DescribeVpcs", START))
                .map(verdict -> verdict instanceof Verdict.Refuse refuse ? refuse.code() : "ok")
                .toList();

        assertThat(codes).containsExactly("First", "First", "Second", "ok");
        assertThat(faults.errors()).isEmpty();
    }

    @Test
    void lostAnswersAreCountedDown() {
        Faults faults = quiet(Throttle.off());
        faults.loseAnswers("DeleteNetworkInterface", 1);
        Verdict lost = new Verdict.Proceed(Duration.ZERO, false);
        Verdict heard = new Verdict.Proceed(Duration.ZERO, true);

        assertThat(faults.judge("DescribeVpcs", START)).isEqualTo(heard);
        assertThat(faults.judge("DeleteNetworkInterface", START)).isEqualTo(lost);
        assertThat(faults.judge("DeleteNetworkInterface", START)).isEqualTo(heard);
    }

    @Test
    void delaysScatterAroundTheirFigure() {
        Faults faults = new Faults(Delays.published(), Throttle.off(), 1);

        List<Long> millis = IntStream.range(0, 200)
                .mapToObj(i ->
                        faults.judge("AssignPrivateIpAddresses", START).delay().toMillis())
                .toList();

        assertThat(millis).allSatisfy(one -> assertThat(one).isBetween(225L, 275L));
        assertThat(millis.stream().distinct().count()).isGreaterThan(20);
    }
}
