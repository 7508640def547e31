package io.vpccni.emulator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.emulator.runtime.Scheduler.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchedulerTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static JsonNode node(String name, int branches) {
        var node = JSON.createObjectNode();
        node.putObject("metadata").put("name", name);
        node.putObject("status").putObject("allocatable").put(Scheduler.BRANCHES, Integer.toString(branches));
        return node;
    }

    private static JsonNode pod(String node, int branches) {
        var pod = JSON.createObjectNode();
        var spec = pod.putObject("spec").put("nodeName", node);
        spec.putArray("containers")
                .addObject()
                .putObject("resources")
                .putObject("requests")
                .put(Scheduler.BRANCHES, Integer.toString(branches));
        return pod;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            the emptier node             | 9 | 1 | 9 | 0 |       | node2
            the first among equals       | 9 | 0 | 9 | 0 |       | node1
            the one that is wanted       | 9 | 1 | 9 | 0 | node1 | node1
            the only one that is not full| 9 | 9 | 9 | 8 |       | node2
            both are full                | 9 | 9 | 2 | 2 |       | 0/2 nodes are available: 2 Insufficient vpc.amazonaws.com/pod-eni.
            the one that is wanted is full | 1 | 1 | 9 | 0 | node1 | 0/2 nodes are available: 1 Insufficient vpc.amazonaws.com/pod-eni, 1 node(s) didn't match Pod's node affinity/selector.
            """, quoteCharacter = '\0')
    void aPodGoesTo(String name, int first, int usedThere, int second, int usedHere, String only, String expected) {
        List<JsonNode> pods = new ArrayList<>();
        for (int i = 0; i < usedThere; i++) {
            pods.add(pod("node1", 1));
        }
        for (int i = 0; i < usedHere; i++) {
            pods.add(pod("node2", 1));
        }

        Placement placement = Scheduler.place(
                pod("", 1), List.of(node("node1", first), node("node2", second)), pods, Optional.ofNullable(only));

        assertThat(
                        switch (placement) {
                            case Placement.On(String node) -> node;
                            case Placement.Pending(String why) -> why;
                        })
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"node1,node1", "node2,node2"})
    void aPodWithoutBranchGoesToTheNodeThatIsWantedHoweverFull(String only, String expected) {
        assertThat(Scheduler.place(
                        pod("", 0), List.of(node("node1", 0), node("node2", 0)), List.of(), Optional.of(only)))
                .isEqualTo(new Placement.On(expected));
    }
}
