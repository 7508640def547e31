package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.LONG;
import static io.vpccni.daemon.NodeFixture.NODE_NAME;
import static io.vpccni.daemon.NodeFixture.done;
import static io.vpccni.daemon.NodeFixture.sandbox;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.explain.Outcome;
import io.vpccni.explain.Phase.Step;
import io.vpccni.kube.TestApiServer;
import io.vpccni.kube.crd.CniNode;
import io.vpccni.pool.Nics;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods with security groups of their own on a whole node, with an API server where this test plays the controller. */
class BranchPodsTest {

    private static final ResourceDefinitionContext CNI_NODES =
            ResourceDefinitionContext.fromResourceType(CniNode.class);

    private static final String TRUNK_MAC = "02:00:0a:00:00:77";
    private static final PodName WEB = new PodName("shop", "web");

    private final TestApiServer cluster = new TestApiServer();

    @TempDir
    private Path folder;

    private NodeFixture nodes;

    @BeforeEach
    void open() {
        nodes = new NodeFixture(folder, cluster);
    }

    @AfterEach
    void close() {
        nodes.close();
        cluster.close();
    }

    @Test
    void anAddThatComesBeforeItsAnnotationAndItsTrunkIsServedOnceBothAreThere() throws Exception {
        createCniNode(Map.of());
        createPod("u1", true);
        Node node = start(Map.of());

        CompletableFuture<Connected> add = add(node, 1, "u1");
        waits(node, Reason.BRANCH_NOT_ANNOTATED);
        annotate("10.0.3.9", 7);
        waits(node, Reason.TRUNK_MISSING);
        attachTrunk();

        assertThat(add.get(30, TimeUnit.SECONDS)).isInstanceOfSatisfying(Connected.ByBranch.class, by -> {
            assertThat(by.place().address()).hasToString("10.0.3.9");
            assertThat(by.place().branch().vlanId()).isEqualTo(7);
            assertThat(by.place().branch().gateway()).hasToString("10.0.3.1");
            assertThat(by.place().branch().trunk()).hasToString(TRUNK_MAC);
            assertThat(by.place().hostLink()).startsWith("vlan");
        });
        assertThat(node.view().orElseThrow().assignments()).isEmpty();
        assertThat(node.journal().ofPod(WEB)).singleElement().satisfies(timeline -> {
            assertThat(timeline.outcome()).isInstanceOf(Outcome.Granted.class);
            assertThat(timeline.took(Step.WAITING_FOR_BRANCH)).isPositive();
        });
    }

    @Test
    void anAddOfAPodThatReplacedOneOfItsNameWaitsForItsOwnInterface() throws Exception {
        createCniNode(Map.of());
        attachTrunk();
        createPod("u1", true);
        annotate("10.0.3.9", 7);
        Node node = start(Map.of());

        CompletableFuture<Connected> add = add(node, 2, "u2");
        waits(node, Reason.POD_UNKNOWN);
        cluster.client().pods().inNamespace("shop").withName("web").delete();
        createPod("u2", true);
        annotate("10.0.3.10", 8);

        assertThat(add.get(30, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Connected.ByBranch.class,
                        by -> assertThat(by.place().branch().vlanId()).isEqualTo(8));
    }

    @Test
    void anOrdinaryPodIsServedWithoutAReadOfItsOwn() throws Exception {
        createPod("u1", false);
        Node node = start(Map.of("WARM_IP_TARGET", "2"));
        Eventually.get(
                "an address for the scheduled pod",
                () -> node.view().orElseThrow().total(),
                total -> total == 3);

        Connected connected = done(node.connect(request(1, "u1")));

        assertThat(connected).isInstanceOf(Connected.ByPool.class);
        assertThat(cluster.requests("GET /api/v1/namespaces/shop/pods/web")).isEmpty();
    }

    @Test
    void withoutAnApiServerNobodyKnowsWhetherAPodNeedsABranch() throws Exception {
        createCniNode(Map.of());
        Node node = start(Map.of("VPCCNI_BRANCH_WAIT", "2"));
        cluster.goAway();

        assertThatThrownBy(() -> done(node.connect(request(1, "u1"))))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.reason()).isEqualTo(Reason.API_SERVER_NEEDED));
    }

    @Test
    void anAnnotationThatCannotBeUsedIsAnErrorAtOnce() throws Exception {
        createPod("u1", true);
        Node node = start(Map.of());
        setAnnotation("[{\"eniId\":\"eni-1\"}]");

        assertThatThrownBy(() -> done(node.connect(request(1, "u1"))))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.reason()).isEqualTo(Reason.BRANCH_UNUSABLE);
                    assertThat(refusal.detail()).contains("ifAddress is missing");
                });
    }

    @Test
    void aDelEndsTheAddThatStillWaitsAndSoDoesTheStop() throws Exception {
        createPod("u1", true);
        Node node = start(Map.of());
        CompletableFuture<Connected> deleted = add(node, 1, "u1");
        waits(node, Reason.BRANCH_NOT_ANNOTATED);

        assertThat(done(node.delBranch(del(1, "u1")))).isEmpty();
        assertThat(reasonOf(deleted)).isEqualTo(Reason.DELETED);

        CompletableFuture<Connected> stopped = add(node, 2, "u1");
        waits(node, Reason.BRANCH_NOT_ANNOTATED);
        node.close();
        assertThat(reasonOf(stopped)).isEqualTo(Reason.STOPPING);
    }

    @Test
    void aCallerThatHangsUpLeavesNothingThatWaits() throws Exception {
        createPod("u1", true);
        Node node = start(Map.of());
        Cancellable call = node.connect(request(1, "u1")).subscribe().with(_ -> {});
        waits(node, Reason.BRANCH_NOT_ANNOTATED);

        call.cancel();

        assertThat(node.journal().ofPod(WEB))
                .singleElement()
                .satisfies(timeline -> assertThat(timeline.outcome()).isEqualTo(new Outcome.HungUp()));
    }

    @Test
    void aRestartedDaemonStillKnowsWhatALivingPodHas() throws Exception {
        createCniNode(Map.of());
        attachTrunk();
        createPod("u1", true);
        annotate("10.0.3.9", 7);
        Node node = start(Map.of());

        Optional<BranchPlace> had =
                Eventually.get("the pod", () -> done(node.delBranch(del(1, "u1"))), Optional::isPresent);

        assertThat(had).hasValueSatisfying(place -> {
            assertThat(place.address()).hasToString("10.0.3.9");
            assertThat(place.branch().vlanId()).isEqualTo(7);
        });
        assertThat(done(node.delBranch(del(1, "another")))).isEmpty();
    }

    @Test
    void theNodeAsksForATrunkWheneverItsCniNodeDoesNot() throws Exception {
        Node node = start(Map.of());
        assertThat(node.view()).isPresent();
        createCniNode(Map.of());

        featuresBecome("SecurityGroupsForPods");
        setFeatures(List.of());
        featuresBecome("SecurityGroupsForPods");
    }

    @Test
    void withCustomNetworkingTheEniConfigIsNamedFirst() throws Exception {
        cluster.create(new io.fabric8.kubernetes.api.model.NodeBuilder()
                .withNewMetadata()
                .withName(NODE_NAME)
                .addToLabels("k8s.amazonaws.com/eniConfig", "zone-a")
                .endMetadata()
                .build());
        createCniNode(Map.of());
        start(Map.of("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "true"));

        featuresBecome("CustomNetworking", "SecurityGroupsForPods");
        assertThat(features().getFirst()).containsEntry("value", "zone-a");
    }

    @ParameterizedTest(name = "custom networking {0}")
    @CsvSource({"false, false", "true, true"})
    void aWishThatIsRefusedIsToldWithWhatIsMissing(String customNetworking, boolean eniConfig) throws Exception {
        cluster.create(new io.fabric8.kubernetes.api.model.NodeBuilder()
                .withNewMetadata()
                .withName(NODE_NAME)
                .addToLabels("k8s.amazonaws.com/eniConfig", "zone-a")
                .endMetadata()
                .build());
        cluster.refuse("PATCH", 403, 1);
        Node node = start(Map.of("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", customNetworking));
        List<Boolean> told = new CopyOnWriteArrayList<>();
        node.observe(new NodeObserver() {
            @Override
            public void trunkNotAsked(boolean missing) {
                told.add(missing);
            }
        });

        createCniNode(Map.of());

        Eventually.is(List.of(eniConfig), "what was told", () -> List.copyOf(told));
    }

    @Test
    void aTrunkOfWhichOnlyEc2TellsServesToo() throws Exception {
        createCniNode(Map.of());
        createPod("u1", true);
        annotate("10.0.3.9", 7);
        // IMDS would give a hint, too late for a pod that waits.
        Node node = start(Map.of("VPCCNI_RECONCILE_PERIOD", "3600"));

        CompletableFuture<Connected> add = add(node, 1, "u1");
        waits(node, Reason.TRUNK_MISSING);
        String mac = attachTrunkInEc2();

        assertThat(add.get(30, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Connected.ByBranch.class,
                        by -> assertThat(by.place().branch().trunk()).hasToString(mac));
        assertThat(node.trunk()).hasValueSatisfying(trunk -> assertThat(trunk).hasToString(mac));
    }

    @Test
    void aTrunkThatWasThereBeforeTheDaemonNeedsNoWord() throws Exception {
        String mac = attachTrunkInEc2();
        createPod("u1", true);
        annotate("10.0.3.9", 7);

        Node node = start(Map.of());

        assertThat(done(node.connect(request(1, "u1"))))
                .isInstanceOfSatisfying(
                        Connected.ByBranch.class,
                        by -> assertThat(by.place().branch().trunk()).hasToString(mac));
    }

    /** As the controller of EKS does; the MAC address. */
    private String attachTrunkInEc2() {
        NetworkInterface primary = nodes.interfaces().getFirst();
        NetworkInterface trunk = ((Ec2Result.Created)
                        nodes.call(Ec2Request.CreateNetworkInterface.in(primary.subnetId())
                                .withInterfaceType(NetworkInterface.TRUNK)))
                .eni();
        nodes.call(new Ec2Request.AttachNetworkInterface(
                trunk.id(), nodes.emulator.node("node1").instanceId(), 2, 0));
        return trunk.mac();
    }

    private Node start(Map<String, String> others) {
        Map<String, String> variables = new HashMap<>(Map.of("ENABLE_POD_ENI", "true"));
        variables.putAll(others);
        return nodes.start(variables);
    }

    private static AddRequest request(int number, String uid) {
        return new AddRequest(sandbox(number), WEB, Nics.ONE, LONG, Optional.empty(), uid);
    }

    private static CompletableFuture<Connected> add(Node node, int number, String uid) {
        return node.connect(request(number, uid)).subscribeAsCompletionStage();
    }

    private static BranchDel del(int number, String uid) {
        return new BranchDel(sandbox(number), WEB, uid, Optional.empty(), false);
    }

    private static Reason reasonOf(CompletableFuture<Connected> add) {
        assertThat(add).failsWithin(Duration.ofSeconds(30));
        return ((Refusal) add.exceptionNow()).reason();
    }

    private static void waits(Node node, Reason reason) throws Exception {
        Eventually.get(
                "an ADD that waits because of " + reason,
                () -> node.journal().last(1),
                last -> last.stream()
                        .anyMatch(timeline -> timeline.outcome() instanceof Outcome.Waiting waiting
                                && waiting.why().reason() == reason));
    }

    /** The server gives uids of its own, so the runtime means these pods by what static ones are called on their node. */
    private void createPod(String uid, boolean asksForBranch) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace(WEB.namespace())
                .withName(WEB.name())
                .addToAnnotations("kubernetes.io/config.mirror", uid)
                .endMetadata()
                .withNewSpec()
                .withNodeName(NODE_NAME)
                .addNewContainer()
                .withName("main")
                .endContainer()
                .endSpec();
        if (asksForBranch) {
            pod.editSpec()
                    .addNewContainer()
                    .withName("second")
                    .withNewResources()
                    .addToLimits("vpc.amazonaws.com/pod-eni", new Quantity("1"))
                    .endResources()
                    .endContainer()
                    .endSpec();
        }
        cluster.create(pod.build());
    }

    private void annotate(String address, int vlan) {
        setAnnotation("""
                [{"eniId":"eni-0%d","ifAddress":"02:00:0a:00:03:%02x","privateIp":"%s","ipv6Addr":"","vlanId":%d,
                  "subnetCidr":"10.0.3.0/24","subnetV6Cidr":"","associationID":"trunk-assoc-1"}]""".formatted(vlan, vlan, address, vlan));
    }

    private void setAnnotation(String text) {
        cluster.client()
                .pods()
                .inNamespace(WEB.namespace())
                .withName(WEB.name())
                .edit(pod -> new PodBuilder(pod)
                        .editMetadata()
                        .addToAnnotations("vpc.amazonaws.com/pod-eni", text)
                        .endMetadata()
                        .build());
    }

    private void createCniNode(Map<String, Object> spec) {
        cluster.client()
                .genericKubernetesResources(CNI_NODES)
                .resource(new GenericKubernetesResourceBuilder()
                        .withApiVersion("vpcresources.k8s.aws/v1alpha1")
                        .withKind("CNINode")
                        .withNewMetadata()
                        .withName(NODE_NAME)
                        .endMetadata()
                        .addToAdditionalProperties("spec", spec)
                        .build())
                .create();
    }

    private void attachTrunk() {
        editCniNode(Map.of("status", Map.of("trunkInterface", Map.of("id", "eni-0trunk", "macAddress", TRUNK_MAC))));
    }

    private void setFeatures(List<Map<String, String>> features) {
        editCniNode(Map.of("spec", Map.of("features", features)));
    }

    private void editCniNode(Map<String, Object> properties) {
        cluster.client()
                .genericKubernetesResources(CNI_NODES)
                .withName(NODE_NAME)
                .edit(object -> {
                    Map<String, Object> all = new HashMap<>(object.getAdditionalProperties());
                    all.putAll(properties);
                    object.setAdditionalProperties(all);
                    return object;
                });
    }

    private void featuresBecome(String... names) throws Exception {
        Eventually.get(
                "features " + List.of(names),
                () -> features().stream().map(feature -> feature.get("name")).toList(),
                found -> found.equals(List.of(names)));
    }

    private List<Map<String, String>> features() {
        GenericKubernetesResource object = cluster.client()
                .genericKubernetesResources(CNI_NODES)
                .withName(NODE_NAME)
                .get();
        List<Map<String, String>> features = object.get("spec", "features");
        return features == null ? List.of() : features;
    }
}
