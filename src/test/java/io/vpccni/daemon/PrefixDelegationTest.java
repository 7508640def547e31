package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.LONG;
import static io.vpccni.daemon.NodeFixture.burst;
import static io.vpccni.daemon.NodeFixture.done;
import static io.vpccni.daemon.NodeFixture.request;
import static io.vpccni.daemon.NodeFixture.sandbox;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.Occupation;
import io.vpccni.pool.Assignment;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.Ipv4Cidr;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** IPv4 prefix delegation on the HTTP emulator. */
class PrefixDelegationTest {

    private static final Map<String, String> PREFIXES =
            Map.of("ENABLE_PREFIX_DELEGATION", "true", "WARM_PREFIX_TARGET", "1");

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
    void aBurstOf110PodsIsServedFromPrefixesOnThePrimaryInterface() {
        Node node = nodes.start(PREFIXES);

        List<Assignment> served = done(burst(node, 110));

        assertThat(served).extracting(Assignment::address).doesNotHaveDuplicates();
        assertThat(nodes.interfaces()).hasSize(1);
        NetworkInterface primary = nodes.interfaces().getFirst();
        assertThat(primary.addresses()).as("its own address only").hasSize(1);
        assertThat(served)
                .allMatch(has -> primary.prefixes().stream()
                        .anyMatch(prefix -> Ipv4Cidr.parse(prefix.toString()).contains(has.address())));
    }

    @Test
    void whereNoPrefixIsLeftSingleAddressesServe() {
        fragment();
        Node node = nodes.start(PREFIXES);

        assertThat(done(burst(node, 20))).extracting(Assignment::address).doesNotHaveDuplicates();
        assertThat(nodes.interfaces()).allMatch(eni -> eni.prefixes().isEmpty());
    }

    @Test
    void switchingTheModeOffKeepsThePodsAndGivesTheFreePrefixBack() throws Exception {
        Node with = nodes.start(Map.of("ENABLE_PREFIX_DELEGATION", "true", "WARM_PREFIX_TARGET", "2"));
        done(with.add(request(1, LONG)));
        Eventually.is(3, "prefixes", () -> prefixes().size());
        with.close();

        Node without = nodes.start(Map.of("WARM_IP_TARGET", "3"));

        Eventually.is(
                0, "prefixes, as a dry kernel shows no pod", () -> prefixes().size());
        Eventually.is(3, "addresses", () -> without.view().orElseThrow().total());
    }

    @Test
    void aFreedPrefixGoesBackWhenTwoAreFree() throws Exception {
        Node node = nodes.start(PREFIXES);
        done(burst(node, 17));
        Eventually.is(3, "prefixes", () -> prefixes().size());

        IntStream.rangeClosed(1, 17).forEach(pod -> done(node.del(new DelRequest(sandbox(pod)))));

        Eventually.is(
                2, "prefixes, of which the second goes later", () -> prefixes().size());
    }

    private void fragment() {
        String subnet = nodes.interfaces().getFirst().subnetId();
        nodes.emulator.decide((core, now) -> core.cloud().occupy(subnet, new Occupation.OneInEachBlock(), now));
    }

    private List<String> prefixes() {
        return nodes.interfaces().stream()
                .flatMap(eni -> eni.prefixes().stream())
                .map(Object::toString)
                .toList();
    }
}
