package io.vpccni.client.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeArgumentsTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "0,       PT0S",
        "5s,      PT5S",
        "500ms,   PT0.5S",
        "1m30s,   PT1M30S",
        "1.5h,    PT1H30M",
        ".5s,     PT0.5S",
        "2.s,     PT2S",
        "1us,     PT0.000001S",
        "1µs,     PT0.000001S",
        "7ns,     PT0.000000007S",
        "+1s,     PT1S",
        "-1s,     PT-1S",
    })
    void durationsAreThoseOfGo(String text, Duration duration) {
        assertThat(GoDuration.parse(text)).isEqualTo(duration.toNanos());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-", "5x", "1s2", "1 s", ".s", "99999999999999999999s", "9999999999h"})
    void whatIsNoDurationIsRefused(String text) {
        assertThatThrownBy(() -> GoDuration.parse(text))
                .isInstanceOfAny(IllegalArgumentException.class, ArithmeticException.class);
    }

    @Test
    void defaultsAreTheReferences() throws ProbeException {
        Flags flags = Flags.parse("-addr=a:1");

        assertThat(flags.address()).isEqualTo("a:1");
        assertThat(flags.service()).isEmpty();
        assertThat(flags.userAgent()).isEqualTo("grpc-health-probe");
        assertThat(flags.connectNanos()).isEqualTo(1_000_000_000L);
        assertThat(flags.rpcNanos()).isEqualTo(1_000_000_000L);
        assertThat(flags.verbose()).isFalse();
    }

    @Test
    void flagsAreReadAsGoDoes() throws ProbeException {
        Flags flags = Flags.parse(
                "-launcher",
                "/opt/cni/bin/x",
                "--addr",
                "a:1",
                "-service=s=t",
                "--v",
                "-rpc-timeout",
                "2s",
                "--connect-timeout=3s",
                "-user-agent",
                "me",
                "--",
                "-nonsense");

        assertThat(flags.address()).isEqualTo("a:1");
        assertThat(flags.service()).isEqualTo("s=t");
        assertThat(flags.verbose()).isTrue();
        assertThat(flags.rpcNanos()).isEqualTo(2_000_000_000L);
        assertThat(flags.connectNanos()).isEqualTo(3_000_000_000L);
        assertThat(flags.userAgent()).isEqualTo("me");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "''                          | 1 | error: -addr not specified",
                "-addr=                      | 1 | error: -addr not specified",
                "-addr=a:1 -rpc-timeout=0s   | 1 | error: -rpc-timeout must be greater than zero (specified: 0s)",
                "-addr=a:1 -connect-timeout=-1s | 1 | error: -connect-timeout must be greater than zero (specified: -1s)",
                "-nonsense                   | 2 | flag provided but not defined: -nonsense",
                "-tls                        | 2 | flag provided but not defined: -tls",
                "-tls-no-verify -addr=a:1    | 2 | flag provided but not defined: -tls-no-verify",
                "---addr=a:1                 | 2 | bad flag syntax: ---addr=a:1",
                "-=a                         | 2 | bad flag syntax: -=a",
                "-addr                       | 2 | flag needs an argument: -addr",
                "-rpc-timeout=5              | 2 | invalid value \"5\" for flag -rpc-timeout: parse error",
                "-v=perhaps                  | 2 | invalid boolean value \"perhaps\" for -v: parse error",
            })
    void badArgumentsSayWhatIsWrong(String arguments, int exitCode, String message) {
        String[] words = arguments.isEmpty() ? new String[0] : arguments.split(" ");

        assertThatThrownBy(() -> Flags.parse(words))
                .hasMessage(message)
                .isInstanceOfSatisfying(
                        ProbeException.class, e -> assertThat(e.exitCode()).isEqualTo(exitCode));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "unix:///run/a.sock,  /run/a.sock",
        "unix:/run/a.sock,    /run/a.sock",
        "unix:a.sock,         a.sock",
        "localhost:50051,     localhost:50051",
        ":50051,              localhost:50051",
        "[::1]:50051,         ::1:50051",
    })
    void addressesAreParsed(String text, String target) throws ProbeException {
        assertThat(Address.parse(text).text()).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost:", "a:0", "a:65536", "a:x", "::1:50051"})
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> Address.parse(text))
                .isInstanceOfSatisfying(
                        ProbeException.class, e -> assertThat(e.exitCode()).isEqualTo(1));
    }
}
