package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.vpccni.api.LoadedNode.Refused;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.Occupation;
import io.vpccni.emulator.fabric.Fabric;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.emulator.faults.Links;
import io.vpccni.kernel.DryNodeNetwork;
import io.vpccni.kernel.LinuxNodeNetwork;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.pool.Reason;
import io.vpccni.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node in trouble while pods come and go: whoever finds no address is told the same reason everywhere, whoever can be
 * served is served, and when the trouble is over nothing of it is left.
 */
@Timeout(120)
class FaultsUnderLoadTest {

    private static final List<String> WRITES = List.of(
            "CreateNetworkInterface",
            "AttachNetworkInterface",
            "DetachNetworkInterface",
            "DeleteNetworkInterface",
            "ModifyNetworkInterfaceAttribute",
            "AssignPrivateIpAddresses",
            "UnassignPrivateIpAddresses",
            "CreateTags");
    private static final int MANY = 10_000;

    private static final Path NO_NAMESPACE = Path.of("/run/netns/none");

    @TempDir
    private Path folder;

    @Test
    void aFullSubnetIsNamedAlikeEverywhere() throws Exception {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                LoadedNode node = start(emulator)) {
            Map<String, List<Ipv4>> taken = new HashMap<>();
            emulator.decide((core, now) -> {
                Set<String> subnets = core.cloud().world().subnets().keySet();
                subnets.forEach(
                        subnet -> taken.put(subnet, core.cloud().occupy(subnet, new Occupation.AllBut(0), now)));
                return subnets;
            });

            node.load();
            assertEveryoneIsTold(node, Reason.SUBNET_EXHAUSTED);

            emulator.decide((core, now) -> {
                taken.forEach((subnet, addresses) -> core.cloud().vacate(subnet, addresses, now));
                return now;
            });
            node.assertRecovers();
        }
    }

    @Test
    void aThrottledAccountIsNamedAlikeEverywhere() throws Exception {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                LoadedNode node = start(emulator)) {
            refuse(emulator, "RequestLimitExceeded", "Request limit exceeded.", 503, WRITES);

            node.load();
            assertEveryoneIsTold(node, Reason.EC2_THROTTLED);

            emulator.run(core -> core.faults().clearErrors());
            node.assertRecovers();
        }
    }

    @Test
    void aMissingPermissionIsNamedAlikeEverywhereAndOnTheDaemonsOwnPod() throws Exception {
        List<String> denied = List.of("CreateNetworkInterface", "AssignPrivateIpAddresses");
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                LoadedNode node = start(emulator)) {
            refuse(emulator, "UnauthorizedOperation", "You are not authorized to perform this operation.", 403, denied);

            node.load();
            assertEveryoneIsTold(node, Reason.IAM_DENIED);
            Eventually.get(
                    "the missing permission",
                    () -> node.eventsOn("Pod", LoadedNode.OWN_POD),
                    events -> events.stream()
                            .anyMatch(event -> event.getReason().equals("MissingIAMPermissions")
                                    && event.getAction().equals("ec2:CreateNetworkInterface")));

            emulator.run(core -> core.faults().clearErrors());
            node.assertRecovers();
        }
    }

    @Test
    @RequiresNetworkNamespaces
    void anAttachedInterfaceWhoseLinkNeverComesIsNamedAlikeEverywhere() throws Exception {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                Fabric fabric = Fabric.start(
                        emulator,
                        "testf" + Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX));
                LoadedNode node = new LoadedNode(
                        emulator,
                        folder,
                        new LinuxNodeNetwork(Optional.of(fabric.world().node("node1"))),
                        name -> create(fabric.world().pod("node1", name)))) {
            String instance = emulator.node("node1").instanceId();
            emulator.run(core -> core.links().set(instance, new Links.Fault.Missing()));

            node.load();
            List<String> withoutLink = emulator.ask(core -> core.links().held(instance));
            assertThat(withoutLink).as("attached, and never seen by the node").isNotEmpty();
            assertEveryoneIsTold(node, Reason.ENI_NOT_WIRED);

            emulator.run(core -> core.links().clear(instance));
            node.assertRecovers();
        }
    }

    private LoadedNode start(Emulator emulator) throws IOException {
        return new LoadedNode(emulator, folder, new DryNodeNetwork(), _ -> NO_NAMESPACE);
    }

    private static Path create(Path namespace) {
        try {
            Netns.create(namespace).close();
            return namespace;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refuse(Emulator emulator, String code, String message, int status, List<String> actions) {
        emulator.run(core -> actions.forEach(
                action -> core.faults().inject(new InjectedError(action, code, message, status, MANY))));
    }

    private static void assertEveryoneIsTold(LoadedNode node, Reason reason) throws Exception {
        String word = reason.name();
        List<Refused> refused = node.refused();
        assertThat(refused).hasSizeGreaterThanOrEqualTo(LoadedNode.REFUSALS);
        assertThat(node.served()).as("pods that found an address").isGreaterThanOrEqualTo(LoadedNode.RESIDENTS + 2);
        assertThat(refused).allSatisfy(one -> {
            assertThat(one.error().path("code").asInt()).isEqualTo(11);
            assertThat(one.error().path("msg").asText())
                    .isEqualTo("add cmd: failed to assign an IP address to container: " + word);
            assertThat(one.error().path("details").asText())
                    .startsWith(word + ": " + reason.meaning())
                    .contains(reason.doing(), reason.advice());
            assertThat(one.waited()).isBetween(LoadedNode.ADD_WAIT, LoadedNode.ADD_WAIT.plusSeconds(5));
        });
        assertThat(refused).allSatisfy(one -> {
            var add = node.explain(one.pod());
            assertThat(add.at("/outcome/reason").asText()).isEqualTo(word);
            assertThat(add.at("/pool/atEnd/free").asInt())
                    .as("free addresses when it was refused")
                    .isZero();
        });
        assertThat(node.refusalsCounted()).isEqualTo(Map.of(word, (double) refused.size()));
        for (Refused one : refused) {
            Eventually.get(
                    "the event on " + one.pod(),
                    () -> node.eventsOn("Pod", one.pod()),
                    events -> events.size() == 1 && isTold(events.getFirst(), reason));
        }
        assertThat(node.eventsOn("Node", LoadedNode.NODE))
                .singleElement()
                .satisfies(event -> assertThat(isTold(event, reason)).isTrue());
    }

    private static boolean isTold(Event event, Reason reason) {
        return event.getNote().startsWith(reason + ": " + reason.meaning())
                && event.getReason().equalsIgnoreCase(reason.name().replace("_", ""));
    }
}
