package io.vpccni.client.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.vpccni.client.grpc.StockServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class HealthProbeTest {

    @TempDir
    Path folder;

    private final HealthStatusManager health = new HealthStatusManager();
    private final StockServer server;

    private record Ended(int exitCode, String stderr) {}

    HealthProbeTest() throws IOException {
        server = StockServer.onTcp(health.getHealthService());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aHealthyServerIsServing() {
        assertThat(probe(tcp())).isEqualTo(new Ended(0, "{\"level\":\"INFO\",\"msg\":\"status: SERVING\"}\n"));
    }

    @Test
    void aHealthyServerIsServingOnItsSocket() throws IOException {
        Path socket = folder.resolve("h.sock");
        try (StockServer _ =
                StockServer.onSocket(socket, health.getHealthService().bindService())) {
            assertThat(probe("-addr=unix://" + socket).exitCode()).isZero();
        }
    }

    @Test
    void aServiceMayBeUnhealthy() {
        health.setStatus("a.B", ServingStatus.NOT_SERVING);

        assertThat(probe(tcp(), "-service=a.B"))
                .isEqualTo(new Ended(
                        4,
                        "{\"level\":\"ERROR\",\"msg\":"
                                + "\"service unhealthy (responded with \\\"NOT_SERVING\\\")\"}\n"));
    }

    @Test
    void anUnknownServiceFailsTheCall() {
        assertThat(probe(tcp(), "-service=unknown"))
                .isEqualTo(new Ended(
                        3,
                        "{\"level\":\"ERROR\",\"msg\":"
                                + "\"error: health rpc failed: NOT_FOUND: unknown service unknown\"}\n"));
    }

    @Test
    void aServerMayNotImplementHealth() throws IOException {
        try (StockServer other = StockServer.onTcp(() -> StockServer.service("a.B", request -> request, "C"))) {
            Ended ended = probe("-addr=127.0.0.1:" + other.port());

            assertThat(ended.exitCode()).isEqualTo(3);
            assertThat(ended.stderr()).contains("this server does not implement the grpc health protocol");
        }
    }

    @Test
    void aSlowServerFailsTheCall() throws IOException {
        CompletableFuture<byte[]> never = new CompletableFuture<>();
        try (StockServer slow =
                StockServer.onTcp(() -> StockServer.service("grpc.health.v1.Health", _ -> never.join(), "Check"))) {
            Ended ended = probe("-addr=127.0.0.1:" + slow.port(), "-rpc-timeout=50ms");
            never.cancel(false);

            assertThat(ended)
                    .isEqualTo(new Ended(
                            3, "{\"level\":\"ERROR\",\"msg\":\"timeout: health rpc did not complete within 50ms\"}\n"));
        }
    }

    @Test
    void aServerThatOnlyListensIsNotConnected() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + silent.getLocalPort();

            assertThat(probe("-addr=" + address, "-connect-timeout=50ms"))
                    .isEqualTo(new Ended(
                            2,
                            "{\"level\":\"ERROR\",\"msg\":\"timeout: failed to connect service \\\"" + address
                                    + "\\\" within 50ms: no connection in time\"}\n"));
        }
    }

    @Test
    void aServerThatIsAwayIsTriedUntilTheTimeIsUp() {
        Ended ended = probe("-addr=unix:" + folder.resolve("none"), "-connect-timeout=120ms");

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.stderr()).contains("within 120ms: No such file or directory");
    }

    @Test
    void verboseTellsOptionsAndTime() {
        assertThat(probe(tcp(), "-v").stderr())
                .contains("conn_timeout=1s rpc_timeout=1s service=")
                .contains("time elapsed: ");
    }

    @Test
    void aFlagOfNobodyIsAnsweredWithTheFlagsThatThereAre() {
        Ended ended = probe(tcp(), "-tls-ca-cert=/ca");

        assertThat(ended.exitCode()).isEqualTo(2);
        assertThat(ended.stderr())
                .startsWith(
                        "flag provided but not defined: -tls-ca-cert\nUsage of grpc-health-probe:\n  -addr string\n");
    }

    @Test
    void whoAsksForHelpGetsTheFlags() {
        Ended ended = probe("-h");

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.stderr()).startsWith("Usage of grpc-health-probe:\n");
    }

    private String tcp() {
        return "-addr=127.0.0.1:" + server.port();
    }

    private static Ended probe(String... arguments) {
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        int exitCode = HealthProbe.run(new PrintStream(stderr, true, StandardCharsets.UTF_8), arguments);
        return new Ended(exitCode, stderr.toString(StandardCharsets.UTF_8));
    }
}
