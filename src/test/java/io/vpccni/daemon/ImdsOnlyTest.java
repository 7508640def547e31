package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.LONG;
import static io.vpccni.daemon.NodeFixture.burst;
import static io.vpccni.daemon.NodeFixture.done;
import static io.vpccni.daemon.NodeFixture.request;
import static io.vpccni.daemon.NodeFixture.sandbox;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.emulator.Journal;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PoolView.EniView;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Targets;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that never calls EC2, on the HTTP emulator. */
class ImdsOnlyTest {

    private static final Map<String, String> IMDS_ONLY = Map.of("ENABLE_IMDS_ONLY_MODE", "true");

    @TempDir
    private Path folder;

    private NodeFixture nodes;
    private ElsewhereProvisioned others;

    @BeforeEach
    void open() {
        nodes = new NodeFixture(folder);
        others = new ElsewhereProvisioned(nodes.emulator);
        others.fill(others.primary().id(), AddressWish.count(2));
    }

    @AfterEach
    void close() {
        List<Journal.Entry> calls = nodes.emulator.ask(core -> core.journal().entries());
        nodes.close();
        assertThat(calls).as("EC2 calls").isEmpty();
    }

    @Test
    void aWholeLifeCostsNoEc2Call() throws Exception {
        Node first = nodes.start(IMDS_ONLY);
        done(burst(first, 2));
        assertThatThrownBy(() -> done(first.add(request(3, Duration.ofMillis(200)))))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(Reason.PROVISIONING_DISABLED));
        done(first.del(new DelRequest(sandbox(1))));
        first.close();

        Node second = nodes.start(IMDS_ONLY);
        String attached = others.attach(1, 3);
        others.fill(others.primary().id(), AddressWish.prefixCount(1));
        nodes.pass(Targets.LOOK_GAP, second);

        Eventually.is(2 + 16 + 3, "addresses", () -> second.view().orElseThrow().total());
        assertThat(done(burst(second, 21)))
                .extracting(Assignment::address)
                .doesNotHaveDuplicates()
                .hasSize(21);
        assertThat(ids(second)).containsExactly(others.primary().id(), attached);
    }

    @Test
    void whatImdsShowsIsWhatEc2WouldShow() {
        others.attach(1, 3);
        others.fill(others.primary().id(), AddressWish.prefixCount(2));

        Node byImds = nodes.start(IMDS_ONLY);
        List<EniView> seen = byImds.view().orElseThrow().enis();
        byImds.close();
        Node byEc2 = nodes.start(Map.of("DISABLE_NETWORK_RESOURCE_PROVISIONING", "true"));

        assertThat(seen)
                .extracting(EniView::eni)
                .isEqualTo(byEc2.view().orElseThrow().enis().stream()
                        .map(EniView::eni)
                        .toList());
        nodes.emulator.run(core -> core.journal().reset());
    }

    @Test
    void anInterfaceThatImdsShowsHalfIsLeftOutUntilItIsWhole() throws Exception {
        String attached = others.attach(1, 3);
        try (HidingImds imds = new HidingImds(nodes.emulator.node("node1").imdsEndpoint())) {
            imds.hide(macOf(attached) + "/local-ipv4s");
            Node node = nodes.start(
                    Map.of("ENABLE_IMDS_ONLY_MODE", "true", "AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.endpoint()));
            assertThat(ids(node)).containsExactly(others.primary().id());

            imds.show();
            nodes.pass(Targets.LOOK_GAP, node);

            Eventually.is(List.of(others.primary().id(), attached), "interfaces", () -> ids(node));
            assertThat(done(burst(node, 5))).hasSize(5);
        }
    }

    @Test
    void withoutThePrimaryInterfaceTheNodeDoesNotStart() throws Exception {
        try (HidingImds imds = new HidingImds(nodes.emulator.node("node1").imdsEndpoint())) {
            imds.hide("/device-number");
            Node node = nodes.node(
                    Map.of("ENABLE_IMDS_ONLY_MODE", "true", "AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.endpoint()));
            node.start();

            Eventually.get("why", node::startTrouble, why -> why.endsWith("IMDS has no device-number"));
            assertThatThrownBy(() -> done(node.add(request(1, Duration.ofMillis(200)))))
                    .isInstanceOfSatisfying(
                            Refusal.class,
                            refusal -> assertThat(refusal.reason()).isEqualTo(Reason.STARTING));
            imds.show();
            assertThat(done(node.add(request(2, LONG)))).isNotNull();
        }
    }

    private String macOf(String eniId) {
        return others.interfaces().stream()
                .filter(eni -> eni.id().equals(eniId))
                .findFirst()
                .orElseThrow()
                .mac();
    }

    private static List<String> ids(Node node) {
        return node.view().orElseThrow().enis().stream()
                .map(seen -> seen.eni().id().value())
                .toList();
    }
}
