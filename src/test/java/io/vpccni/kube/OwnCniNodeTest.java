package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnCniNodeTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            nothing yet          | []                                                    |      | [{'name':'SecurityGroupsForPods'}]
            it is there          | [{'name':'SecurityGroupsForPods'}]                    |      | [{'name':'SecurityGroupsForPods'}]
            it has a value       | [{'name':'SecurityGroupsForPods','value':''}]         |      | [{'name':'SecurityGroupsForPods','value':''}]
            of others            | [{'name':'Other','value':'x'}]                        |      | [{'name':'Other','value':'x'},{'name':'SecurityGroupsForPods'}]
            custom networking    | []                                                    | a    | [{'name':'CustomNetworking','value':'a'},{'name':'SecurityGroupsForPods'}]
            another ENIConfig    | [{'name':'Other'},{'name':'CustomNetworking','value':'b'}] | a | [{'name':'Other'},{'name':'CustomNetworking','value':'a'},{'name':'SecurityGroupsForPods'}]
            """)
    void featuresThatANodeWants(String name, String found, String eniConfig, String wanted) throws Exception {
        assertThat(OwnCniNode.withFeatures(json(found), Optional.ofNullable(eniConfig)))
                .isEqualTo(json(wanted));
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }
}
