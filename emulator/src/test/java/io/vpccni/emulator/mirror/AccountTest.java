package io.vpccni.emulator.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountTest {

    @Test
    void anEndpointIsEnough() {
        assertThat(of(Map.of(Account.ENDPOINT, "http://127.0.0.1:5000")))
                .isEqualTo(new Account(URI.create("http://127.0.0.1:5000"), "us-west-2", "test", "test"));
    }

    @Test
    void theUsualVariablesCount() {
        Map<String, String> variables = Map.of(
                Account.ENDPOINT,
                "http://moto:5000",
                "AWS_REGION",
                "eu-central-1",
                "AWS_DEFAULT_REGION",
                "us-east-1",
                "AWS_ACCESS_KEY_ID",
                "111111111111",
                "AWS_SECRET_ACCESS_KEY",
                "secret");

        assertThat(of(variables))
                .isEqualTo(new Account(URI.create("http://moto:5000"), "eu-central-1", "111111111111", "secret"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            no endpoint      | -                                       | There is no EC2 endpoint to mirror
            no URL           | ec2 here                                | is no URL with a host
            no host          | localhost:4566                          | is no URL with a host
            AWS              | https://ec2.us-west-2.amazonaws.com     | instances cost money
            AWS in China     | https://ec2.cn-north-1.amazonaws.com.cn | instances cost money
            """)
    void whatCannotBeMirroredIsSaidWithWhatCould(String name, String endpoint, String words) {
        Map<String, String> variables = endpoint == null ? Map.of() : Map.of(Account.ENDPOINT, endpoint);

        assertThatThrownBy(() -> of(variables))
                .isInstanceOf(MirrorException.class)
                .hasMessageContaining(words)
                .hasMessageContaining("set AWS_ENDPOINT_URL_EC2=http://127.0.0.1:5000 for moto_server");
    }

    private static Account of(Map<String, String> variables) {
        return Account.of(name -> Optional.ofNullable(variables.get(name)));
    }
}
