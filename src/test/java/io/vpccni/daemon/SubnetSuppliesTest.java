package io.vpccni.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.cloud.Occupation;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.SubnetSupply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node says of its subnets, on the HTTP emulator. */
class SubnetSuppliesTest {

    @TempDir
    private Path folder;

    private NodeFixture nodes;

    @BeforeEach
    void open() {
        nodes = new NodeFixture(folder);
    }

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void countsAreReadAgainAfterTenMinutesIfSomebodyLooks() throws Exception {
        Node node = settled();
        occupyAllBut(500);
        long before = describeSubnets();

        nodes.pass(Duration.ofMinutes(9), node);
        own(node);
        assertThat(describeSubnets()).as("the counts are fresh enough").isEqualTo(before);

        nodes.pass(Duration.ofMinutes(2), node);
        Eventually.is(500, "the count", () -> own(node).free());
        assertThat(describeSubnets())
                .as("once for the counts, and once for the look at EC2 that is due by now")
                .isBetween(before + 1, before + 2);
    }

    @Test
    void aSubnetThatShrinksHasATimeLeft() throws Exception {
        Node node = settled();
        assertThat(own(node).timeLeft()).isEmpty();

        for (int free : new int[] {300, 200, 100}) {
            occupyAllBut(free);
            nodes.pass(Duration.ofMinutes(11), node);
            Eventually.is(free, "the count", () -> own(node).free());
        }

        assertThat(own(node).timeLeft().orElseThrow()).isLessThan(Duration.ofHours(1));
    }

    @Test
    void withoutEc2ThereIsNothingToSay() {
        Node node = nodes.start(Map.of("ENABLE_IMDS_ONLY_MODE", "true"));

        assertThat(node.subnets()).isEmpty();
        assertThat(describeSubnets()).isZero();
    }

    /** A node that asks EC2 for nothing more. */
    private Node settled() throws Exception {
        Node node = nodes.start(Map.of("WARM_IP_TARGET", "1"));
        Eventually.is(
                1, "free addresses", () -> node.view().orElseThrow().figures().free());
        return node;
    }

    private SubnetSupply own(Node node) {
        String subnet = nodes.interfaces().getFirst().subnetId();
        return node.subnets().stream()
                .filter(supply -> supply.subnet().value().equals(subnet))
                .findFirst()
                .orElseThrow();
    }

    private void occupyAllBut(int free) {
        String subnet = nodes.interfaces().getFirst().subnetId();
        nodes.emulator.decide((core, now) -> core.cloud().occupy(subnet, new Occupation.AllBut(free), now));
    }

    private long describeSubnets() {
        return nodes.emulator.ask(core -> core.journal().calls("DescribeSubnets"));
    }
}
