package io.vpccni.emulator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorTest {
    private static JsonNode pod() throws Exception {
        return new ObjectMapper()
                .readTree("{\"metadata\":{\"name\":\"a\",\"labels\":{\"app\":\"web\",\"tier\":\"front\"}},"
                        + "\"spec\":{\"nodeName\":\"node1\"}}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            app=web                         | true
            app==web,tier=front             | true
            app=web,tier=back               | false
            app!=web                        | false
            other!=web                      | true
            tier in (front, back),app       | true
            tier notin (front)              | false
            !other                          | true
            !app                            | false
            """)
    void labelsAreSelected(String selector, boolean selected) throws Exception {
        assertThat(Selector.labels(selector).test(pod())).isEqualTo(selected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            spec.nodeName=node1                   | true
            spec.nodeName=node2                   | false
            spec.nodeName!=node2,metadata.name=a  | true
            status.phase=                         | true
            """)
    void fieldsAreSelected(String selector, boolean selected) throws Exception {
        assertThat(Selector.fields(selector).test(pod())).isEqualTo(selected);
    }
}
