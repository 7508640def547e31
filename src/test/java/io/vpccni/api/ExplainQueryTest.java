package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.pool.PodName;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainQueryTest {

    @Test
    void eachQuestionIsUnderstood() {
        assertThat(ask("pod", "shop/cart-0")).isEqualTo(new ExplainQuery.OfPod(new PodName("shop", "cart-0")));
        assertThat(ask("container", "4f6a")).isEqualTo(new ExplainQuery.OfContainer("4f6a"));
        assertThat(ask("last", "512")).isEqualTo(new ExplainQuery.Last(512));
        assertThat(ExplainQuery.parse(Map.of())).isEqualTo(new ExplainQuery.Last(20));
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
        "pod, cart-0, is not <namespace>/<name>",
        "pod, /cart-0, is not <namespace>/<name>",
        "pod, shop/, is not <namespace>/<name>",
        "pod, a/b/c, is not <namespace>/<name>",
        "pod, '', pod has 0 characters",
        "last, 0, is not a number from 1 to 512",
        "last, 513, is not a number from 1 to 512",
        "last, many, is not a number from 1 to 512",
        "container, '', container has 0 characters",
        "colour, red, unknown parameter",
    })
    void anUnusableQuestionNamesWhatIsAccepted(String name, String value, String complaint) {
        assertThatThrownBy(() -> ask(name, value))
                .isInstanceOf(ExplainQuery.Unusable.class)
                .hasMessageContaining(complaint)
                .hasMessageContaining(ExplainQuery.ACCEPTED);
    }

    @Test
    void twoQuestionsAtOnceAreUnusable() {
        assertThatThrownBy(() -> ExplainQuery.parse(Map.of("last", List.of("1"), "container", List.of("x"))))
                .hasMessageContaining("more than one question");
        assertThatThrownBy(() -> ExplainQuery.parse(Map.of("last", List.of("1", "2"))))
                .hasMessageContaining("more than one question");
    }

    @Test
    void anEndlessQuestionIsUnusable() {
        assertThatThrownBy(() -> ask("container", "x".repeat(513))).hasMessageContaining("513 characters");
    }

    private static ExplainQuery ask(String name, String value) {
        return ExplainQuery.parse(Map.of(name, List.of(value)));
    }
}
