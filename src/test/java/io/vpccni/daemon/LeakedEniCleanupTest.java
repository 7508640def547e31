package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.config.NodeSettings;
import io.vpccni.ec2.AwsClients;
import io.vpccni.ec2.EniCalls;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.kube.ClusterChore;
import io.vpccni.kube.TestApiServer;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.IpFamily;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interfaces that nobody attached, on the HTTP emulator. */
class LeakedEniCleanupTest {

    private static final String OTHER = "i-00000000000000bad";

    private final TestApiServer cluster = new TestApiServer();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();

    @TempDir
    private Path folder;

    private NodeFixture nodes;

    @BeforeEach
    void open() {
        nodes = new NodeFixture(folder);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
        nodes.close();
        cluster.close();
    }

    @Test
    void aNodeThatStartsDeletesWhatItsLastLifeLeftOverAndNothingElse() throws Exception {
        String own = leak(own(), Duration.ofSeconds(2));
        String others = leak(OTHER, Duration.ofHours(1));

        nodes.start(Map.of());

        Eventually.is(false, "the own interface", () -> ids().contains(own));
        assertThat(ids()).contains(others);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"DISABLE_LEAKED_ENI_CLEANUP", "DISABLE_NETWORK_RESOURCE_PROVISIONING", "ENABLE_IMDS_ONLY_MODE"})
    void whereItIsSwitchedOffNothingIsDeleted(String variable) {
        String own = leak(own(), Duration.ofHours(1));
        Node off = nodes.start(Map.of(variable, "true"));
        done(off.add(NodeFixture.request(1, Duration.ofMillis(500))).onFailure().recoverWithNull());
        off.close();

        assertThat(ids()).contains(own);
        assertThat(calls("DeleteNetworkInterface")).isZero();
    }

    @Test
    void whatADaemonCreatesWhileItRunsIsNotDeletedUnderIt() {
        Node node = nodes.start(Map.of());

        assertThat(done(NodeFixture.burst(node, 27))).hasSize(27);

        assertThat(nodes.interfaces()).hasSize(3).allMatch(eni -> eni.status().equals("in-use"));
        assertThat(calls("DeleteNetworkInterface")).isZero();
    }

    @Test
    void onceAnHourOneNodeDeletesThoseOfAllAndTheOtherAsksNothing() {
        String first = leak(OTHER, Duration.ofMinutes(6));
        String young = leak(OTHER, Duration.ofMinutes(4));
        LeakedEniCleanup mine = cleanup("node-1", "");
        LeakedEniCleanup theirs = cleanup("node-2", "");

        done(mine.lookAtCluster());
        long asked = calls("DescribeNetworkInterfaces");
        done(theirs.lookAtCluster());

        assertThat(ids()).doesNotContain(first).contains(young);
        assertThat(calls("DescribeNetworkInterfaces")).isEqualTo(asked);
    }

    @Test
    void interfacesOfAnotherClusterAreLeftAlone() {
        String ours = leak(OTHER, Duration.ofHours(1), Map.of("cluster.k8s.amazonaws.com/name", "prod"));
        String theirs = leak(OTHER, Duration.ofHours(1), Map.of("cluster.k8s.amazonaws.com/name", "test"));

        done(cleanup("node-1", "prod").lookAtCluster());

        assertThat(ids()).doesNotContain(ours).contains(theirs);
    }

    @Test
    void anInterfaceWithoutAUsableTimeIsDatedAndStays() {
        String missing = leak(OTHER, Map.of());
        String unreadable = leak(OTHER, Map.of("node.k8s.amazonaws.com/createdAt", "long ago"));

        done(cleanup("node-1", "").lookAtCluster());

        assertThat(nodes.interfaces())
                .filteredOn(eni -> List.of(missing, unreadable).contains(eni.id()))
                .hasSize(2)
                .allSatisfy(eni -> assertThat(Instant.parse(eni.tags().get("node.k8s.amazonaws.com/createdAt")))
                        .isBetween(Instant.now().minusSeconds(60), Instant.now()));
    }

    @Test
    void theNextPageIsReadToo() {
        for (int number = 0; number < 1_010; number++) {
            leak(OTHER, Duration.ofMinutes(1));
        }
        String last = leak(OTHER, Duration.ofHours(1));

        done(cleanup("node-1", "").lookAtCluster());

        assertThat(ids()).hasSize(1_011).doesNotContain(last);
        assertThat(calls("DescribeNetworkInterfaces")).isEqualTo(2);
    }

    @Test
    void whatCannotBeDeletedIsCountedAndTheRestIsDeleted() {
        leak(OTHER, Duration.ofHours(1));
        leak(OTHER, Duration.ofHours(1));
        nodes.emulator.run(core -> core.faults()
                .inject(new InjectedError("DeleteNetworkInterface", "InvalidNetworkInterface.InUse", "no", 400, 1)));

        done(cleanup("node-1", "").lookAtCluster());

        assertThat(errors).containsExactly("InvalidNetworkInterface.InUse");
        assertThat(nodes.interfaces())
                .as("the node's own and the one that stays")
                .hasSize(2);
    }

    @Test
    void withoutTheRightForLeasesANodeDeletesOnlyItsOwn() {
        String own = leak(own(), Duration.ofHours(1));
        String others = leak(OTHER, Duration.ofHours(1));
        cluster.refuse("GET", 403, 1);

        done(cleanup("node-1", "").lookAtCluster());

        assertThat(ids()).doesNotContain(own).contains(others);
    }

    /** What the daemon of a node with that name does each hour. */
    private LeakedEniCleanup cleanup(String name, String clusterName) {
        NodeSettings settings = nodes.node(Map.of("CLUSTER_NAME", clusterName)).settings();
        AwsClients aws = new AwsClients(settings.cloud(), new Random(1));
        EniCalls calls =
                aws.ec2(done(aws.imds().identity()), InstantSource.system(), IpFamily.IPV4, false, Optional.empty());
        opened.add(calls);
        opened.add(aws);
        return new LeakedEniCleanup(
                calls.leaked(Instant.now().minusSeconds(1)),
                Optional.of(ClusterChore.of(
                        cluster.open(),
                        "kube-system",
                        LeakedEniCleanup.LEASE,
                        name,
                        LeakedEniCleanup.PAUSE,
                        InstantSource.system())),
                () -> new NodeObserver() {
                    @Override
                    public void leakKept(String code) {
                        errors.add(code);
                    }
                },
                new Random(1));
    }

    private String own() {
        return nodes.emulator.node("node1").instanceId();
    }

    private String leak(String instance, Duration age) {
        return leak(instance, age, Map.of());
    }

    private String leak(String instance, Duration age, Map<String, String> more) {
        Map<String, String> tags = new HashMap<>(more);
        tags.put("node.k8s.amazonaws.com/createdAt", Instant.now().minus(age).toString());
        return leak(instance, tags);
    }

    private String leak(String instance, Map<String, String> more) {
        Map<String, String> tags = new HashMap<>(more);
        tags.put("node.k8s.amazonaws.com/instance_id", instance);
        String subnet = nodes.interfaces().getFirst().subnetId();
        return ((Ec2Result.Created) nodes.call(Ec2Request.CreateNetworkInterface.in(subnet)
                        .withDescription("aws-K8S-" + instance)
                        .withTags(tags)))
                .eni()
                .id();
    }

    private List<String> ids() {
        return nodes.interfaces().stream().map(NetworkInterface::id).toList();
    }

    private long calls(String action) {
        return nodes.emulator.ask(core -> core.journal().calls(action));
    }
}
