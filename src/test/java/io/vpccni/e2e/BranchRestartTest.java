package io.vpccni.e2e;

import static io.vpccni.e2e.BranchWorld.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.e2e.BranchWorld.BranchedPod;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.IpFamily;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods with branch interfaces that outlive their daemon, and settings that change meanwhile. */
@RequiresNetworkNamespaces
class BranchRestartTest {

    @TempDir
    private Path folder = Path.of("");

    private static Map<String, String> mode(String name) {
        return Map.of("POD_SECURITY_GROUP_ENFORCING_MODE", name);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({"strict, IPV4", "standard, IPV4", "strict, IPV6", "standard, IPV6"})
    void theNextDaemonChecksServesAndEndsThePodsOfTheLastOne(String mode, IpFamily family) throws Exception {
        try (var branches = new BranchWorld(folder, family);
                var channel = branches.channel()) {
            BranchedPod web = branches.createPod("web", 7);
            BranchedPod database = branches.createPod("database", 8);
            List<String> before;
            CniReply webAdded;
            CniReply databaseAdded;
            try (var _ = branches.startDaemon(mode(mode))) {
                before = branches.host();
                webAdded = add(channel, web);
                databaseAdded = add(channel, database);
                assertConnected(web, database);
            }
            List<String> connected = branches.host();
            assertConnected(web, database);

            try (var _ = branches.startDaemon(mode(mode))) {
                assertConnected(web, database);
                assertThat(branches.host()).isEqualTo(connected);
                assertFine(channel.check(request(web, webAdded)));
                assertFine(channel.del(request(web, webAdded)));
                assertFine(channel.check(request(database, databaseAdded)));
                assertFine(channel.del(request(database, databaseAdded)));
                Eventually.is(before, "what the host has", branches::host);
            }
        }
    }

    private static void assertConnected(BranchedPod one, BranchedPod other) throws Exception {
        assertThat(one.pod().seenBy(other.pod(), other.address())).isEqualTo(one.address());
        assertThat(other.pod().seenBy(one.pod(), one.address())).isEqualTo(other.address());
    }

    private static CniReply add(CniChannel channel, BranchedPod pod) throws Exception {
        CniReply reply = CniChannel.await(channel.add(request(pod)));
        assertFine(reply);
        assertThat(CniChannel.address(reply)).isEqualTo(pod.address());
        return reply;
    }

    private static void assertFine(CniReply reply) {
        assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
    }
}
