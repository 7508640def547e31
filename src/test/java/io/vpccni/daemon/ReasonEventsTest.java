package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.daemon.ReasonEvents.News;
import io.vpccni.daemon.ReasonSink.Announcement;
import io.vpccni.dataplane.Repair;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.explain.ApiCall;
import io.vpccni.explain.RequestId;
import io.vpccni.kernel.DryNodeNetwork;
import io.vpccni.kube.EventSubject;
import io.vpccni.kube.PodId;
import io.vpccni.kube.TestApiServer;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What Kubernetes is told about pods without an address: the table, and a whole node with an API server. */
class ReasonEventsTest {

    private static final EventSubject NODE = new EventSubject.OfNode("node-1");
    private static final EventSubject POD = new EventSubject.OfPod(new PodId("shop", "cart-1"));

    private final TestApiServer cluster = new TestApiServer();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        cluster.close();
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            ENI_LIMIT,               EniLimit,             true
            SUBNET_EXHAUSTED,        SubnetExhausted,      true
            IAM_DENIED,              IamDenied,            true
            EC2_THROTTLED,           Ec2Throttled,         true
            EC2_UNREACHABLE,         Ec2Unreachable,       true
            ENI_QUOTA,               EniQuota,             true
            NO_FREE_ADDRESS_COOLING, NoFreeAddressCooling, false
            WIRING_FAILED,           WiringFailed,         false
            """)
    void aReasonHasItsWordAndIsThePodsOrTheNodesToo(Reason reason, String word, boolean nodeWide) {
        List<News> news = ReasonEvents.news(announcement(reason, "found", new PodName("shop", "cart-1")), "node-1");

        assertThat(news).extracting(News::subject).isEqualTo(nodeWide ? List.of(POD, NODE) : List.of(POD));
        assertThat(news).allSatisfy(one -> {
            assertThat(one.reason()).isEqualTo(word);
            assertThat(one.note()).isEqualTo(reason.explain("found"));
        });
    }

    @ParameterizedTest
    @EnumSource
    void theAdviceSurvivesALongDetail(Reason reason) {
        String note = ReasonEvents.note(reason, "x".repeat(5_000));

        assertThat(note)
                .hasSize(ReasonEvents.LONGEST_NOTE)
                .startsWith(reason + ": ")
                .endsWith(reason.advice());
    }

    @Test
    void aPodThatNobodyNamedHasNoEventAndTheNodeHas() {
        assertThat(ReasonEvents.news(announcement(Reason.ENI_LIMIT, "", PodName.UNKNOWN), "node-1"))
                .extracting(News::subject)
                .containsExactly(NODE);
        assertThat(ReasonEvents.news(announcement(Reason.EC2_PENDING, "", PodName.UNKNOWN), "node-1"))
                .isEmpty();
    }

    @Test
    void aSandboxThatIsGoneIsNoNews() {
        assertThat(ReasonEvents.news(announcement(Reason.DELETED, "", new PodName("shop", "cart-1")), "node-1"))
                .isEmpty();
    }

    @Test
    void aRefusedPodHasAnEventWithTheReasonOfItsError() throws Exception {
        Pod pod = cluster.create(new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("cart-28")
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .endSpec()
                .build());
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                Node node = node(emulator, Map.of())) {
            NodeFixture.done(node.ready());
            NodeFixture.done(NodeFixture.burst(node, 27));

            Refusal refusal = refusalOf(node, 28);

            Event onPod = only("shop");
            assertThat(onPod.getType()).isEqualTo("Warning");
            assertThat(onPod.getReason()).isEqualTo(ReasonEvents.word(refusal.reason()));
            assertThat(onPod.getAction()).isEqualTo("AssignAddress");
            assertThat(onPod.getNote()).isEqualTo(refusal.explanation());
            assertThat(onPod.getRegarding().getName()).isEqualTo("cart-28");
            assertThat(onPod.getRegarding().getUid())
                    .isEqualTo(pod.getMetadata().getUid());
            Event onNode = only("default");
            assertThat(onNode.getRegarding().getKind()).isEqualTo("Node");
            assertThat(onNode.getRegarding().getName()).isEqualTo("node-1");
            assertThat(onNode.getNote()).startsWith("ENI_LIMIT: ");
        }
    }

    @Test
    void anApiServerThatIsAwayDelaysNoRefusal() {
        cluster.goAway();
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                Node node = node(emulator, Map.of())) {
            NodeFixture.done(node.ready());
            NodeFixture.done(NodeFixture.burst(node, 27));

            Instant asked = Instant.now();
            assertThat(refusalOf(node, 28).reason()).isEqualTo(Reason.ENI_LIMIT);
            assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(3));
        }
    }

    @Test
    void aMissingPermissionIsToldOnTheDaemonsOwnPodWithTheReferencesWords() throws Exception {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                Node node = node(emulator, Map.of("MY_POD_NAME", "aws-node-x"))) {
            NodeFixture.done(node.ready());
            node.observe();

            node.observer().callEnded(call("DescribeSubnets", ApiCall.OK));
            node.observer().callEnded(call("DescribeSubnets", "RequestLimitExceeded"));
            node.observer().callEnded(call("CreateNetworkInterface", "UnauthorizedOperation"));

            Event event = only("kube-system");
            assertThat(event.getReason()).isEqualTo("MissingIAMPermissions");
            assertThat(event.getAction()).isEqualTo("ec2:CreateNetworkInterface");
            assertThat(event.getNote()).contains("ec2:CreateNetworkInterface", "https://");
            assertThat(event.getRegarding().getName()).isEqualTo("aws-node-x");
        }
    }

    @Test
    void aRepairOfTheHostIsToldOnTheNodeWithWhatWasDone() throws Exception {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                Node node = node(emulator, Map.of())) {
            NodeFixture.done(node.ready());
            node.observe();

            node.observer().repaired(List.of(Repair.ofSysctl("net/ipv4/ip_forward", "1")));

            Event event = only("default");
            assertThat(event.getReason()).isEqualTo("HostNetworkRepaired");
            assertThat(event.getRegarding().getName()).isEqualTo("node-1");
            assertThat(event.getNote()).endsWith("sysctl -w net.ipv4.ip_forward=1");
        }
    }

    private Event only(String namespace) throws Exception {
        return Eventually.get(
                        "the event",
                        () -> cluster.client()
                                .events()
                                .v1()
                                .events()
                                .inNamespace(namespace)
                                .list()
                                .getItems(),
                        list -> list.size() == 1)
                .getFirst();
    }

    private static Refusal refusalOf(Node node, int pod) {
        return (Refusal) NodeFixture.done(node.add(NodeFixture.request(pod, Duration.ofMillis(50)))
                .<Throwable>map(has -> new AssertionError("it was served " + has))
                .onFailure(Refusal.class)
                .recoverWithItem(failure -> failure));
    }

    private static ApiCall call(String api, String outcome) {
        return new ApiCall(
                1, api, Instant.EPOCH, Optional.of(new ApiCall.End(Duration.ofMillis(1), outcome, "r-1", false)));
    }

    private static Announcement announcement(Reason reason, String detail, PodName pod) {
        return new Announcement(new RequestId(1, 1), NodeFixture.sandbox(1), pod, reason, detail, false, LONG);
    }

    private Node node(Emulator emulator, Map<String, String> variables) {
        Map<String, String> all = new HashMap<>(Map.of(
                "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        emulator.node("node1").imdsEndpoint().toString(),
                "AWS_VPC_K8S_CNI_BACKING_STORE", folder.resolve("ipam.json").toString(),
                "MY_NODE_NAME", "node-1"));
        all.putAll(variables);
        NodeSettings settings = new NodeSettingsReader(new Environment(all), _ -> Map.of()).read();
        RandomGenerator random = RandomGenerator.getDefault();
        Node node = new Node(
                settings,
                new DryNodeNetwork(),
                Cluster.of(settings, _ -> cluster.open(), random),
                random,
                InstantSource.system());
        node.start();
        return node;
    }
}
