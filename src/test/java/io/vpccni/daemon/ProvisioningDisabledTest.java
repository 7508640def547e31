package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.LONG;
import static io.vpccni.daemon.NodeFixture.burst;
import static io.vpccni.daemon.NodeFixture.done;
import static io.vpccni.daemon.NodeFixture.request;
import static io.vpccni.daemon.NodeFixture.sandbox;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Targets;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node on which somebody else attaches interfaces and addresses, on the HTTP emulator. */
class ProvisioningDisabledTest {

    private static final Map<String, String> READ_ONLY =
            Map.of("DISABLE_NETWORK_RESOURCE_PROVISIONING", "true", "WARM_ENI_TARGET", "2");

    private static final Set<String> LOOKS =
            Set.of("DescribeInstanceTypes", "DescribeNetworkInterfaces", "DescribeSubnets");

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
        Set<String> calls = nodes.emulator.ask(core -> core.journal().counts().keySet());
        nodes.close();
        assertThat(calls).as("EC2 calls of the daemon").isSubsetOf(LOOKS);
    }

    @Test
    void podsGetWhatIsThereAndTheNextIsToldWhy() {
        Node node = nodes.start(READ_ONLY);

        assertThat(done(burst(node, 2)))
                .extracting(has -> has.address().toString())
                .containsExactlyInAnyOrderElementsOf(secondaries(others.primary()));
        assertThatThrownBy(() -> done(node.add(request(3, Duration.ofMillis(200)))))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(Reason.PROVISIONING_DISABLED);
                    assertThat(refusal.detail()).isEqualTo("2 addresses assigned, 0 cooling");
                });
    }

    @Test
    void anAddressThatIsFreeAgainServesTheNextPod() {
        Node node = nodes.start(READ_ONLY);
        done(burst(node, 2));

        Uni<Assignment> third = node.add(request(3, LONG)).memoize().indefinitely();
        third.subscribe().with(_ -> {}, _ -> {});
        del(node, 1);

        assertThat(secondaries(others.primary())).contains(done(third).address().toString());
    }

    @Test
    void anAddressThatOthersAddServesAPodThatWaits() {
        Node node = nodes.start(READ_ONLY);
        done(burst(node, 2));
        Uni<Assignment> third =
                node.add(request(3, LONG.multipliedBy(10))).memoize().indefinitely();
        third.subscribe().with(_ -> {}, _ -> {});

        others.fill(others.primary().id(), AddressWish.count(1));
        nodes.pass(Targets.LOOK_GAP, node);

        assertThat(secondaries(others.primary())).contains(done(third).address().toString());
    }

    @Test
    void anInterfaceThatOthersAttachIsWiredAndUsed() {
        Node node = nodes.start(READ_ONLY);
        String attached = others.attach(1, 4);

        nodes.pass(Targets.LOOK_GAP, node);

        assertThat(done(burst(node, 6)))
                .extracting(has -> has.eni().id().value())
                .filteredOn(attached::equals)
                .hasSize(4);
    }

    @Test
    void aPrefixThatOthersAddIsUsed() {
        Node node = nodes.start(READ_ONLY);
        others.fill(others.primary().id(), AddressWish.prefixCount(1));

        nodes.pass(Targets.LOOK_GAP, node);

        assertThat(done(burst(node, 18))).extracting(Assignment::address).doesNotHaveDuplicates();
    }

    @Test
    void whatOthersTakeAwayServesNobodyAndAPodKeepsItsAddress() throws Exception {
        Node node = nodes.start(READ_ONLY);
        String attached = others.attach(1, 4);
        Assignment pod = done(node.add(request(1, LONG)));

        others.take(others.primary().id(), secondaries(others.primary()));
        others.detach(attached);
        nodes.pass(Targets.LOOK_GAP, node);

        Eventually.is(1, "addresses", () -> node.view().orElseThrow().total());
        assertThat(node.view().orElseThrow().enis()).hasSize(1);
        assertThat(node.view().orElseThrow().assignments()).containsExactly(pod);
        del(node, 1);
        Eventually.is(0, "addresses", () -> node.view().orElseThrow().total());
    }

    @Test
    void looksAreAMinuteApart() throws Exception {
        Node node = nodes.start(READ_ONLY);
        long atStart = looks();

        nodes.pass(Targets.LOOK_GAP.minusSeconds(20), node);
        assertThat(looks()).isEqualTo(atStart);
        nodes.pass(Duration.ofSeconds(21), node);
        Eventually.is(atStart + 1, "looks", this::looks);
        nodes.pass(Duration.ofSeconds(30), node);
        assertThat(looks()).isEqualTo(atStart + 1);
    }

    @Test
    void aLookThatFailsIsPartOfTheReasonAndIsRepeated() throws Exception {
        Node node = nodes.start(READ_ONLY);
        done(burst(node, 2));
        nodes.emulator.run(core -> core.faults()
                .inject(new InjectedError(
                        "DescribeNetworkInterfaces", "UnauthorizedOperation", "not allowed", 403, 1)));
        Uni<Assignment> third =
                node.add(request(3, LONG.multipliedBy(20))).memoize().indefinitely();
        third.subscribe().with(_ -> {}, _ -> {});
        nodes.pass(Targets.LOOK_GAP, node);

        Eventually.get(
                "the reason of the pod that waits",
                () -> node.view()
                        .orElseThrow()
                        .diagnosis()
                        .map(Diagnosis::detail)
                        .orElse(""),
                detail -> detail.endsWith("the last look for new ones failed: UnauthorizedOperation: not allowed"));
        others.fill(others.primary().id(), AddressWish.count(1));
        nodes.pass(Duration.ofMinutes(3), node);
        assertThat(secondaries(others.primary())).contains(done(third).address().toString());
    }

    private long looks() {
        return nodes.emulator.ask(core -> core.journal().calls("DescribeNetworkInterfaces"));
    }

    private static void del(Node node, int pod) {
        done(node.del(new DelRequest(sandbox(pod))));
    }

    private static List<String> secondaries(NetworkInterface eni) {
        return eni.addresses().stream()
                .map(Object::toString)
                .filter(address -> !address.equals(eni.primaryAddress().toString()))
                .toList();
    }
}
