package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.burst;
import static io.vpccni.daemon.NodeFixture.done;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.pool.Assignment;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Interfaces that somebody else attached, on the HTTP emulator. */
class UnmanagedEnisTest {

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

    @ParameterizedTest(name = "no_manage={0}, instance_id={1}, MANAGE_UNTAGGED_ENI={2}: {3} addresses")
    @CsvSource({
        "true,  '',   true,  18",
        "true,  own,  true,  18",
        "'',    '',   true,  27",
        "'',    '',   false, 18",
        "'',    own,  false, 27",
        "false, '',   false, 27",
    })
    void aForeignInterfaceOnlyTakesAPlace(String noManage, String instance, String untagged, int addresses) {
        String attached = attachOne();
        if (!noManage.isEmpty()) {
            tag(attached, "node.k8s.amazonaws.com/no_manage", noManage);
        }
        if (!instance.isEmpty()) {
            tag(
                    attached,
                    "node.k8s.amazonaws.com/instance_id",
                    nodes.emulator.node("node1").instanceId());
        }
        Node node = nodes.start(Map.of("MANAGE_UNTAGGED_ENI", untagged));

        List<Assignment> served = done(burst(node, addresses));

        assertThat(served).extracting(Assignment::address).doesNotHaveDuplicates();
        assertThat(nodes.interfaces()).hasSize(3);
        assertThat(served.stream().anyMatch(has -> has.eni().id().value().equals(attached)))
                .as("pods on the interface that was there")
                .isEqualTo(addresses == 27);
    }

    @Test
    void ourInterfacesGetTheTagsThatTheyLack() throws Exception {
        String attached = attachOne();

        nodes.start(Map.of("CLUSTER_NAME", "prod"));

        Eventually.is(
                true,
                "both interfaces have our tags",
                () -> nodes.interfaces().stream()
                        .allMatch(eni -> nodes.emulator
                                        .node("node1")
                                        .instanceId()
                                        .equals(eni.tags().get("node.k8s.amazonaws.com/instance_id"))
                                && "prod".equals(eni.tags().get("cluster.k8s.amazonaws.com/name"))
                                && "amazon-vpc-cni".equals(eni.tags().get("eks:eni:owner"))));
        assertThat(attached).isNotEmpty();
    }

    private String attachOne() {
        String subnet = nodes.interfaces().getFirst().subnetId();
        var created = (Ec2Result.Created)
                nodes.call(Ec2Request.CreateNetworkInterface.in(subnet).withIpv4(AddressWish.count(2)));
        nodes.call(new Ec2Request.AttachNetworkInterface(
                created.eni().id(), nodes.emulator.node("node1").instanceId(), 1, 0));
        return created.eni().id();
    }

    private void tag(String eni, String key, String value) {
        nodes.call(new Ec2Request.CreateTags(List.of(eni), Map.of(key, value)));
    }
}
