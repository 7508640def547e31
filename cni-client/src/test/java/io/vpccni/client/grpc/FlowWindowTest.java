package io.vpccni.client.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlowWindowTest {

    @Test
    void theSmallerWindowCounts() throws CallFailure {
        FlowWindow window = new FlowWindow();
        window.spend(65_535);
        assertThat(window.available()).isZero();

        window.grant(0, 100);
        assertThat(window.available()).isZero();

        window.grant(1, 60);
        assertThat(window.available()).isEqualTo(60);

        window.grant(3, 1000);
        assertThat(window.available()).isEqualTo(60);
    }

    @Test
    void aSmallerInitialWindowTakesBackWhatWasGranted() throws CallFailure {
        FlowWindow window = new FlowWindow();
        window.spend(1000);

        window.initial(600);
        assertThat(window.available()).isZero();

        window.initial(1100);
        assertThat(window.available()).isEqualTo(100);
    }

    @Test
    void windowsBeyond31BitsAreRefused() {
        assertThatThrownBy(() -> new FlowWindow().grant(1, Integer.MAX_VALUE)).isInstanceOf(CallFailure.class);
        assertThatThrownBy(() -> new FlowWindow().grant(0, Integer.MAX_VALUE)).isInstanceOf(CallFailure.class);
        assertThatThrownBy(() -> new FlowWindow().initial(-1)).isInstanceOf(CallFailure.class);
    }

    @ParameterizedTest(name = "{0} ms")
    @CsvSource({"0, 1m", "1000, 1001m", "99999998, 99999999m", "99999999, 100001S", "9000000000000, 99999999S"})
    void timeoutsHaveAtMostEightDigits(long millis, String text) {
        assertThat(RequestWriter.timeout(TimeUnit.MILLISECONDS.toNanos(millis))).isEqualTo(text);
    }
}
