package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import io.vpccni.testing.HostLocal;
import io.vpccni.testing.RequiresHostLocal;
import io.vpccni.vpc.IpAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Pods that reach the family that their cluster does not have, by the plugin protocol. The daemon is a process, whose PATH has
 * programs that write down that they were started, and then become iptables of the one kind or the other.
 */
@RequiresNetworkNamespaces
@RequiresHostLocal
class EgressNodesTest {

    private static final Map<String, String> IPV6 = Map.of(
            "ENABLE_IPv4", "false",
            "ENABLE_IPv6", "true",
            "ENABLE_PREFIX_DELEGATION", "true");

    private static final Map<String, String> IPV4 = Map.of("ENABLE_V6_EGRESS", "true", "MAX_ENI", "1");

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest(name = "{0} with {1}, CNI {2}")
    @CsvSource({"IPV6, nft, 0.4.0", "IPV6, legacy, 1.0.0", "IPV4, nft, 1.0.0", "IPV4, legacy, 0.4.0"})
    void podsReachTheOtherFamilyByTheNodesAddressAndEachOtherByNone(String cluster, String kind, String version)
            throws Exception {
        boolean ipv6Cluster = cluster.equals("IPV6");
        try (var world =
                new TestWorld(folder, EmulatorOptions.instant().withNodes(1).withIpv6())) {
            world.awaitIpv6();
            try (var _ = daemon(world, ipv6Cluster ? IPV6 : IPV4, kind);
                    var node = new CniChannel(world.node("node1").socket())) {
                String nodeIp = ipv6Cluster ? world.primaryAddress("node1") : nodeIpv6(world);
                String outside = ipv6Cluster ? world.outsideAddress() : world.outsideIpv6Address();
                String config = config(ipv6Cluster, version, nodeIp);
                Pod web = world.createPod("node1", "web");
                Pod database = world.createPod("node1", "database");
                TestWorld.Traces before = world.traces("node1");

                JsonNode first = add(node, web, version);
                JsonNode result = egress(node, web, config, first);
                egress(node, database, config, add(node, database, version));

                assertThat(web.seenOutside(outside)).isEqualTo(nodeIp);
                assertThat(database.seenOutside(outside)).isEqualTo(nodeIp);
                String ifName = ipv6Cluster ? "v4if0" : "v6if0";
                assertAppended(result, first, ifName, web);
                String others = addressOf(database);
                sendByTheHost(web, ifName, others);
                assertThatThrownBy(() -> web.seenBy(database, others)).isInstanceOf(ConnectException.class);

                for (Pod pod : List.of(database, web)) {
                    CniRequest request = egressRequest(pod, config, "{}");
                    assertThat(node.check(request).getExitCode()).isZero();
                    assertThat(node.del(request).getExitCode()).isZero();
                    assertThat(node.del(CniChannel.request(pod, own(version))).getExitCode())
                            .isZero();
                    assertThat(pod.has(ifName)).isFalse();
                }
                Eventually.is(before, "what is left of the pods", () -> world.traces("node1"));
                assertThat(started()).contains("host-local ADD", "host-local CHECK", "host-local DEL");
                assertThat(nodeAddresses()).isEmpty();
            }
        }
    }

    private static void assertAppended(JsonNode result, JsonNode before, String ifName, Pod pod) {
        int count = before.path("interfaces").size();
        assertThat(result.path("ips")).isEqualTo(before.path("ips"));
        assertThat(result.path("interfaces")).hasSize(count + 2);
        for (int index = 0; index < count; index++) {
            assertThat(result.at("/interfaces/" + index)).isEqualTo(before.at("/interfaces/" + index));
        }
        assertThat(result.at("/interfaces/" + count + "/name").asText()).startsWith("veth");
        assertThat(result.at("/interfaces/" + count).has("sandbox")).isFalse();
        assertThat(result.at("/interfaces/" + (count + 1) + "/name").asText()).isEqualTo(ifName);
        assertThat(result.at("/interfaces/" + (count + 1) + "/sandbox").asText())
                .isEqualTo(pod.namespace().toString());
    }

    @Test
    void theHundredAndFirstAddStartsAsManyProgramsAsTheFirst() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var _ = daemon(world, Map.of(), "nft");
                var node = new CniChannel(world.node("node1").socket())) {
            String config = config(true, "1.0.0", world.primaryAddress("node1"));
            for (int number = 1; number <= 101; number++) {
                Pod pod = world.createPod("node1", "pod" + number);
                Files.deleteIfExists(log());
                add(node, egressRequest(pod, config, "{}"));
                if (number == 1 || number == 101) {
                    assertThat(started()).containsExactly("host-local ADD", "iptables-restore");
                }
            }
            Pod last = new Pod(world.createPod("node1", "other").namespace(), "pod101");
            Files.delete(log());
            assertThat(node.del(egressRequest(last, config, "{}")).getExitCode())
                    .isZero();
            assertThat(started()).containsExactlyInAnyOrder("host-local DEL", "iptables-restore");
        }
    }

    @Test
    void switchedOffItHandsOnTheResultAndStillTakesAwayWhatAPodHad() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var _ = daemon(world, Map.of(), "nft");
                var node = new CniChannel(world.node("node1").socket())) {
            String on = config(true, "1.0.0", world.primaryAddress("node1"));
            String off = on.replace("\"enabled\":\"true\"", "\"enabled\":\"false\"");
            Pod pod = world.createPod("node1", "web");
            TestWorld.Traces before = world.traces("node1");
            add(node, egressRequest(pod, on, "{}"));
            assertThat(nodeAddresses()).hasSize(1);

            assertThat(node.del(egressRequest(pod, off, "{}")).getExitCode()).isZero();

            Eventually.is(before, "what is left of the pod", () -> world.traces("node1"));
            assertThat(nodeAddresses()).isEmpty();
            Files.delete(log());
            String previous = "{\"cniVersion\":\"1.0.0\",\"some\":[\"thing\"]}";
            assertThat(add(node, egressRequest(pod, off, previous)).toString()).isEqualTo(previous);
            assertThat(node.del(egressRequest(pod, off, "{}")).getExitCode()).isZero();
            assertThat(log()).as("programs started").doesNotExist();
        }
    }

    @Test
    void anErrorOfTheDelegateIsHandedOnAndAMissingOneIsNamed() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var _ = daemon(world, Map.of(), "nft");
                var node = new CniChannel(world.node("node1").socket())) {
            String config = config(true, "1.0.0", world.primaryAddress("node1"));
            Pod pod = world.createPod("node1", "web");
            add(node, egressRequest(pod, config, "{}"));

            CniReply again = CniChannel.await(node.add(egressRequest(pod, config, "{}")));
            assertThat(again.getExitCode()).isEqualTo(1);
            assertThat(CniChannel.json(again).path("code").asInt()).isEqualTo(999);
            assertThat(CniChannel.json(again).path("msg").asText())
                    .endsWith("169.254.172.2 has been allocated to container-web, duplicate allocation is not allowed");

            Files.delete(bin().resolve("host-local"));
            CniReply missing = node.del(egressRequest(pod, config, "{}"));
            assertThat(CniChannel.json(missing).path("msg").asText())
                    .startsWith("running IPAM plugin failed: failed to find plugin \"host-local\" in path [" + bin());
            assertThat(CniChannel.json(missing).path("details").asText()).contains("/opt/cni/bin");
        }
    }

    @Test
    void gcTakesAwayWhatTheRuntimeForgotAndStatusAsksForTheDelegate() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var _ = daemon(world, Map.of("VPCCNI_ALLOWED_UID", "1"), "nft");
                var node = new CniChannel(world.node("node1").socket())) {
            String config = config(true, "1.1.0", world.primaryAddress("node1"));
            Pod kept = world.createPod("node1", "kept");
            Pod forgotten = world.createPod("node1", "forgotten");
            add(node, egressRequest(kept, config, "{}"));
            TestWorld.Traces before = world.traces("node1");
            add(node, egressRequest(forgotten, config, "{}"));
            String known = ",\"cni.dev/valid-attachments\":[{\"containerID\":\"container-kept\",\"ifname\":\"eth0\"}]}";

            CniReply nothingKnown = node.gc(egressRequest(kept, config, "{}"));
            assertThat(CniChannel.json(nothingKnown).path("msg").asText()).contains("valid-attachments is missing");
            CniReply older = node.gc(egressRequest(kept, config.replace("1.1.0", "1.0.0"), "{}"));
            assertThat(CniChannel.json(older).path("msg").asText()).isEqualTo("config version does not allow GC");
            assertThat(node.gc(egressRequest(kept, config.replaceFirst("}$", known), "{}"))
                            .getExitCode())
                    .isZero();

            Eventually.is(before, "what is left of the forgotten pod", () -> world.traces("node1"));
            assertThat(nodeAddresses()).hasSize(1);
            assertThat(addressOf(kept)).isNotEmpty();

            assertThat(node.status(egressRequest(kept, config, "{}")).getExitCode())
                    .isZero();
            Files.delete(bin().resolve("host-local"));
            CniRequest elsewhere = egressRequest(kept, config, "{}").toBuilder()
                    .setPath(HostLocal.FOLDER.toString())
                    .build();
            CniReply missing = node.status(elsewhere);
            assertThat(CniChannel.json(missing).path("code").asInt()).isEqualTo(50);
            assertThat(CniChannel.json(missing).path("details").asText())
                    .isEqualTo("failed to find plugin \"host-local\" in path [" + bin() + "]");
        }
    }

    private DaemonProcess daemon(TestWorld world, Map<String, String> settings, String kind) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/iptables-" + kind)), "iptables-" + kind + " is not installed");
        Files.createDirectories(bin());
        for (String program : List.of("iptables", "ip6tables")) {
            for (String part : List.of("", "-save", "-restore")) {
                logging(program + part, "", "/usr/sbin/" + program + "-" + kind + part);
            }
        }
        logging(
                "host-local",
                " $CNI_COMMAND",
                HostLocal.FOLDER.resolve("host-local").toString());
        Map<String, String> variables = new HashMap<>(world.variables("node1", settings));
        variables.put("PATH", bin() + ":/usr/bin:/bin");
        variables.put("HOST_CNI_BIN_PATH", bin().toString());
        return new DaemonProcess(variables, folder.resolve("daemon.log"));
    }

    private void logging(String name, String more, String program) throws IOException {
        Path script = Files.writeString(
                bin().resolve(name),
                "#!/bin/sh\necho %s%s >> %s\nexec %s \"$@\"\n".formatted(name, more, log(), program));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path bin() {
        return folder.resolve("bin");
    }

    private Path log() {
        return folder.resolve("started.log");
    }

    /** The programs that egress started: it never runs {@code iptables-save}, by which the daemon looks after the host's own rules. */
    private List<String> started() throws IOException {
        return Files.readAllLines(log()).stream()
                .filter(program -> !program.endsWith("tables-save"))
                .toList();
    }

    /** A pod that looks for neighbours on its own link finds none; this one is a step ahead. */
    private static void sendByTheHost(Pod pod, String ifName, String address) throws IOException {
        try (NetnsFd inside = NetnsFd.open(pod.namespace());
                Netlink netlink = Netlink.in(inside)) {
            Prefix destination = Prefix.of(address);
            int link = netlink.link(ifName).orElseThrow().index();
            Route everything = netlink
                    .routes(RouteFilter.of(destination.family()).device(link))
                    .stream()
                    .filter(route -> route.destination().length() == 0)
                    .findFirst()
                    .orElseThrow();
            netlink.batch()
                    .replace(Route.to(destination).device(link).via(Objects.requireNonNull(everything.gateway())))
                    .run();
        }
    }

    /** By host-local's own files. */
    private String addressOf(Pod pod) throws IOException {
        for (Path file : nodeAddresses()) {
            if (Files.readString(file).equals("container-" + pod.name() + "\r\neth0")) {
                return file.getFileName().toString();
            }
        }
        throw new AssertionError("host-local knows of no " + pod);
    }

    /** Addresses in use by host-local's own files. */
    private List<Path> nodeAddresses() throws IOException {
        try (var files = Files.list(folder.resolve("ipam/aws-cni"))) {
            return files.filter(file -> file.getFileName().toString().matches("169.*|fd00.*"))
                    .toList();
        }
    }

    private static String own(String version) {
        return CniChannel.CONFIG.replace("1.0.0", version);
    }

    private String config(boolean ipv6Cluster, String version, String nodeIp) {
        return """
                {"cniVersion":"%s","name":"aws-cni","type":"egress-cni","mtu":"9001","enabled":"true",\
                "randomizeSNAT":"prng","nodeIP":"%s","ipam":{"type":"host-local","ranges":[[{"subnet":"%s"}]],\
                "routes":[{"dst":"%s"}],"dataDir":"%s"},"prevResult":PREVIOUS}""".formatted(
                        version,
                        nodeIp,
                        ipv6Cluster ? "169.254.172.0/22" : "fd00::ac:00/118",
                        ipv6Cluster ? "0.0.0.0/0" : "::/0",
                        folder.resolve("ipam"));
    }

    private static CniRequest egressRequest(Pod pod, String config, String previous) {
        return CniChannel.request(pod, config.replace("PREVIOUS", previous)).toBuilder()
                .setPlugin("egress-cni")
                .setPath("/opt/no-such-folder")
                .build();
    }

    private static JsonNode egress(CniChannel node, Pod pod, String config, JsonNode previous) throws Exception {
        return add(node, egressRequest(pod, config, previous.toString()));
    }

    private static JsonNode add(CniChannel node, Pod pod, String version) throws Exception {
        return add(node, CniChannel.request(pod, own(version)));
    }

    private static JsonNode add(CniChannel node, CniRequest request) throws Exception {
        CniReply reply = CniChannel.await(node.add(request));
        assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
        return CniChannel.json(reply);
    }

    private static String nodeIpv6(TestWorld world) throws IOException {
        try (NetnsFd namespace =
                        NetnsFd.open(Path.of(String.valueOf(world.node("node1").networkNamespace())));
                Netlink netlink = Netlink.in(namespace)) {
            return netlink.addrs(0).stream()
                    .map(addr -> addr.prefix().address())
                    .filter(address -> Family.of(address) == Family.IPV6)
                    .filter(address -> !address.isLinkLocalAddress() && !address.isLoopbackAddress())
                    .map(address -> IpAddress.of(address.getAddress()).toString())
                    .findFirst()
                    .orElseThrow();
        }
    }
}
