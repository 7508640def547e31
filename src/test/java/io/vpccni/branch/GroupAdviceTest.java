package io.vpccni.branch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GroupAdviceTest {

    private static final SecurityGroups NODE = SecurityGroups.of("sg-node");

    private static GroupFacts group(String id, boolean ofCluster, boolean asksNames, String... sources) {
        return new GroupFacts(id, ofCluster, asksNames, Set.of(sources), false);
    }

    @Test
    void groupsThatHaveEverythingNeedNoAdvice() {
        assertThat(GroupAdvice.of(SecurityGroups.of("sg-1"), List.of(group("sg-1", false, true, "sg-node")), NODE))
                .isEmpty();
        assertThat(GroupAdvice.of(
                        SecurityGroups.of("sg-1", "sg-2"),
                        List.of(group("sg-1", true, false), group("sg-2", false, true, "sg-node")),
                        NODE))
                .isEmpty();
    }

    @Test
    void aRangeOfAddressesMayBeTheNodes() {
        assertThat(GroupAdvice.of(
                        SecurityGroups.of("sg-1"), List.of(new GroupFacts("sg-1", false, true, Set.of(), true)), NODE))
                .isEmpty();
    }

    @Test
    void whatIsMissingIsSaid() {
        assertThat(GroupAdvice.of(SecurityGroups.of("sg-1"), List.of(group("sg-1", true, false, "sg-other")), NODE))
                .satisfiesExactly(
                        line -> assertThat(line).contains("DNS"),
                        line -> assertThat(line).contains("probes", "sg-node"));
    }

    @Test
    void ofSeveralGroupsExactlyOneIsTheClusters() {
        assertThat(GroupAdvice.of(
                        SecurityGroups.of("sg-1", "sg-2"),
                        List.of(group("sg-1", true, true, "sg-node"), group("sg-2", true, true)),
                        NODE))
                .singleElement()
                .asString()
                .startsWith("2 of the groups");
    }

    @Test
    void ofAGroupThatDoesNotExistNothingElseIsSaid() {
        assertThat(GroupAdvice.of(SecurityGroups.of("sg-1", "sg-2"), List.of(group("sg-2", true, false)), NODE))
                .containsExactly("EC2 does not know sg-1");
    }
}
