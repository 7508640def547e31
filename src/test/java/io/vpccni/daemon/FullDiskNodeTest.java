package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.LONG;
import static io.vpccni.daemon.NodeFixture.burst;
import static io.vpccni.daemon.NodeFixture.done;
import static io.vpccni.daemon.NodeFixture.request;
import static io.vpccni.daemon.NodeFixture.sandbox;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.vpccni.explain.Outcome;
import io.vpccni.kube.TestApiServer;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.testing.Eventually;
import io.vpccni.testing.TinyDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A daemon whose state file lies on a disk that is full, on the HTTP emulator. */
@RequiresNetworkNamespaces
class FullDiskNodeTest {

    private final TestApiServer cluster = new TestApiServer();
    private TinyDisk disk;
    private NodeFixture nodes;

    @BeforeEach
    void open() throws IOException {
        disk = new TinyDisk();
        nodes = new NodeFixture(disk.folder(), cluster);
    }

    @AfterEach
    void close() {
        nodes.close();
        cluster.close();
        disk.close();
    }

    @Test
    void podsThatComeAreRefusedAndThoseThatGoAreNot() throws Exception {
        Node node = nodes.start(Map.of());
        List<Assignment> living = done(burst(node, 2));
        disk.fill();

        assertThatThrownBy(() -> done(node.add(request(3, LONG))))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(Reason.CHECKPOINT_FAILED))
                .hasMessageContaining("No space left");
        assertThat(del(node, 1)).contains(living.getFirst());

        Eventually.is(List.of(sandbox(2)), "sandboxes with an address", () -> sandboxes(node));
        assertThat(node.journal().ofContainer("c3"))
                .singleElement()
                .satisfies(add -> assertThat(add.outcome())
                        .isInstanceOfSatisfying(
                                Outcome.Refused.class,
                                refused -> assertThat(refused.detail()).contains("No space left")));
        assertThat(eventOfNode("CheckpointFailed")).contains("No space left", Reason.CHECKPOINT_FAILED.advice());
        assertThat(eventOfNode("StateFileTrouble")).contains("cannot be written", "No space left");
    }

    @Test
    void onceThereIsRoomTheFileNamesThePodsThatLiveAndNoOthers() throws Exception {
        Node node = nodes.start(Map.of());
        done(burst(node, 2));
        disk.fill();
        assertThatThrownBy(() -> done(node.add(request(3, LONG)))).isInstanceOf(Refusal.class);
        del(node, 1);

        disk.makeRoom();

        Eventually.get(
                "the file without the pod that went",
                this::file,
                text -> text.contains("\"c2\"") && !text.contains("\"c1\"") && !text.contains("\"c3\""));
        Assignment next = served(node, 3);
        assertThat(file()).contains("\"c3\"", next.address().toString());
        assertThat(node.view().orElseThrow().assignments())
                .extracting(Assignment::address)
                .hasSize(2)
                .doesNotHaveDuplicates();
    }

    @Test
    void podsThatAskAgainAndAgainCostNoAddressesAndNoCallsToEc2() throws Exception {
        Node node = nodes.start(Map.of("IP_COOLDOWN_PERIOD", "300", "WARM_IP_TARGET", "2"));
        Eventually.is(
                2, "free addresses", () -> node.view().orElseThrow().figures().free());
        disk.fill();
        assertThatThrownBy(() -> done(node.add(request(1, LONG)))).hasMessageContaining("CHECKPOINT_FAILED");
        Eventually.is(
                2, "free addresses", () -> node.view().orElseThrow().figures().free());
        long calls = calls();

        for (int pod = 2; pod <= 40; pod++) {
            AddRequest next = request(pod, LONG);
            assertThatThrownBy(() -> done(node.add(next)))
                    .hasMessageContaining("CHECKPOINT_FAILED")
                    .hasMessageContaining("No space left");
        }

        assertThat(node.view().orElseThrow().figures().cooling()).isEqualTo(1);
        assertThat(calls()).isEqualTo(calls);
    }

    @Test
    void aDaemonStartsWithABrokenFileOnAFullDiskAndServesOnceThereIsRoom() throws Exception {
        Files.writeString(path(), "broken");
        disk.fill();

        Node node = nodes.start(Map.of());

        assertThat(eventOfNode("StateFileTrouble")).contains("cannot be used", "it is not JSON");
        assertThatThrownBy(() -> done(node.add(request(1, LONG)))).hasMessageContaining("CHECKPOINT_FAILED");
        assertThat(del(node, 7)).as("a pod that nobody knows").isEmpty();

        disk.makeRoom();

        served(node, 2);
        assertThat(file()).contains("\"c2\"").doesNotContain("\"c1\"");
    }

    @Test
    void aDaemonStartsOnAReadOnlyDisk() throws Exception {
        nodes.start(Map.of()).close();
        disk.readOnly();

        Node node = nodes.start(Map.of());

        assertThatThrownBy(() -> done(node.add(request(1, LONG)))).hasMessageContaining("Read-only");
        disk.writable();
        served(node, 2);
    }

    /** Asks until it is served, as a runtime does. */
    private static Assignment served(Node node, int pod) throws Exception {
        return Eventually.get(
                        "an address",
                        () -> done(node.add(request(pod, LONG))
                                .map(Optional::of)
                                .onFailure(Refusal.class)
                                .recoverWithItem(Optional.empty())),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** As of the loop's last turn, which may have answered a call before it ended. */
    private static List<Sandbox> sandboxes(Node node) {
        return node.view().orElseThrow().assignments().stream()
                .map(Assignment::sandbox)
                .toList();
    }

    private static Optional<Assignment> del(Node node, int pod) {
        return done(node.del(new DelRequest(sandbox(pod))));
    }

    /** Calls that get addresses. */
    private long calls() {
        return nodes.emulator.ask(core -> core.journal().calls("AssignPrivateIpAddresses")
                + core.journal().calls("CreateNetworkInterface"));
    }

    private Path path() {
        return disk.folder().resolve("ipam.json");
    }

    private String file() throws IOException {
        return Files.readString(path());
    }

    /** What an event on the node says. */
    private String eventOfNode(String reason) throws Exception {
        List<Event> found = Eventually.get(
                "an event on the node",
                () -> cluster.client().events().v1().events().inAnyNamespace().list().getItems().stream()
                        .filter(event -> reason.equals(event.getReason()))
                        .filter(event -> "Node".equals(event.getRegarding().getKind()))
                        .toList(),
                events -> !events.isEmpty());
        return found.getFirst().getNote();
    }
}
