package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.vpccni.kube.NodeFacts.EniConfigKeys;
import io.vpccni.kube.NodeFacts.WarmTargets;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeFactsTest {

    private static final EniConfigKeys KEYS = new EniConfigKeys("example.com/annotation", "example.com/label");

    @Test
    void aNodeThatSaysNothingLeavesEverythingToTheEnvironment() {
        NodeFacts.Reading reading = NodeFacts.read(new Node(), KEYS);

        assertThat(reading.facts()).isEqualTo(new NodeFacts(OptionalInt.empty(), false, "default", WarmTargets.NONE));
        assertThat(reading.complaints()).isEmpty();
    }

    @ParameterizedTest(name = "pods: {0}")
    @CsvSource(delimiter = '|', textBlock = """
            29    | 29
            1k    | 1000
            110.0 | 110
            0     |
            -3    |
            1.5   |
            lots  |
            """)
    void maxPodsIsTheCapacityOrNothing(String capacity, Integer expected) {
        Node node = new NodeBuilder()
                .withNewStatus()
                .addToCapacity("pods", new Quantity(capacity))
                .endStatus()
                .build();

        NodeFacts.Reading reading = NodeFacts.read(node, KEYS);

        if (expected == null) {
            assertThat(reading.facts().maxPods()).isEmpty();
            assertThat(reading.complaints())
                    .singleElement()
                    .asString()
                    .contains("status.capacity.pods", capacity, "whole number of at least 1");
        } else {
            assertThat(reading.facts().maxPods()).hasValue(expected);
            assertThat(reading.complaints()).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}:{1}")
    @CsvSource(delimiter = '|', textBlock = """
            node.kubernetes.io/unschedulable | NoSchedule       | true
            node.kubernetes.io/unschedulable | PreferNoSchedule | false
            node.kubernetes.io/not-ready     | NoSchedule       | false
            """)
    void onlyTheCordonsOwnTaintIsACordon(String key, String effect, boolean cordoned) {
        Node node = new NodeBuilder()
                .withNewSpec()
                .addNewTaint()
                .withKey(key)
                .withEffect(effect)
                .endTaint()
                .endSpec()
                .build();

        assertThat(NodeFacts.read(node, KEYS).facts().cordoned()).isEqualTo(cordoned);
    }

    @ParameterizedTest(name = "external={0} annotation={1} label={2}")
    @CsvSource(delimiter = '|', textBlock = """
            zone-a | zone-b | zone-c | zone-a
                   | zone-b | zone-c | zone-b
                   |        | zone-c | zone-c
                   |        |        | default
            ''     | ''     | zone-c | zone-c
            """)
    void theFirstNameInTheReferencesOrderCounts(String external, String annotation, String label, String expected) {
        NodeBuilder node = new NodeBuilder().withNewMetadata().endMetadata();
        if (external != null) {
            node.editMetadata()
                    .addToLabels("vpc.amazonaws.com/externalEniConfig", external)
                    .endMetadata();
        }
        if (annotation != null) {
            node.editMetadata()
                    .addToAnnotations("example.com/annotation", annotation)
                    .endMetadata();
        }
        if (label != null) {
            node.editMetadata().addToLabels("example.com/label", label).endMetadata();
        }

        assertThat(NodeFacts.read(node.build(), KEYS).facts().eniConfig()).isEqualTo(expected);
    }

    @Test
    void aNodesOwnTargetsAreReadFromAnnotationsAndElseFromLabels() {
        Node node = node(
                Map.of("vpccni.io/warm-ip-target", "0", "vpccni.io/max-eni", "2"),
                Map.of(
                        "vpccni.io/warm-ip-target", "7",
                        "vpccni.io/warm-eni-target", "3",
                        "vpccni.io/minimum-ip-target", "12",
                        "vpccni.io/warm-prefix-target", "1"));

        assertThat(NodeFacts.read(node, KEYS).facts().warmTargets())
                .isEqualTo(new WarmTargets(
                        OptionalInt.of(3),
                        OptionalInt.of(0),
                        OptionalInt.of(12),
                        OptionalInt.of(1),
                        OptionalInt.of(2)));
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', textBlock = """
            vpccni.io/warm-eni-target    | -1                   | 0
            vpccni.io/warm-ip-target     | many                 | 0
            vpccni.io/minimum-ip-target  | 1.5                  | 0
            vpccni.io/warm-prefix-target | ''                   | 0
            vpccni.io/max-eni            | 0                    | 1
            vpccni.io/max-eni            | 99999999999999999999 | 1
            """)
    void aBadTargetIsNamedAndTheEnvironmentsStays(String key, String value, int least) {
        NodeFacts.Reading reading = NodeFacts.read(node(Map.of(key, value), Map.of(key, "5")), KEYS);

        assertThat(reading.facts().warmTargets()).isEqualTo(WarmTargets.NONE);
        assertThat(reading.complaints())
                .containsExactly("annotation " + key + "=\"" + value
                        + "\" is not accepted: a whole number of at least " + least
                        + "; the value of the environment counts");
    }

    private static Node node(Map<String, String> annotations, Map<String, String> labels) {
        return new NodeBuilder()
                .withNewMetadata()
                .withAnnotations(annotations)
                .withLabels(labels)
                .endMetadata()
                .build();
    }
}
