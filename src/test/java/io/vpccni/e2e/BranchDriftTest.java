package io.vpccni.e2e;

import static io.vpccni.e2e.BranchWorld.add;
import static io.vpccni.e2e.BranchWorld.assertConnected;
import static io.vpccni.e2e.BranchWorld.assertFine;
import static io.vpccni.e2e.BranchWorld.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.e2e.BranchWorld.Branch;
import io.vpccni.e2e.BranchWorld.BranchedPod;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.IpFamily;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Branch pods to which something happens behind the daemon's back. */
@RequiresNetworkNamespaces
class BranchDriftTest {

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({"strict, IPV4", "standard, IPV4", "strict, IPV6", "standard, IPV6"})
    void whatSomebodyTakesFromThemOnTheHostComesBack(String mode, IpFamily family) throws Exception {
        try (var branches = new BranchWorld(folder, family);
                var channel = branches.channel();
                var _ = branches.startDaemon(BranchWorld.mode(mode))) {
            BranchedPod web = branches.createPod("web", 7);
            BranchedPod database = branches.createPod("database", 8);
            CniReply added = add(channel, web);
            add(channel, database);
            List<String> whole = branches.host();
            String ip = family == IpFamily.IPV6 ? "ip -6 " : "ip ";
            String rules = mode.equals("strict") ? "10" : "512";

            for (String vandalism : List.of(
                    ip + "rule del priority " + rules,
                    ip + "route flush table 107",
                    ip + "route del " + web.address() + (mode.equals("strict") ? " table 107" : ""),
                    "ip link set vlan.eth.7 down",
                    "ip link del vlan.eth.7")) {
                branches.world.inNode(BranchWorld.NODE, vandalism);
                Eventually.is(whole, "what the host has after " + vandalism, branches::host);
                assertFine(channel.check(request(web, added)));
                assertConnected(web, database);
            }
        }
    }

    @Test
    void checkTellsWhatIsMissingInsideThePod() throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel();
                var _ = branches.startDaemon(BranchWorld.mode("strict"))) {
            BranchedPod web = branches.createPod("web", 7);
            CniReply added = add(channel, web);
            assertFine(channel.check(request(web, added)));

            TestWorld.inNamespace(web.pod().namespace(), "ip route del default");

            CniReply reply = channel.check(request(web, added));
            assertThat(reply.getExitCode()).isEqualTo(1);
            assertThat(reply.getStdout().toStringUtf8()).contains("lacks the route \\\"default via 169.254.1.1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"strict", "standard"})
    void ofAPodWhoseDelNeverComesNothingIsLeftAndTheNextOneHasItsVlan(String mode) throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel()) {
            BranchedPod lost = branches.createPod("lost", 7);
            BranchedPod database = branches.createPod("database", 8);
            List<String> withoutIt;
            CniReply added;
            List<String> connected;
            BranchedPod next;
            try (var _ = branches.startDaemon(BranchWorld.mode(mode))) {
                add(channel, database);
                withoutIt = branches.host();
                added = add(channel, lost);

                branches.forget(lost);
                branches.deleteBranch(lost.branch());
                Netns.delete(lost.pod().namespace());
                Eventually.is(withoutIt, "what the host has", branches::host);

                next = branches.createPod("next", 7);
                add(channel, next);
                assertConnected(next, database);
                connected = branches.host();
                assertFine(channel.del(request(lost, added)));
                assertThat(branches.host()).isEqualTo(connected);
            }
            try (var _ = branches.startDaemon(BranchWorld.mode(mode))) {
                assertFine(channel.del(request(lost, added)));
                assertThat(branches.host()).isEqualTo(connected);
                assertConnected(next, database);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"strict", "standard"})
    void whoeverStandsWhereTheNextPodHasTheVlanIsCutOff(String mode) throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel()) {
            BranchedPod lost = branches.createPod("lost", 7);
            BranchedPod database = branches.createPod("database", 8);
            BranchedPod next;
            CniReply lostAdded;
            CniReply added;
            List<String> connected;
            try (var _ = branches.startDaemon(BranchWorld.mode(mode))) {
                add(channel, database);
                lostAdded = add(channel, lost);
                branches.forget(lost);
                branches.deleteBranch(lost.branch());

                next = branches.createPod("next", 7);
                added = add(channel, next);
                assertConnected(next, database);
                connected = branches.host();
            }
            Eventually.get("the end of the link", () -> lost.pod().addresses(), List::isEmpty);

            try (var _ = branches.startDaemon(BranchWorld.mode(mode))) {
                assertFine(channel.check(request(next, added)));
                assertFine(channel.del(request(lost, lostAdded)));
                assertConnected(next, database);
                assertThat(branches.hostLink(next)).isIn(connected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"strict", "standard"})
    void whatDiedWhileNoDaemonRanGoesAndWhatLivesStays(String mode) throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel()) {
            BranchedPod web = branches.createPod("web", 7);
            BranchedPod database = branches.createPod("database", 8);
            BranchedPod lost = branches.createPod("lost", 9);
            List<String> kept;
            try (var _ = branches.startDaemon(BranchWorld.mode(mode))) {
                add(channel, web);
                add(channel, database);
                kept = branches.host();
                add(channel, lost);
            }
            branches.forget(lost);
            Netns.delete(lost.pod().namespace());

            try (var _ = branches.startDaemon(BranchWorld.mode(mode))) {
                Eventually.is(kept, "what the host has", branches::host);
                assertConnected(web, database);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"strict", "standard"})
    void theNextPodOfANameHasTheNamesLinkForItself(String mode) throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel();
                var _ = branches.startDaemon(BranchWorld.mode(mode))) {
            BranchedPod database = branches.createPod("database", 8);
            add(channel, database);
            BranchedPod old = branches.createPod("web", 7);
            add(channel, old);
            branches.forget(old);
            Branch branch = branches.createBranch(9);
            Pod namespace = branches.world.createPod(BranchWorld.NODE, "younger");
            BranchedPod next =
                    new BranchedPod(new Pod(namespace.namespace(), "web"), branches.announce("web", branch), branch);
            assertFine(CniChannel.await(channel.add(
                    request(next).toBuilder().setContainerId("younger").build())));
            Eventually.get(
                    "the end of the first one's table",
                    branches::host,
                    lines -> lines.stream().noneMatch(line -> line.contains("107")));
            List<String> whole = branches.host();

            branches.world.inNode(
                    BranchWorld.NODE, "ip route del " + next.address() + (mode.equals("strict") ? " table 109" : ""));

            Eventually.is(whole, "what the host has", branches::host);
            assertConnected(next, database);
        }
    }

    @Test
    void theLateDelOfABranchPodLeavesAnOrdinaryPodOfItsNameAlone() throws Exception {
        try (var branches = new BranchWorld(folder, IpFamily.IPV4);
                var channel = branches.channel();
                var _ = branches.startDaemon(BranchWorld.mode("standard"))) {
            BranchedPod old = branches.createPod("web", 7);
            CniReply added = add(channel, old);
            branches.forget(old);
            branches.announceOrdinary("web");
            Pod namespace = branches.world.createPod(BranchWorld.NODE, "younger");
            CniRequest younger = CniChannel.request(old.pod()).toBuilder()
                    .setContainerId("younger")
                    .setNetns(namespace.namespace().toString())
                    .build();
            Eventually.get(
                    "an address of the pool",
                    () -> CniChannel.address(CniChannel.await(channel.add(younger))),
                    address -> !address.isEmpty());

            assertFine(channel.del(request(old, added)));

            assertFine(channel.check(younger));
            assertThat(branches.host()).noneMatch(line -> line.contains("lookup 107"));
        }
    }
}
