package io.vpccni.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often the kernel is asked for something, as strace sees it. */
@RequiresNetworkNamespaces
class KernelRequestsTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path STRACE = Path.of("/usr/bin/strace");

    private static final Pattern BATCH = Pattern.compile("send(to|msg)\\(\\d+, .*nlmsg_len");
    private static final Pattern SOCKET = Pattern.compile("socket\\(AF_NETLINK");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void aPodIsConnectedByThreeBatches() throws Exception {
        assumeTrue(Files.isExecutable(STRACE), "strace is not installed");
        try (NodeFixture fixture = new NodeFixture();
                LinuxNodeNetwork network = fixture.network()) {
            connect(network, fixture.attachment(fixture.pod(), "eni1", "10.0.0.20", NodeFixture.MAIN));
            PodAttachment pod = fixture.attachment(fixture.pod(), "eni2", "10.0.0.21", NodeFixture.MAIN);

            String traced = traced(() -> connect(network, pod));

            assertThat(count(BATCH, traced)).as(traced).isEqualTo(3);
            assertThat(count(SOCKET, traced)).as("the one into the pod").isEqualTo(1);
        }
    }

    private static long count(Pattern call, String traced) {
        return traced.lines().filter(call.asPredicate()).count();
    }

    private static void connect(LinuxNodeNetwork network, PodAttachment pod) {
        Uni<?> done = network.connect(List.of(pod));
        done.await().atMost(LIMIT);
    }

    /** What this process asks of netlink meanwhile, and which sockets it opens. */
    private String traced(Runnable work) throws Exception {
        Path log = folder.resolve("strace");
        Path said = folder.resolve("said");
        Process strace = new ProcessBuilder(
                        STRACE.toString(),
                        "-f",
                        "-e",
                        "trace=socket,sendto,sendmsg",
                        "-o",
                        log.toString(),
                        "-p",
                        Long.toString(ProcessHandle.current().pid()))
                .redirectError(said.toFile())
                .start();
        try {
            Eventually.is(true, "strace", () -> Files.readString(said).contains("attached") || !strace.isAlive());
            assumeTrue(strace.isAlive(), "strace may not look at this process");
            work.run();
        } finally {
            strace.destroy();
            strace.waitFor();
        }
        return Files.readString(log);
    }
}
