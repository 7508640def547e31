package io.vpccni.e2e;

import static io.vpccni.e2e.BranchWorld.add;
import static io.vpccni.e2e.BranchWorld.assertConnected;
import static io.vpccni.e2e.BranchWorld.assertFine;
import static io.vpccni.e2e.BranchWorld.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.api.proto.rpc.AddNetworkReply;
import io.vpccni.api.proto.rpc.AddNetworkRequest;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.e2e.BranchWorld.BranchedPod;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.IpFamily;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The mode of a branch pod where the network configuration names one, for our plugin and for the reference's. */
@RequiresNetworkNamespaces
class BranchModeTest {

    @TempDir
    private Path folder = Path.of("");

    private static String config(String mode) {
        return CniChannel.CONFIG.replaceFirst("}$", ",\"podSGEnforcingMode\":\"" + mode + "\"}");
    }

    @ParameterizedTest(name = "configuration {0}, setting {1}")
    @CsvSource({"standard, strict, eni", "strict, standard, vlan"})
    void theConfigurationCountsMoreThanTheSetting(String configured, String setting, String prefix) throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel();
                var _ = branches.startDaemon(BranchWorld.mode(setting))) {
            BranchedPod web = branches.createPod("web", 7);
            BranchedPod database = branches.createPod("database", 8);
            List<String> before = branches.hostOfPods();

            CniReply added = CniChannel.await(channel.add(request(web, config(configured))));
            assertFine(added);
            add(channel, database);

            assertThat(branches.hostLink(web)).startsWith(prefix);
            assertConnected(web, database);
            assertFine(channel.check(request(web, added)));
            assertFine(channel.del(request(web)));
            assertFine(channel.del(request(database)));
            Eventually.is(before, "what the host has", branches::hostOfPods);
        }
    }

    @Test
    void anotherWordIsAnErrorForThePodsThatItIsAbout() throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel();
                var _ = branches.startDaemon(BranchWorld.mode("strict"))) {
            BranchedPod web = branches.createPod("web", 7);
            branches.announceOrdinary("ordinary");
            List<String> before = branches.host();

            CniReply refused = CniChannel.await(channel.add(request(web, config("lenient"))));

            assertThat(refused.getExitCode()).isEqualTo(1);
            assertThat(refused.getStdout().toStringUtf8())
                    .contains("podSGEnforcingMode of the network configuration is \\\"lenient\\\", expected strict or");
            assertThat(branches.host()).isEqualTo(before);
            Pod ordinary = branches.world.createPod(BranchWorld.NODE, "ordinary");
            assertFine(CniChannel.await(channel.add(CniChannel.request(ordinary, config("lenient")))));
        }
    }

    /** The reference's plugin reads its configuration itself, and gets the same answer in either mode. */
    @ParameterizedTest(name = "plugin {0}, setting {1}")
    @CsvSource({"standard, strict", "strict, standard"})
    void whatTheReferencesPluginHasMadeIsKeptInItsMode(String plugin, String setting) throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel();
                var _ = branches.startDaemon(BranchWorld.mode(setting))) {
            BranchedPod web = branches.createPod("web", 7);
            BranchedPod database = branches.createPod("database", 8);
            add(channel, database);

            AddNetworkReply reply = channel.addNetwork(AddNetworkRequest.newBuilder()
                    .setNetworkName("aws-cni")
                    .setContainerID("container-web")
                    .setIfName("eth0")
                    .setK8SPODNAMESPACE("test")
                    .setK8SPODNAME("web")
                    .setClientVersion("v1.23.1")
                    .build());
            assertThat(reply.getSuccess()).as(reply.toString()).isTrue();
            assertThat(reply.getPodVlanId()).isEqualTo(7);
            assertThat(reply.getParentIfIndex()).isEqualTo(branches.trunkIndex());
            assertThat(branches.world.inNode(BranchWorld.NODE, "ip rule show"))
                    .contains("1024:")
                    .doesNotContain("32765:");
            ReferenceNode.plugin(branches.world, BranchWorld.NODE)
                    .connectBranch(web.pod(), reply, plugin, branches.branchLinkKind(7));
            assertConnected(web, database);
            List<String> whole = branches.hostOfPods();

            branches.world.inNode(
                    BranchWorld.NODE,
                    "ip rule del priority " + (plugin.equals("strict") ? "10" : "512 to " + web.address()));
            Eventually.is(whole, "what the host has", branches::hostOfPods);
            assertConnected(web, database);
        }
    }
}
