package io.vpccni.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vpccni.api.proto.rpc.AddNetworkReply;
import io.vpccni.api.proto.rpc.AddNetworkRequest;
import io.vpccni.api.proto.rpc.CNIBackendGrpc;
import io.vpccni.api.proto.rpc.ConfigServerBackendGrpc;
import io.vpccni.api.proto.rpc.DelNetworkRequest;
import io.vpccni.api.proto.rpc.NetworkPolicyAgentConfigReply;
import io.vpccni.api.proto.v1.CniGrpc;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.pool.Reason;
import io.vpccni.vpc.NodeIdentity;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both contracts on the daemon's socket, called by stock grpc-java clients, with the emulator behind. */
@QuarkusTest
class ContractsTest {

    @ConfigProperty(name = "VPCCNI_SOCKET")
    Path socket;

    @Inject
    NodeLife life;

    @Inject
    Traces traces;

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @ParameterizedTest
    @EnumSource
    void theReferencesPluginGetsAndReturnsAnAddress(StockClient client) throws Exception {
        try (Channel channel = new Channel(client.connect(socket))) {
            CNIBackendGrpc.CNIBackendBlockingStub backend = CNIBackendGrpc.newBlockingStub(channel.grpc());
            AddNetworkRequest add = AddNetworkRequest.newBuilder()
                    .setNetworkName("aws-cni")
                    .setContainerID("reference-" + client)
                    .setIfName("eth0")
                    .setK8SPODNAMESPACE("shop")
                    .setK8SPODNAME("cart-0")
                    .setClientVersion("v1.23.1")
                    .build();

            AddNetworkReply reply = backend.addNetwork(add);

            assertThat(reply.getSuccess()).isTrue();
            assertThat(reply.getIPAllocationMetadataList()).singleElement().satisfies(given -> {
                assertThat(given.getIPv4Addr()).startsWith("10.0.");
                assertThat(given.getRouteTableId()).isEqualTo(254);
                assertThat(given.getDeviceNumber()).isZero();
            });
            assertThat(reply.getVPCv4CIDRsList()).containsExactly("10.0.0.0/16");
            assertThat(backend.addNetwork(add)).as("the same again").isEqualTo(reply);

            DelNetworkRequest del = DelNetworkRequest.newBuilder()
                    .setNetworkName("aws-cni")
                    .setContainerID("reference-" + client)
                    .setIfName("eth0")
                    .setReason("PodDeleted")
                    .build();
            assertThat(backend.delNetwork(del).getIPAllocationMetadataList())
                    .isEqualTo(reply.getIPAllocationMetadataList());
            assertThatThrownBy(() -> backend.delNetwork(del))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
                        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
                        assertThat(failure).hasMessageContaining("datastore: unknown pod");
                    });
        }
    }

    @ParameterizedTest
    @EnumSource
    void thePolicyAgentLearnsTheModeAndTheNode(StockClient client) throws Exception {
        try (Channel channel = new Channel(client.connect(socket))) {
            NetworkPolicyAgentConfigReply reply = ConfigServerBackendGrpc.newBlockingStub(channel.grpc())
                    .getNetworkPolicyConfigs(Empty.getDefaultInstance());

            NodeIdentity identity = life.node().identity().orElseThrow();
            assertThat(reply)
                    .isEqualTo(NetworkPolicyAgentConfigReply.newBuilder()
                            .setNodeIPv4(identity.primaryAddress().toString())
                            .setInstanceID(identity.instanceId())
                            .setRegion(identity.region())
                            .build());
            assertThat(reply.getNodeIPv4()).startsWith("10.0.");
            assertThat(reply.getInstanceID()).startsWith("i-");
            assertThat(reply.getRegion()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void healthIsServedUnderBothNames(StockClient client) throws Exception {
        try (Channel channel = new Channel(client.connect(socket))) {
            HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel.grpc());

            assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                    .isEqualTo(ServingStatus.SERVING);
            assertThat(health.check(HealthCheckRequest.newBuilder()
                                    .setService("grpc.health.v1.aws-node")
                                    .build())
                            .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        }
    }

    @Test
    void nobodyIsTracedUnlessAskedFor() {
        assertThat(traces).isSameAs(Traces.OFF);
    }

    @Test
    void anEmptyIdIsAFailedAddAndNotAnError() throws Exception {
        try (Channel channel = new Channel(StockClient.NETTY.connect(socket))) {
            AddNetworkReply reply =
                    CNIBackendGrpc.newBlockingStub(channel.grpc()).addNetwork(AddNetworkRequest.getDefaultInstance());

            assertThat(reply.getSuccess()).isFalse();
            assertThat(reply.getReason()).isEqualTo("BAD_REQUEST");
            assertThat(reply.getReasonText()).contains("ContainerID", "what the daemon does", "what helps");
        }
    }

    @Test
    void ourClientGetsTheErrorObjectOfThePlugin() throws Exception {
        try (Channel channel = new Channel(StockClient.NETTY.connect(socket))) {
            CniReply reply = CniGrpc.newBlockingStub(channel.grpc())
                    .add(CniRequest.newBuilder()
                            .setContainerId("c1")
                            .setIfName("eth0")
                            .setNetns("/var/run/netns/x")
                            .setConfig(ByteString.copyFromUtf8("{\"cniVersion\":\"9.9.9\",\"name\":\"aws-cni\"}"))
                            .build());

            assertThat(reply.getExitCode()).isEqualTo(1);
            assertThat(reply.getStdout().toStringUtf8()).contains("\"code\":1", "incompatible CNI versions", "9.9.9");
        }
    }

    @Test
    void aRefusalSaysWhatIsTheCaseWhatIsDoneAndWhatHelps() throws Exception {
        try (Channel channel = new Channel(StockClient.NETTY.connect(socket))) {
            CniReply reply = CniGrpc.newBlockingStub(channel.grpc())
                    .add(CniRequest.newBuilder()
                            .setContainerId("refused-1")
                            .setIfName("eth0")
                            .setNetns("/var/run/netns/nobody")
                            .setArgs("K8S_POD_NAMESPACE=shop;K8S_POD_NAME=refused")
                            .setConfig(ByteString.copyFromUtf8("{\"cniVersion\":\"1.0.0\",\"name\":\"aws-cni\"}"))
                            .build());

            assertThat(reply.getExitCode()).isEqualTo(1);
            assertThat(reply.getStdout().toStringUtf8())
                    .contains("\"code\":999", "failed to setup network", "WIRING_FAILED: ")
                    .contains(Reason.WIRING_FAILED.doing(), Reason.WIRING_FAILED.advice());
            given().get("/v1/explain?container=refused-1")
                    .then()
                    .statusCode(200)
                    .body("adds[0].outcome.reason", Matchers.is("WIRING_FAILED"))
                    .body("adds[0].advice", Matchers.is(Reason.WIRING_FAILED.advice()));
        }
    }

    @Test
    void theSocketIsForRootAndItsGroup() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-rw----");
    }

    @Test
    void introspectionShowsTheInterfaces() {
        life.node().ready().await().atMost(Duration.ofSeconds(30));

        given().get("/v1/enis")
                .then()
                .statusCode(200)
                .body("0.TotalIPs", Matchers.greaterThanOrEqualTo(9))
                .body("0.ENIs", Matchers.aMapWithSize(Matchers.greaterThanOrEqualTo(1)));
    }

    @Test
    void theNodeIsReadyWhenItCanHandOutAddresses() {
        life.node().ready().await().atMost(Duration.ofSeconds(30));

        given().baseUri(management.toString())
                .get("/health/ready")
                .then()
                .statusCode(200)
                .body("status", Matchers.is("UP"));
    }

    @Test
    void gaugesHaveTheReferencesNames() {
        given().baseUri(management.toString())
                .get("/metrics")
                .then()
                .statusCode(200)
                .body(
                        Matchers.containsString("awscni_total_ip_addresses"),
                        Matchers.containsString("awscni_assigned_ip_addresses"));
    }

    private record Channel(ManagedChannel grpc) implements AutoCloseable {
        @Override
        public void close() {
            grpc.shutdownNow();
        }
    }
}
