package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.daemon.Node;
import io.vpccni.kernel.DryNodeNetwork;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Introspection on a Unix socket, by the bytes on the wire. */
@Timeout(30)
class IntrospectionSocketTest {

    private final NodeSettings settings = new NodeSettingsReader(new Environment(Map.of()), _ -> Map.of()).read();
    private final Node node = new Node(
            settings, new DryNodeNetwork(), Optional.empty(), RandomGenerator.getDefault(), InstantSource.system());

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private IntrospectionSocket server;

    @BeforeEach
    void listen() throws IOException {
        Files.writeString(folder.resolve("introspection.sock"), "left by a dead daemon");
        server = new IntrospectionSocket(
                folder.resolve("introspection.sock"), new IntrospectionPages(node, Optional::empty));
    }

    @AfterEach
    void close() {
        server.close();
        node.close();
    }

    @Test
    void aPageIsServed() throws IOException {
        String answer = ask("POST /anything?x=y HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .containsIgnoringCase("content-type: application/json")
                .endsWith("\"/v1/ipamd-env-settings\",\"/v1/explain\"]}");
    }

    @Test
    void aQuestionReachesItsPage() throws IOException {
        assertThat(ask("GET /v1/explain?last=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 400 Bad Request\r\n")
                .contains("accepted is one of");
    }

    @Test
    void aNodeThatKubernetesDoesNotTellOfHasNoEniConfig() throws IOException {
        assertThat(ask("GET /v1/eni-configs HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 404 Not Found\r\n")
                .endsWith("\r\n\r\nNot Found");
    }

    @Test
    void garbageAndOversizedRequestsEndTheConnection() throws IOException {
        assertThat(ask("\0\1\2 nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
        assertThat(ask("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
    }

    @Test
    void theSocketIsForRootAndItsGroupAndGoesWithTheServer() throws IOException {
        Path socket = folder.resolve("introspection.sock");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-rw----");

        server.close();

        assertThat(socket).doesNotExist();
    }

    private String ask(String request) throws IOException {
        try (SocketChannel channel =
                SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("introspection.sock")))) {
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(8192);
            while (channel.read(buffer) >= 0) {
                answer.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }
}
