package io.vpccni.emulator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            a field is added             | {"a":1}             | {"b":2}           | {"a":1,"b":2}
            null removes                 | {"a":1,"b":2}       | {"b":null}        | {"a":1}
            objects are merged           | {"a":{"x":1}}       | {"a":{"y":2}}     | {"a":{"x":1,"y":2}}
            null in a new object is none | {}                  | {"a":{"x":null}}  | {"a":{}}
            lists are replaced           | {"a":[1,2]}         | {"a":[3]}         | {"a":[3]}
            """)
    void aMergePatchChanges(String name, String before, String patch, String after) throws Exception {
        ObjectNode object = (ObjectNode) JSON.readTree(before);
        Patch.merge(object, JSON.readTree(patch));
        assertThat(object).isEqualTo(JSON.readTree(after));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            add          | {"a":{}}      | {"op":"add","path":"/a/b~1c","value":1}    | {"a":{"b/c":1}}
            add in list  | {"a":[1,3]}   | {"op":"add","path":"/a/1","value":2}       | {"a":[1,2,3]}
            append       | {"a":[1]}     | {"op":"add","path":"/a/-","value":2}       | {"a":[1,2]}
            remove       | {"a":1,"b":2} | {"op":"remove","path":"/a"}                | {"b":2}
            replace      | {"a":1}       | {"op":"replace","path":"/a","value":2}     | {"a":2}
            test passes  | {"a":1}       | {"op":"test","path":"/a","value":1}        | {"a":1}
            copy         | {"a":1}       | {"op":"copy","from":"/a","path":"/b"}      | {"a":1,"b":1}
            move         | {"a":1}       | {"op":"move","from":"/a","path":"/b"}      | {"b":1}
            """)
    void anOperationChanges(String name, String before, String operation, String after) throws Exception {
        ObjectNode object = (ObjectNode) JSON.readTree(before);
        Patch.operations(object, JSON.readTree("[" + operation + "]"));
        assertThat(object).isEqualTo(JSON.readTree(after));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            a test that fails            | {"op":"test","path":"/a","value":2}
            removing what is not there   | {"op":"remove","path":"/b"}
            adding below what is not     | {"op":"add","path":"/b/c","value":1}
            adding beyond a list         | {"op":"add","path":"/l/2","value":1}
            the whole object             | {"op":"replace","path":"","value":{}}
            """)
    void anOperationThatDoesNotFitIsRefused(String name, String operation) throws Exception {
        ObjectNode object = (ObjectNode) JSON.readTree("{\"a\":1,\"l\":[1]}");
        assertThatThrownBy(() -> Patch.operations(object, JSON.readTree("[" + operation + "]")))
                .isInstanceOf(Failure.class);
    }
}
