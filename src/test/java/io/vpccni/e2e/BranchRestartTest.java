package io.vpccni.e2e;

import static io.vpccni.e2e.BranchWorld.add;
import static io.vpccni.e2e.BranchWorld.assertConnected;
import static io.vpccni.e2e.BranchWorld.assertFine;
import static io.vpccni.e2e.BranchWorld.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.e2e.BranchWorld.BranchedPod;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.IpFamily;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pods with branch interfaces that outlive their daemon, and settings that change meanwhile. */
@RequiresNetworkNamespaces
class BranchRestartTest {

    private static final String LOCAL_AFTER_PODS = "20: from all lookup local";

    @TempDir
    private Path folder = Path.of("");

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
            try (var _ = branches.startDaemon(BranchWorld.mode(mode))) {
                before = branches.host();
                webAdded = add(channel, web);
                databaseAdded = add(channel, database);
                assertConnected(web, database);
            }
            List<String> connected = branches.host();
            assertConnected(web, database);

            try (var _ = branches.startDaemon(BranchWorld.mode(mode))) {
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

    @ParameterizedTest(name = "{0} then {1}, {2}, with the previous result: {3}")
    @CsvSource({
        "strict, standard, IPV4, true",
        "strict, standard, IPV4, false",
        "standard, strict, IPV4, true",
        "standard, strict, IPV4, false",
        "strict, standard, IPV6, false",
        "standard, strict, IPV6, false"
    })
    void podsKeepTheModeThatTheyWereMadeIn(String first, String second, IpFamily family, boolean remembered)
            throws Exception {
        try (var branches = new BranchWorld(folder, family);
                var channel = branches.channel()) {
            BranchedPod old = branches.createPod("old", 7);
            BranchedPod young = branches.createPod("young", 8);
            List<String> before;
            CniReply added;
            try (var _ = branches.startDaemon(BranchWorld.mode(first))) {
                before = branches.hostOfPods();
                added = add(channel, old);
            }
            List<String> connected = branches.hostOfPods();

            try (var _ = branches.startDaemon(BranchWorld.mode(second))) {
                assertThat(branches.hostOfPods()).isEqualTo(connected);
                assertThat(branches.host())
                        .as("all that a strict pod sends passes the VPC")
                        .contains(LOCAL_AFTER_PODS);
                assertFine(channel.check(request(old, added)));
                assertFine(channel.check(request(old)));
                CniReply alsoAdded = add(channel, young);
                assertThat(branches.hostLink(old)).startsWith(first.equals("strict") ? "vlan" : "eni");
                assertThat(branches.hostLink(young)).startsWith(second.equals("strict") ? "vlan" : "eni");
                assertConnected(old, young);

                assertFine(channel.del(remembered ? request(old, added) : request(old)));
                assertFine(channel.del(remembered ? request(young, alsoAdded) : request(young)));
                Eventually.is(before, "what the host has", branches::hostOfPods);
            }
        }
    }

    @ParameterizedTest(name = "{0} then {1}")
    @CsvSource({"strict, standard", "standard, strict"})
    void aPodThatAnotherProgramConnectedEndsInItsOwnModeToo(String first, String second) throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel()) {
            BranchedPod pod = branches.createPod("web", 7);
            List<String> before;
            try (var _ = branches.startDaemon(BranchWorld.mode(first))) {
                before = branches.hostOfPods();
                add(channel, pod);
            }
            branches.world.inNode(BranchWorld.NODE, "ip link set dev " + branches.hostLink(pod) + " alias ''");

            try (var daemon = branches.startDaemon(BranchWorld.mode(second))) {
                Eventually.get("the trunk", () -> daemon.node().trunk(), Optional::isPresent);
                Eventually.get("the pod", () -> channel.check(request(pod)).getExitCode(), code -> code == 0);
                assertFine(channel.del(request(pod)));
                Eventually.is(before, "what the host has", branches::hostOfPods);
            }
        }
    }

    @Test
    void garbageCollectionUnderTheNextDaemonTakesWhatTheRuntimeDoesNotKnow() throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel()) {
            BranchedPod web = branches.createPod("web", 7);
            BranchedPod database = branches.createPod("database", 8);
            BranchedPod gone = branches.createPod("gone", 9);
            List<String> kept;
            try (var _ = branches.startDaemon(BranchWorld.mode("strict"))) {
                add(channel, web);
                add(channel, database);
                kept = branches.host();
                add(channel, gone);
            }

            try (var _ = branches.startDaemon(BranchWorld.mode("strict"))) {
                String config = """
                        {"cniVersion":"1.1.0","name":"aws-cni","type":"aws-cni","cni.dev/valid-attachments":[
                        {"containerID":"container-web","ifname":"eth0"},
                        {"containerID":"container-database","ifname":"eth0"}]}""";
                assertFine(channel.gc(CniChannel.request(web.pod(), config)));

                Eventually.is(kept, "what the host has", branches::host);
                assertConnected(web, database);
                assertThat(gone.pod().addresses()).isEmpty();
            }
        }
    }

    /** Kubelet deletes the sandbox of a failed start late, and then the next one of the same pod lives by the same names. */
    @ParameterizedTest
    @CsvSource({"strict", "standard"})
    void theLateDelOfAnEarlierSandboxLeavesThePodAlone(String mode) throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel();
                var _ = branches.startDaemon(BranchWorld.mode(mode))) {
            BranchedPod web = branches.createPod("web", 7);
            BranchedPod database = branches.createPod("database", 8);
            add(channel, web);
            add(channel, database);
            List<String> connected = branches.host();

            assertFine(channel.del(request(web).toBuilder()
                    .setContainerId("earlier")
                    .setNetns("")
                    .build()));

            assertThat(branches.host()).isEqualTo(connected);
            assertConnected(web, database);
        }
    }
}
