package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.vpccni.api.proto.rpc.AddNetworkReply;
import io.vpccni.api.proto.rpc.AddNetworkRequest;
import io.vpccni.api.proto.rpc.CNIBackendGrpc;
import io.vpccni.api.proto.rpc.ConfigServerBackendGrpc;
import io.vpccni.api.proto.rpc.DelNetworkRequest;
import io.vpccni.api.proto.rpc.DeleteNpReply;
import io.vpccni.api.proto.rpc.DeleteNpRequest;
import io.vpccni.api.proto.rpc.EnforceNpReply;
import io.vpccni.api.proto.rpc.EnforceNpRequest;
import io.vpccni.api.proto.rpc.NPBackendGrpc;
import io.vpccni.api.proto.v1.CniGrpc;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.daemon.Node;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.PodName;
import io.vpccni.testing.Eventually;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose pods are announced to a network policy agent, called over its socket as the runtime's plugin does. */
class PolicyAgentTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String FAILED = "add cmd: failed to setup network policy";

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    private Path folder;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        emulator.close();
    }

    /** An agent on a socket of its own, with knobs. */
    private static final class Agent extends NPBackendGrpc.NPBackendImplBase implements AutoCloseable {

        final List<EnforceNpRequest> enforced = new CopyOnWriteArrayList<>();
        final List<DeleteNpRequest> deleted = new CopyOnWriteArrayList<>();
        volatile boolean refuses;
        volatile boolean answers = true;
        private final EventLoopGroup loop = new NioEventLoopGroup(1);
        private final Path socket;
        private final Server server;

        Agent(Path socket) throws IOException {
            this.socket = socket;
            this.server = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                    .channelType(NioServerDomainSocketChannel.class)
                    .bossEventLoopGroup(loop)
                    .workerEventLoopGroup(loop)
                    .addService(this)
                    .build()
                    .start();
        }

        @Override
        public void enforceNpToPod(EnforceNpRequest request, StreamObserver<EnforceNpReply> caller) {
            enforced.add(request);
            if (answers) {
                caller.onNext(EnforceNpReply.newBuilder().setSuccess(!refuses).build());
                caller.onCompleted();
            }
        }

        @Override
        public void deletePodNp(DeleteNpRequest request, StreamObserver<DeleteNpReply> caller) {
            deleted.add(request);
            if (answers) {
                caller.onNext(DeleteNpReply.newBuilder().setSuccess(!refuses).build());
                caller.onCompleted();
            }
        }

        @Override
        public void close() throws Exception {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
            Files.deleteIfExists(socket);
        }
    }

    @Test
    void aPodIsAnnouncedAfterItsAddAndForgottenAfterItsDel() throws Exception {
        Agent agent = agent();
        Daemon daemon = daemon("Standard");

        assertThat(daemon.add("c1", "cart-1").getExitCode()).isZero();

        assertThat(agent.enforced)
                .containsExactly(EnforceNpRequest.newBuilder()
                        .setK8SPODNAME("cart-1")
                        .setK8SPODNAMESPACE("shop")
                        .setNETWORKPOLICYMODE("Standard")
                        .setInterfaceCount(1)
                        .build());
        assertThat(agent.deleted).isEmpty();

        assertThat(daemon.del("c1", "cart-1").getExitCode()).isZero();
        assertThat(daemon.del("c1", "cart-1").getExitCode()).as("once more").isZero();

        assertThat(agent.deleted)
                .containsExactly(DeleteNpRequest.newBuilder()
                        .setK8SPODNAME("cart-1")
                        .setK8SPODNAMESPACE("shop")
                        .build());
    }

    @Test
    void withoutAModeTheAgentIsLeftAlone() throws Exception {
        Agent agent = agent();
        Daemon daemon = daemon(null);

        assertThat(daemon.add("c1", "cart-1").getExitCode()).isZero();
        assertThat(daemon.del("c1", "cart-1").getExitCode()).isZero();

        assertThat(agent.enforced).isEmpty();
        assertThat(agent.deleted).isEmpty();
    }

    @Test
    void withoutAnAgentAnAddFailsAfterTwoSecondsAndGivesItsAddressBack() throws Exception {
        Daemon daemon = daemon("strict");

        Instant asked = Instant.now();
        CniReply reply = daemon.add("c1", "cart-1");

        assertThat(Duration.between(asked, Instant.now())).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(10));
        assertThat(reply.getExitCode()).isEqualTo(1);
        assertThat(reply.getStdout().toStringUtf8())
                .contains("\"code\":999", FAILED, "npa.sock", "NETWORK_POLICY_FAILED", "NETWORK_POLICY_ENFORCING_MODE");
        daemon.hasNoPod();
    }

    @Test
    void anAgentThatComesWhileAPodWaitsServesIt() throws Exception {
        Daemon daemon = daemon("strict");

        CompletableFuture<CniReply> add = CompletableFuture.supplyAsync(() -> daemon.add("c1", "cart-1"));
        Eventually.is(1, "assigned addresses", daemon::assigned);
        Agent agent = agent();

        assertThat(add.get(30, TimeUnit.SECONDS).getExitCode()).isZero();
        assertThat(agent.enforced).hasSize(1);
    }

    @Test
    void anAgentThatRestartedIsFoundAgainAtOnce() throws Exception {
        Agent first = agent();
        Daemon daemon = daemon("strict");
        assertThat(daemon.add("c1", "cart-1").getExitCode()).isZero();

        first.close();
        assertThat(daemon.add("c2", "cart-2").getExitCode()).isEqualTo(1);
        Agent second = agent();

        assertThat(daemon.add("c2", "cart-2").getExitCode()).isZero();
        assertThat(second.enforced).hasSize(1);
    }

    @Test
    void anAgentThatRefusesFailsTheAdd() throws Exception {
        Agent agent = agent();
        agent.refuses = true;
        Daemon daemon = daemon("none");

        CniReply reply = daemon.add("c1", "cart-1");

        assertThat(reply.getExitCode()).isEqualTo(1);
        assertThat(reply.getStdout().toStringUtf8()).contains(FAILED, "Success=false");
        assertThat(agent.enforced)
                .singleElement()
                .satisfies(call -> assertThat(call.getNETWORKPOLICYMODE()).isEqualTo("none"));
        Eventually.is(1, "pods to forget", agent.deleted::size);
        daemon.hasNoPod();
    }

    @Test
    void anAgentThatDoesNotAnswerHasALimit() throws Exception {
        Agent agent = agent();
        agent.answers = false;
        try (PolicyAgent client = new PolicyAgent("strict", socket(), Duration.ofSeconds(2), Duration.ofMillis(200))) {
            Throwable failure = client.enforce(new PodName("shop", "cart-1"), 1)
                    .<Throwable>map(_ -> new AssertionError("it was enforced"))
                    .onFailure()
                    .recoverWithItem(thrown -> thrown)
                    .await()
                    .atMost(LONG);

            assertThat(failure).hasMessageContaining("DEADLINE_EXCEEDED").hasMessageContaining("shop/cart-1");
            assertThat(agent.enforced).hasSize(1);
        }
    }

    @Test
    void aDelSucceedsWhateverTheAgentDoes() throws Exception {
        Agent agent = agent();
        Daemon daemon = daemon("strict");
        assertThat(daemon.add("c1", "cart-1").getExitCode()).isZero();
        assertThat(daemon.add("c2", "cart-2").getExitCode()).isZero();

        agent.refuses = true;
        assertThat(daemon.del("c1", "cart-1").getExitCode()).isZero();
        agent.close();
        assertThat(daemon.del("c2", "cart-2").getExitCode()).isZero();

        assertThat(agent.deleted).hasSize(1);
        assertThat(daemon.assigned()).isZero();
    }

    @Test
    void aPodWhoseCallerHangsUpMeanwhileIsForgotten() throws Exception {
        Agent agent = agent();
        agent.answers = false;
        Daemon daemon = daemon("strict");

        Future<CniReply> add = CniGrpc.newFutureStub(daemon.channel())
                .add(Daemon.request("c1", "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart-1"));
        Eventually.is(1, "pods to enforce", agent.enforced::size);
        agent.answers = true;
        assertThat(add.cancel(true)).isTrue();
        assertThat(daemon.del("c1", "cart-1").getExitCode()).isZero();

        Eventually.get("the pod forgotten", agent.deleted::size, deleted -> deleted > 0);
        Eventually.is(0, "assigned addresses", daemon::assigned);
    }

    @Test
    void aLateDelLeavesThePoliciesOfThePodsNextSandbox() throws Exception {
        Agent agent = agent();
        Daemon daemon = daemon("strict");
        assertThat(daemon.add("c1", "cart-1").getExitCode()).isZero();
        assertThat(daemon.add("c2", "cart-1").getExitCode()).isZero();

        assertThat(daemon.del("c1", "cart-1").getExitCode()).isZero();
        assertThat(agent.deleted).isEmpty();
        assertThat(daemon.del("c2", "cart-1").getExitCode()).isZero();

        assertThat(agent.deleted).hasSize(1);
    }

    @Test
    void aPodWithoutANameHasNoPolicies() throws Exception {
        Agent agent = agent();
        Daemon daemon = daemon("strict");

        assertThat(daemon.addUnnamed("c1").getExitCode()).isZero();

        assertThat(agent.enforced).isEmpty();
    }

    @Test
    void theReferencesPluginIsToldTheModeAndCallsTheAgentItself() throws Exception {
        Agent agent = agent();
        Daemon daemon = daemon("Standard");
        CNIBackendGrpc.CNIBackendBlockingStub backend = CNIBackendGrpc.newBlockingStub(daemon.channel());

        AddNetworkReply added = backend.addNetwork(AddNetworkRequest.newBuilder()
                .setNetworkName("aws-cni")
                .setContainerID("c1")
                .setIfName("eth0")
                .setK8SPODNAMESPACE("shop")
                .setK8SPODNAME("cart-1")
                .build());

        assertThat(added.getSuccess()).isTrue();
        assertThat(added.getNetworkPolicyMode()).isEqualTo("Standard");
        assertThat(backend.delNetwork(DelNetworkRequest.newBuilder()
                                .setNetworkName("aws-cni")
                                .setContainerID("c1")
                                .setIfName("eth0")
                                .build())
                        .getNetworkPolicyMode())
                .isEqualTo("Standard");
        assertThat(ConfigServerBackendGrpc.newBlockingStub(daemon.channel())
                        .getNetworkPolicyConfigs(Empty.getDefaultInstance())
                        .getNetworkPolicyMode())
                .isEqualTo("Standard");
        assertThat(agent.enforced).isEmpty();
        assertThat(agent.deleted).isEmpty();
    }

    private Path socket() {
        return folder.resolve("npa.sock");
    }

    private Agent agent() throws IOException {
        Agent agent = new Agent(socket());
        open.add(agent);
        return agent;
    }

    private Daemon daemon(@Nullable String mode) throws IOException {
        Map<String, String> variables = new HashMap<>(Map.of(
                "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        emulator.node("node1").imdsEndpoint().toString(),
                "AWS_VPC_K8S_CNI_BACKING_STORE", folder.resolve("ipam.json").toString(),
                "VPCCNI_DRY_DATAPLANE", "true",
                "VPCCNI_SOCKET", folder.resolve("ipamd.sock").toString(),
                "VPCCNI_POLICY_SOCKET", socket().toString()));
        if (mode != null) {
            variables.put("NETWORK_POLICY_ENFORCING_MODE", mode);
        }
        NodeSettings settings = new NodeSettingsReader(new Environment(variables), _ -> Map.of()).read();
        Node node = Node.of(settings);
        open.add(node);
        PolicyAgent.of(settings.policy()).ifPresent(agent -> {
            open.add(agent);
            node.enforceWith(agent);
        });
        open.add(new CniSocket(node));
        node.start();
        node.ready().await().atMost(LONG);
        ManagedChannel channel = StockClient.NETTY.connect(settings.files().socket());
        open.add(channel::shutdownNow);
        return new Daemon(node, channel);
    }

    private record Daemon(Node node, ManagedChannel channel) {

        CniReply add(String container, String pod) {
            return CniGrpc.newBlockingStub(channel)
                    .add(request(container, "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=" + pod));
        }

        CniReply addUnnamed(String container) {
            return CniGrpc.newBlockingStub(channel).add(request(container, ""));
        }

        CniReply del(String container, String pod) {
            return CniGrpc.newBlockingStub(channel)
                    .del(request(container, "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=" + pod));
        }

        int assigned() {
            return node.view().orElseThrow().count(AddressState.Assigned.class);
        }

        void hasNoPod() throws Exception {
            Eventually.is(0, "assigned addresses", this::assigned);
            assertThat(node.view().orElseThrow().count(AddressState.Cooling.class))
                    .isEqualTo(1);
        }

        private static CniRequest request(String container, String args) {
            return CniRequest.newBuilder()
                    .setContainerId(container)
                    .setIfName("eth0")
                    .setNetns("/var/run/netns/" + container)
                    .setArgs(args)
                    .setPlugin("aws-cni")
                    .setConfig(ByteString.copyFromUtf8("{\"cniVersion\":\"1.0.0\",\"name\":\"aws-cni\"}"))
                    .build();
        }
    }
}
