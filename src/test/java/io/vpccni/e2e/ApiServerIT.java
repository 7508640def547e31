package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the packaged daemon looks for the API server. */
@Timeout(120)
class ApiServerIT {

    /** The first byte of a TLS connection: a handshake. */
    private static final int HANDSHAKE = 22;

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));

    @TempDir
    private Path folder = Path.of("");

    @AfterEach
    void close() {
        emulator.close();
    }

    @Test
    void itIsWhereKubernetesSaysItIs() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                PackagedDaemon _ = daemon(Map.of(
                        "KUBERNETES_SERVICE_HOST", "127.0.0.1",
                        "KUBERNETES_SERVICE_PORT", Integer.toString(server.getLocalPort()),
                        "KUBECONFIG", folder.resolve("none").toString()));
                Socket caller = server.accept()) {
            assertThat(caller.getInputStream().read()).isEqualTo(HANDSHAKE);
        }
    }

    @Test
    void itIsWhereTheKubeconfigSaysItIs() throws Exception {
        CompletableFuture<String> asked = new CompletableFuture<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.complete(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
        Path kubeconfig = Files.writeString(
                folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters:
                - name: test
                  cluster:
                    server: http://127.0.0.1:%d
                contexts:
                - name: test
                  context:
                    cluster: test
                current-context: test
                """.formatted(server.getAddress().getPort()));
        try (PackagedDaemon _ = daemon(Map.of("KUBECONFIG", kubeconfig.toString()))) {
            assertThat(asked.get(1, TimeUnit.MINUTES)).startsWith("/api");
        } finally {
            server.stop(0);
        }
    }

    private PackagedDaemon daemon(Map<String, String> others) throws Exception {
        Path socket = folder.resolve("ipamd.sock");
        Map<String, String> variables = new HashMap<>(others);
        variables.putAll(Map.of(
                "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        emulator.node("node1").imdsEndpoint().toString(),
                "VPCCNI_SOCKET", socket.toString(),
                "AWS_VPC_K8S_CNI_BACKING_STORE", folder.resolve("ipam.json").toString(),
                "VPCCNI_DRY_DATAPLANE", "true",
                "MY_NODE_NAME", "node-1"));
        return new PackagedDaemon(variables, socket, folder.resolve("daemon.log"));
    }
}
