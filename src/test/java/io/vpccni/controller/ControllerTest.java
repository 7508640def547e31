package io.vpccni.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.branch.BranchEni;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.kube.TrunkRecord;
import io.vpccni.testing.Eventually;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole controller, with the emulator and a Kubernetes test server. */
class ControllerTest {

    private static final Map<String, String> WEB = Map.of("app", "web");

    private final TestCluster cluster =
            new TestCluster(EmulatorOptions.instant().withNodes(2));

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void podsOfAPolicyGetBranchInterfacesWithItsGroupsOnBothNodes() throws Exception {
        cluster.start();
        cluster.askForTrunk("node1");
        cluster.askForTrunk("node2");
        cluster.policy("web", WEB, cluster.group("web"));
        Eventually.is(9, "branches that node1 offers", () -> cluster.capacity("node1"));
        Eventually.is(9, "branches that node2 offers", () -> cluster.capacity("node2"));

        Set<String> addresses = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            cluster.pod("web-" + i, i % 2 == 0 ? "node1" : "node2", WEB);
        }

        for (int i = 0; i < 10; i++) {
            BranchEni branch = cluster.branchOf("web-" + i);
            NetworkInterface eni = cluster.eni(branch.id().value()).orElseThrow();
            assertThat(eni.groupIds()).containsExactly(cluster.group("web"));
            assertThat(eni.primaryAddress().toString())
                    .isEqualTo(branch.ipv4().orElseThrow().toString());
            assertThat(eni.tags())
                    .containsEntry("eks:eni:owner", "eks-vpc-resource-controller")
                    .containsEntry("kubernetes.io/cluster/test", "owned")
                    .containsEntry("cluster.k8s.amazonaws.com/name", "test")
                    .containsEntry("vpcresources.k8s.aws/vlan-id", Integer.toString(branch.vlan()));
            addresses.add(branch.ipv4().orElseThrow().toString());
        }
        assertThat(addresses).hasSize(10);
        assertThat(cluster.branches()).hasSize(10);
        Eventually.get(
                "what the status says of branches",
                () -> cluster.cniNode("node1")
                        .flatMap(TrunkRecord::of)
                        .map(TrunkRecord::branches)
                        .orElse(List.of()),
                branches -> branches.size() == 5);
    }
}
