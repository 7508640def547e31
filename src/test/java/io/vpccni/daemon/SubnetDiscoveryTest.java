package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.LONG;
import static io.vpccni.daemon.NodeFixture.burst;
import static io.vpccni.daemon.NodeFixture.done;
import static io.vpccni.daemon.NodeFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.Occupation;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Reason;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which subnet new interfaces come from, on the HTTP emulator. */
class SubnetDiscoveryTest {

    private static final String ROLE = "kubernetes.io/role/cni";

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
    void anUntaggedSecondSubnetIsNotUsed() {
        Node node = nodes.start(Map.of());

        done(burst(node, 18));

        assertThat(subnetsInUse()).containsOnly(own());
    }

    @Test
    void aTaggedSubnetWithMoreFreeAddressesIsTakenForNewInterfaces() {
        tag(second(), "1");
        occupyAllBut(own(), 100);
        Node node = nodes.start(Map.of());

        done(burst(node, 27));

        assertThat(subnetsInUse()).containsExactlyInAnyOrder(own(), second(), second());
        assertThat(describeSubnets()).as("the answer is remembered").isLessThanOrEqualTo(2);
    }

    @Test
    void aFullSubnetSendsOnlyItsOwnRequestsElsewhere() throws Exception {
        tag(second(), "1");
        Node node = nodes.start(Map.of());
        Eventually.is(9, "addresses", () -> node.view().orElseThrow().total());
        occupyAllBut(own(), 0);

        List<Assignment> served = done(burst(node, 27));

        assertThat(served).extracting(Assignment::address).doesNotHaveDuplicates();
        assertThat(subnetsInUse()).containsExactlyInAnyOrder(own(), second(), second());
    }

    @Test
    void anExcludedSubnetGetsNoPodAndItsAddressesGoBack() throws Exception {
        nodes.start(Map.of()).close();
        tag(own(), "0");
        tag(second(), "1");

        Node node = nodes.start(Map.of());

        assertThat(done(burst(node, 18)))
                .allMatch(has -> has.eni().subnet().value().equals(second()));
        Eventually.is(
                1,
                "addresses of the excluded interface",
                () -> nodes.interfaces().stream()
                        .filter(eni -> eni.subnetId().equals(own()))
                        .mapToInt(eni -> eni.addresses().size())
                        .sum());
    }

    @Test
    void whereNoSubnetMayBeUsedTheReasonSaysSo() throws Exception {
        tag(own(), "0");
        Node node = nodes.start(Map.of());

        Eventually.is(
                Reason.NO_SUITABLE_SUBNET, "the reason", () -> refusal(node).reason());
    }

    @Test
    void aSubnetOfAnotherClusterIsLeftAlone() {
        tag(second(), "1");
        nodes.call(
                new Ec2Request.CreateTags(List.of(second()), Map.of("cni.networking.k8s.aws/cluster/other", "shared")));
        occupyAllBut(own(), 100);
        Node node = nodes.start(Map.of("CLUSTER_NAME", "prod"));

        done(burst(node, 18));

        assertThat(subnetsInUse()).containsOnly(own());
    }

    @Test
    void withoutThePermissionToLookTheNodesOwnSubnetIsUsed() {
        tag(second(), "1");
        occupyAllBut(own(), 100);
        nodes.start(Map.of("WARM_IP_TARGET", "1")).close();
        Node node = nodes.start(Map.of("WARM_IP_TARGET", "1", "ENABLE_SUBNET_DISCOVERY", "false"));
        nodes.emulator.run(core ->
                core.faults().inject(new InjectedError("DescribeSubnets", "UnauthorizedOperation", "no", 403, 100)));

        done(burst(node, 18));

        assertThat(subnetsInUse()).containsOnly(own());
    }

    private Refusal refusal(Node node) {
        try {
            node.add(request(1, Duration.ofMillis(200))).await().atMost(LONG);
            throw new AssertionError("the pod got an address");
        } catch (Refusal refusal) {
            return refusal;
        }
    }

    private String own() {
        return nodes.interfaces().getFirst().subnetId();
    }

    private String second() {
        return nodes.subnets().stream()
                .filter(subnet -> !subnet.equals(own()))
                .findFirst()
                .orElseThrow();
    }

    private void tag(String subnet, String role) {
        nodes.call(new Ec2Request.CreateTags(List.of(subnet), Map.of(ROLE, role)));
    }

    private void occupyAllBut(String subnet, int free) {
        nodes.emulator.decide((core, now) -> core.cloud().occupy(subnet, new Occupation.AllBut(free), now));
    }

    private List<String> subnetsInUse() {
        return nodes.interfaces().stream()
                .map(NetworkInterface::subnetId)
                .sorted()
                .toList();
    }

    private long describeSubnets() {
        return nodes.emulator.ask(core -> core.journal().calls("DescribeSubnets"));
    }
}
