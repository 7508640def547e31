package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.vpccni.kube.EniConfig.Fault;
import io.vpccni.kube.EniConfig.Unusable;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.SubnetId;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EniConfigsTest {

    private final TestApiServer cluster = new TestApiServer();
    private final ApiServer server = cluster.open();
    private final EniConfigs configs = new EniConfigs(server);

    @AfterEach
    void close() {
        configs.close();
        cluster.close();
    }

    @Test
    void aConfigIsReadByNameAndAgainAfterAChange() throws Exception {
        create("zone-a", Map.of("subnet", "subnet-1", "securityGroups", List.of("sg-1", "sg-2")));
        assertThat(get("zone-a")).isEqualTo(new EniConfig("zone-a", new SubnetId("subnet-1"), List.of("sg-1", "sg-2")));

        cluster.client()
                .genericKubernetesResources(EniConfigs.DEFINITION)
                .withName("zone-a")
                .edit(object -> {
                    object.setAdditionalProperty("spec", Map.of("subnet", "subnet-2"));
                    return object;
                });

        Eventually.is(new EniConfig("zone-a", new SubnetId("subnet-2"), List.of()), "the config", () -> get("zone-a"));
        assertThat(cluster.requests("GET /apis/crd.k8s.amazonaws.com/v1alpha1/eniconfigs?resourceVersion"))
                .as("later questions cost no call")
                .hasSize(1);
    }

    @Test
    void aMissingConfigIsNamed() {
        assertThatThrownBy(() -> get("zone-b"))
                .isInstanceOfSatisfying(
                        Unusable.class, failure -> assertThat(failure.fault()).isEqualTo(Fault.MISSING))
                .hasMessageContaining("eniconfig: eniconfig is not available")
                .hasMessageContaining("zone-b");
    }

    @Test
    void withoutTheServerNothingIsAssumed() {
        cluster.goAway();

        assertThatThrownBy(() -> get("zone-a"))
                .isInstanceOfSatisfying(
                        Unusable.class, failure -> assertThat(failure.fault()).isEqualTo(Fault.UNREADABLE))
                .hasMessageContaining("the API server");
    }

    @Test
    void aServerThatComesBackIsAskedByTheNextQuestion() throws Exception {
        create("zone-a", Map.of("subnet", "subnet-1"));
        cluster.goAway();
        configs.get("zone-a").subscribe().with(_ -> {}, _ -> {});
        Eventually.get("the loss", server::troubles, troubles -> !troubles.isEmpty());

        cluster.comeBack();

        assertThat(get("zone-a").subnet()).isEqualTo(new SubnetId("subnet-1"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            no subnet          |            |       | names no subnet
            an empty subnet    | ' '        |       | names no subnet
            no subnet's id     | 10.0.0.0/8 |       | not a subnet id: "10.0.0.0/8"
            groups as a string | subnet-1   | sg-1  | spec.securityGroups is not a list
            """)
    void aMalformedConfigIsExplained(String name, String subnet, String groups, String words) {
        Map<String, Object> spec = new HashMap<>();
        if (subnet != null) {
            spec.put("subnet", subnet);
        }
        if (groups != null) {
            spec.put("securityGroups", groups);
        }

        assertThatThrownBy(() -> EniConfig.of(config("zone-a", spec)))
                .isInstanceOfSatisfying(
                        Unusable.class, failure -> assertThat(failure.fault()).isEqualTo(Fault.MALFORMED))
                .hasMessageContaining("ENIConfig zone-a")
                .hasMessageContaining(words);
    }

    private EniConfig get(String name) {
        return configs.get(name).await().atMost(Duration.ofSeconds(20));
    }

    private void create(String name, Map<String, Object> spec) {
        cluster.client()
                .genericKubernetesResources(EniConfigs.DEFINITION)
                .resource(config(name, spec))
                .create();
    }

    private static GenericKubernetesResource config(String name, Map<String, Object> spec) {
        return new GenericKubernetesResourceBuilder()
                .withApiVersion("crd.k8s.amazonaws.com/v1alpha1")
                .withKind("ENIConfig")
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .addToAdditionalProperties("spec", spec)
                .build();
    }
}
