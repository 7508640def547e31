package io.vpccni.emulator.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.vpccni.emulator.Listener;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a mirror ends that cannot begin. What a good endpoint shows is tried with a real moto server by the application. */
class MirrorTest {

    @Test
    void anEndpointThatIsNotThereIsSaidWithWhatToDo() {
        Listener nobody = Listener.open("127.0.0.1", 0, HttpExchange::close);
        nobody.close();

        assertThatThrownBy(() -> start(nobody.endpoint()))
                .isInstanceOf(MirrorException.class)
                .hasMessageContaining(nobody.endpoint() + " does not answer DescribeVpcs as EC2 does")
                .hasMessageContaining("start moto_server or LocalStack there, or set AWS_ENDPOINT_URL_EC2");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            another web server | 404 | <html>not here</html> | does not answer DescribeVpcs as EC2 does
            a page             | 200 | <html>                | does not answer DescribeVpcs as EC2 does
            a refusal          | 401 | <Response><Errors><Error><Code>AuthFailure</Code><Message>who?</Message></Error></Errors></Response> | refuses DescribeVpcs (AuthFailure: who?)
            """)
    void anEndpointThatIsNoEc2OrRefusesIsSaid(String name, int status, String body, String words) {
        try (Listener another = Listener.open("127.0.0.1", 0, exchange -> answer(exchange, status, body))) {
            assertThatThrownBy(() -> start(another.endpoint()))
                    .isInstanceOf(MirrorException.class)
                    .hasMessageContaining(another.endpoint() + " " + words);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, PT0.5S", "1, PT1S", "2, PT2S", "5, PT10S", "1000000, PT10S"})
    void failuresInARowAreAskedAfterMoreAndMoreSeldom(int failures, Duration pause) {
        assertThat(Mirror.pauseAfter(failures)).isEqualTo(pause);
    }

    private static void start(URI endpoint) {
        Mirror.start(new Account(endpoint, "us-west-2", "test", "test"), "test", 1, "m5.large")
                .close();
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
