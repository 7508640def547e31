package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.pool.PodName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CniArgsTest {

    @Test
    void kubernetesNamesThePod() {
        CniArgs args = CniArgs.parse("IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart-0;"
                + "K8S_POD_INFRA_CONTAINER_ID=6f1c;K8S_POD_UID=1234;SOMETHING=else");

        assertThat(args).isEqualTo(new CniArgs(new PodName("shop", "cart-0"), "1234"));
    }

    @Test
    void noArgumentsAtAllAreLegal() {
        assertThat(CniArgs.parse("")).isEqualTo(new CniArgs(PodName.UNKNOWN, ""));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            an unknown key        | X=1                               | unknown args [X=1]
            no equals sign        | K8S_POD_NAME                      | invalid pair "K8S_POD_NAME"
            an empty key          | =x                                | invalid pair "=x"
            a trailing semicolon  | K8S_POD_NAME=a;                   | invalid pair ""
            IgnoreUnknown=maybe   | IgnoreUnknown=maybe               | not true or false
            a path as a name      | K8S_POD_NAME=../../etc/passwd     | lower-case letters
            a command as a name   | K8S_POD_NAMESPACE=$(reboot)       | lower-case letters
            """)
    void badArgumentsAreNamed(String name, String text, String why) {
        assertThatThrownBy(() -> CniArgs.parse(text)).isInstanceOfSatisfying(CniError.class, error -> {
            assertThat(error.code()).isEqualTo(CniError.INVALID_ENVIRONMENT);
            assertThat(error)
                    .hasMessageContaining(why)
                    .hasMessageStartingWith("add cmd: failed to load k8s config from arg: ");
        });
    }

    @Test
    void longNamesAndLongArgumentsAreRefused() {
        assertThatThrownBy(() -> CniArgs.parse("K8S_POD_NAME=" + "a".repeat(254)))
                .hasMessageContaining("254 characters");
        assertThatThrownBy(() -> CniArgs.parse("x".repeat(4097))).hasMessageContaining("4097 characters");
    }
}
