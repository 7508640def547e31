package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.daemon.Node;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs of several users connect to a socket that its mode opens to all of them. */
class PeerCheckTest {

    /** A server of HTTP/2 speaks first. */
    private static final String CALLER = """
            import java.net.UnixDomainSocketAddress;
            import java.nio.ByteBuffer;
            import java.nio.channels.SocketChannel;

            class Caller {
                public static void main(String[] arguments) throws Exception {
                    try (var socket = SocketChannel.open(UnixDomainSocketAddress.of(arguments[0]))) {
                        System.out.print(socket.read(ByteBuffer.allocate(1)) == 1 ? "served" : "hung up");
                    }
                }
            }
            """;

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest(name = "user {0} where {1} may call besides root")
    @CsvSource({"0, '', served", "65534, '', hung up", "65534, 65534, served", "65534, 65533, hung up"})
    void whoeverMayNotCallIsHungUpOn(int user, String allowed, String expected) throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can be somebody else");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path socket = folder.resolve("ipamd.sock");
        Node node = Node.of(new NodeSettingsReader(
                        new Environment(Map.of(
                                "VPCCNI_SOCKET",
                                socket.toString(),
                                "VPCCNI_ALLOWED_UID",
                                allowed.isEmpty() ? "0" : allowed,
                                "VPCCNI_DRY_DATAPLANE",
                                "true")),
                        _ -> Map.of())
                .read());
        try (CniSocket _ = new CniSocket(node)) {
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));

            assertThat(call(user, socket)).isEqualTo(expected);
        } finally {
            node.close();
        }
    }

    private String call(int user, Path socket) throws Exception {
        Path program = Files.writeString(folder.resolve("Caller.java"), CALLER);
        Process process = new ProcessBuilder(
                        "setpriv",
                        "--reuid=" + user,
                        "--clear-groups",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        program.toString(),
                        socket.toString())
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return printed;
    }
}
