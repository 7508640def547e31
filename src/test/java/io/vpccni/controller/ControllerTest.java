package io.vpccni.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.vpccni.branch.BranchEni;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.kube.crd.CniNode;
import io.vpccni.kube.crd.SecurityGroupPolicy;
import io.vpccni.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        Eventually.is(
                5, "branches in the status", () -> cluster.written("node1").size());
    }

    @Test
    void whenPodsAndPolicyAreGoneEverythingIsFreedAfterTheRest() throws Exception {
        cluster.coolDown(30);
        cluster.start();
        serveWeb();
        cluster.pod("web-0", "node1", WEB);
        String eni = cluster.branchOf("web-0").id().value();

        cluster.client()
                .resources(SecurityGroupPolicy.class)
                .inNamespace("shop")
                .withName("web")
                .delete();
        cluster.deletePod("web-0");
        Instant deleted = Instant.now();
        Eventually.within(Duration.ofSeconds(60), "the end of " + eni, () -> cluster.eni(eni), Optional::isEmpty);

        assertThat(Duration.between(deleted, Instant.now())).isGreaterThan(Duration.ofSeconds(29));
        Eventually.is(List.of(), "what the status says", () -> cluster.written("node1"));
    }

    @Test
    void aRestartKeepsEveryPodsInterfaceAndServesWhoeverCameMeanwhile() throws Exception {
        cluster.start();
        serveWeb();
        cluster.pod("web-0", "node1", WEB);
        BranchEni before = cluster.branchOf("web-0");
        Eventually.is(
                1, "branches in the status", () -> cluster.written("node1").size());

        cluster.stop();
        cluster.pod("web-1", "node1", WEB);
        cluster.start();

        BranchEni next = cluster.branchOf("web-1");
        assertThat(next.vlan()).isNotEqualTo(before.vlan());
        assertThat(cluster.annotationOf("web-0")).contains(before);
        assertThat(cluster.eni(before.id().value())).isPresent();
        assertThat(cluster.branches()).hasSize(2);
    }

    @Test
    void aCniNodeThatSomebodyDeletesIsMadeAnewAndItsPodsKeepTheirInterfaces() throws Exception {
        cluster.start();
        serveWeb();
        cluster.pod("web-0", "node1", WEB);
        BranchEni before = cluster.branchOf("web-0");

        String uid = cluster.cniNode("node1").orElseThrow().getMetadata().getUid();
        cluster.client().resources(CniNode.class).withName("node1").delete();
        CniNode next = Eventually.get(
                        "another CNINode",
                        () -> cluster.cniNode("node1")
                                .filter(found -> !uid.equals(found.getMetadata().getUid())),
                        Optional::isPresent)
                .orElseThrow();
        assertThat(next.getSpec().features())
                .extracting(CniNode.Feature::name)
                .containsExactly(CniNode.FeatureName.SECURITY_GROUPS_FOR_PODS);
        cluster.pod("web-1", "node1", WEB);

        assertThat(cluster.branchOf("web-1").vlan()).isNotEqualTo(before.vlan());
        assertThat(cluster.eni(before.id().value())).isPresent();
    }

    @Test
    void aNodeThatGoesTakesItsInterfacesWithIt() throws Exception {
        cluster.coolDown(30);
        cluster.start();
        serveWeb();
        cluster.pod("web-0", "node1", WEB);
        String eni = cluster.branchOf("web-0").id().value();

        cluster.client().nodes().withName("node1").delete();
        cluster.deletePod("web-0");
        cluster.client().resources(CniNode.class).withName("node1").delete();

        Eventually.within(Duration.ofSeconds(60), "the end of " + eni, () -> cluster.eni(eni), Optional::isEmpty);
        Eventually.within(
                Duration.ofSeconds(60), "the end of the CNINode", () -> cluster.cniNode("node1"), Optional::isEmpty);
    }

    @Test
    void changedPoliciesReachRunningPodsWhereThatIsWanted() throws Exception {
        cluster.with("VPCCNI_FOLLOW_POLICY_CHANGES", "true").start();
        serveWeb();
        cluster.pod("web-0", "node1", WEB);
        String eni = cluster.branchOf("web-0").id().value();

        cluster.policy("more", WEB, cluster.group("data"));

        Eventually.is(
                Set.of(cluster.group("web"), cluster.group("data")),
                "groups of " + eni,
                () -> Set.copyOf(cluster.eni(eni).orElseThrow().groupIds()));
    }

    @Test
    void aPodThatNoPolicySelectsHasTheGroupsOfItsNodeOrWaitsWhereThatIsClosed() throws Exception {
        cluster.with("VPCCNI_FAIL_CLOSED", "true").start();
        serveWeb();
        cluster.pod("other", "node1", Map.of("app", "other"));
        cluster.pod("web-0", "node1", WEB);
        cluster.branchOf("web-0");
        assertThat(cluster.annotationOf("other")).isEmpty();

        cluster.policy("others", Map.of("app", "other"), cluster.group("data"));

        assertThat(cluster.eni(cluster.branchOf("other").id().value())
                        .orElseThrow()
                        .groupIds())
                .containsExactly(cluster.group("data"));
    }

    @Test
    void anAccountThatMayNotMakeTrunksIsToldSo() throws Exception {
        cluster.closeTrunkApi();
        cluster.start();
        cluster.askForTrunk("node1");

        Eventually.get(
                "an event about node1",
                () -> cluster.notesOf("node1"),
                notes -> notes.stream()
                        .anyMatch(note -> note.contains("has not opened trunk interfaces to this account")));
        assertThat(cluster.capacity("node1")).isZero();
    }

    @Test
    void itDoesNotBeginBesideTheControllerOfEks() {
        cluster.client()
                .resource(new MutatingWebhookConfigurationBuilder()
                        .withNewMetadata()
                        .withName("vpc-resource-mutating-webhook")
                        .endMetadata()
                        .build())
                .create();

        assertThatThrownBy(cluster::start)
                .hasMessageContaining("vpc-resource-mutating-webhook is not ours")
                .hasMessageContaining("VPCCNI_TAKE_OVER");
    }

    @Test
    void aGroupThatDoesNotExistIsSaidOnThePodsAndOnThePolicyThatNamesIt() throws Exception {
        cluster.with("VPCCNI_FOLLOW_POLICY_CHANGES", "true").start();
        serveWeb();
        cluster.pod("web-0", "node1", WEB);
        cluster.branchOf("web-0");

        cluster.policy("typo", WEB, "sg-0123456789abcdef0");
        cluster.pod("web-1", "node1", WEB);

        assertNoted("web-0", "BranchGroupsFailed", "sg-0123456789abcdef0");
        assertNoted("web-1", "BranchAllocationFailed", "sg-0123456789abcdef0");
        assertNoted("typo", "SecurityGroupsRefused", "sg-0123456789abcdef0");
        assertThat(cluster.notesOf("web")).isEmpty();
    }

    @Test
    void aTrunkThatSomebodyDetachesIsReplacedAndItsPodsAreToldThatTheyHaveNoNetwork() throws Exception {
        cluster.start();
        serveWeb();
        cluster.pod("web-0", "node1", WEB);
        BranchEni lost = cluster.branchOf("web-0");
        String trunk = cluster.trunkOf("node1");
        Eventually.is(trunk, "trunk in the status", () -> cluster.writtenTrunk("node1"));
        // EC2 may not show a trunk of the last minute.
        cluster.letPass(Duration.ofSeconds(61));

        cluster.detach(trunk);
        cluster.pod("web-1", "node1", WEB);

        BranchEni next = Eventually.within(
                        Duration.ofSeconds(60),
                        "the annotation of web-1",
                        () -> cluster.annotationOf("web-1"),
                        Optional::isPresent)
                .orElseThrow();
        assertThat(cluster.trunkOf("node1")).isNotEqualTo(trunk);
        assertThat(next.vlan()).isNotEqualTo(lost.vlan());
        assertThat(cluster.annotationOf("web-0")).contains(lost);
        assertNoted("node1", "NodeTrunkLost", trunk);
        assertNoted("web-0", "BranchENILost", "Delete the pod");
        Eventually.is(cluster.trunkOf("node1"), "trunk in the status", () -> cluster.writtenTrunk("node1"));
    }

    @Test
    void whatItDoesIsCountedUnderTheReferencesNames() throws Exception {
        ControllerRole role = cluster.start();
        serveWeb();
        cluster.bindPod("web-0", "node1", WEB);
        cluster.branchOf("web-0");
        cluster.policy("typo", WEB, "sg-0123456789abcdef0");
        cluster.pod("web-1", "node1", WEB);
        assertNoted("web-1", "BranchAllocationFailed", "sg-0123456789abcdef0");

        assertThat(cluster.registry.scrape().replace(",}", "}").lines())
                .contains(
                        "ec2_associate_trunk_interface_api_req_count 1.0",
                        "ec2_associate_trunk_interface_api_err_count 0.0",
                        "annotate_pod_request_call_count{annotate_key=\"vpc.amazonaws.com/pod-eni\"} 1.0",
                        "vpccni_branch_annotation_seconds_count 1.0")
                .anyMatch(line -> line.startsWith("branch_provider_operation_latency_count{"
                        + "branch_provider_operation=\"create_branch_eni\",resource_count=\"1\"} 1"))
                .anyMatch(line -> line.startsWith(
                        "branch_provider_operations_err_count{" + "branch_provider_operation=\"create_branch_eni\"}"));
        assertThat(role.lastTurn()).isPresent();
        assertThat(role.isAdmitting()).isTrue();
    }

    @Test
    void whatPeopleForgotInSecurityGroupsIsSaidOnTheirPolicy() throws Exception {
        cluster.with("VPCCNI_CHECK_GROUPS", "true").start();
        String closed = cluster.closedGroup("closed");
        cluster.askForTrunk("node1");
        cluster.policy("closed", WEB, closed);
        Eventually.is(9, "branches that node1 offers", () -> cluster.capacity("node1"));
        cluster.pod("web-0", "node1", WEB);
        cluster.branchOf("web-0");

        assertNoted("closed", "SecurityGroupsAdvice", "no rule lets the node in");
    }

    private void assertNoted(String object, String reason, String text) throws Exception {
        Eventually.get(
                reason + " about " + object,
                () -> cluster.notesOf(object),
                notes -> notes.stream().anyMatch(note -> note.startsWith(reason + ": ") && note.contains(text)));
    }

    private void serveWeb() throws Exception {
        cluster.askForTrunk("node1");
        cluster.policy("web", WEB, cluster.group("web"));
        Eventually.is(9, "branches that node1 offers", () -> cluster.capacity("node1"));
    }
}
