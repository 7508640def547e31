package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Empty;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.vpccni.api.proto.rpc.AddNetworkReply;
import io.vpccni.api.proto.rpc.AddNetworkRequest;
import io.vpccni.api.proto.rpc.CNIBackendGrpc;
import io.vpccni.api.proto.rpc.ConfigServerBackendGrpc;
import io.vpccni.api.proto.rpc.DelNetworkRequest;
import io.vpccni.api.proto.rpc.NetworkPolicyAgentConfigReply;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.daemon.Node;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reference's contract on nodes that are set up in other ways than by default. */
class ReferenceBackendTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private static final AddNetworkRequest ADD = AddNetworkRequest.newBuilder()
            .setNetworkName("aws-cni")
            .setContainerID("c1")
            .setIfName("eth0")
            .setK8SPODNAMESPACE("shop")
            .setK8SPODNAME("cart-0")
            .setClientVersion("v1.23.1")
            .build();

    @TempDir
    private Path folder = Path.of("");

    /** A daemon on its emulator, and a client. */
    private record Started(Emulator emulator, Node node, CniSocket socket, ManagedChannel channel)
            implements AutoCloseable {

        CNIBackendGrpc.CNIBackendBlockingStub backend() {
            return CNIBackendGrpc.newBlockingStub(channel);
        }

        @Override
        public void close() {
            channel.shutdownNow();
            socket.close();
            node.close();
            emulator.close();
        }
    }

    private Started start(EmulatorOptions options, Map<String, String> others) throws IOException {
        Emulator emulator = Emulator.start(options.withNodes(1));
        Map<String, String> variables = new HashMap<>(Map.of(
                "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        emulator.node("node1").imdsEndpoint().toString(),
                "AWS_VPC_K8S_CNI_BACKING_STORE", folder.resolve("ipam.json").toString(),
                "VPCCNI_SOCKET", folder.resolve("ipamd.sock").toString(),
                "VPCCNI_DRY_DATAPLANE", "true"));
        variables.putAll(others);
        Node node = Node.of(new NodeSettingsReader(new Environment(variables), _ -> Map.of()).read());
        CniSocket socket = new CniSocket(node);
        node.start();
        node.ready().await().atMost(LONG);
        return new Started(
                emulator,
                node,
                socket,
                StockClient.NETTY.connect(node.settings().files().socket()));
    }

    /** Called without the socket: what turns a failure into a status there belongs to Quarkus. */
    @Test
    void aClientOfAVersionThatIsNotAllowedIsNamed() throws Exception {
        try (Started daemon = start(
                EmulatorOptions.instant(), Map.of("VPCCNI_CLIENT_VERSIONS", "v1.22.0", "VPC_CNI_VERSION", "v9"))) {
            ReferenceBackend backend = new ReferenceBackend(daemon.node());

            assertThatThrownBy(() -> backend.addNetwork(ADD))
                    .isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
                        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
                        assertThat(failure.getStatus().getDescription())
                                .isEqualTo("wrong client version \"v1.23.1\" (!= \"v9\")");
                    });
            for (String allowed : List.of("v1.22.0", "v9")) {
                AddNetworkRequest add =
                        ADD.toBuilder().setClientVersion(allowed).build();
                assertThat(backend.addNetwork(add).await().atMost(LONG).getSuccess())
                        .isTrue();
            }
        }
    }

    @Test
    void onAnIpv6NodeAddressesAndNetworksAreOfThatFamily() throws Exception {
        try (Started daemon = start(
                EmulatorOptions.instant().withIpv6(),
                Map.of("ENABLE_IPv6", "true", "ENABLE_IPv4", "false", "ENABLE_PREFIX_DELEGATION", "true"))) {
            CNIBackendGrpc.CNIBackendBlockingStub backend = daemon.backend();

            AddNetworkReply reply = backend.addNetwork(ADD);

            assertThat(reply.getIPAllocationMetadataList()).singleElement().satisfies(given -> {
                assertThat(given.getIPv4Addr()).isEmpty();
                assertThat(given.getIPv6Addr()).contains(":");
                assertThat(given.getRouteTableId()).isEqualTo(254);
            });
            assertThat(reply.getVPCv4CIDRsList()).isEmpty();
            assertThat(reply.getVPCv6CIDRsList()).singleElement().asString().contains("::/");
            assertThat(backend.delNetwork(DelNetworkRequest.newBuilder()
                                    .setNetworkName("aws-cni")
                                    .setContainerID("c1")
                                    .setIfName("eth0")
                                    .build())
                            .getIPAllocationMetadataList())
                    .isEqualTo(reply.getIPAllocationMetadataList());
            NetworkPolicyAgentConfigReply config = ConfigServerBackendGrpc.newBlockingStub(daemon.channel())
                    .getNetworkPolicyConfigs(Empty.getDefaultInstance());
            assertThat(config.getNodeIPv4()).isEmpty();
            assertThat(config.getNodeIPv6()).contains(":");
        }
    }

    @Test
    void reflectionListsTheServices() throws Exception {
        try (Started daemon = start(EmulatorOptions.instant(), Map.of())) {
            CompletableFuture<List<String>> names = new CompletableFuture<>();

            StreamObserver<ServerReflectionRequest> questions = ServerReflectionGrpc.newStub(daemon.channel())
                    .serverReflectionInfo(new StreamObserver<>() {
                        @Override
                        public void onNext(ServerReflectionResponse answer) {
                            names.complete(answer.getListServicesResponse().getServiceList().stream()
                                    .map(ServiceResponse::getName)
                                    .toList());
                        }

                        @Override
                        public void onError(Throwable failure) {
                            names.completeExceptionally(failure);
                        }

                        @Override
                        public void onCompleted() {}
                    });
            questions.onNext(
                    ServerReflectionRequest.newBuilder().setListServices("*").build());

            assertThat(names.get(LONG.toSeconds(), TimeUnit.SECONDS))
                    .contains("rpc.CNIBackend", "rpc.ConfigServerBackend", "grpc.health.v1.Health", "vpccni.v1.Cni");
            questions.onCompleted();
        }
    }
}
