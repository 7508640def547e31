package io.vpccni.emulator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.Http;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ipv4Cidr;
import io.vpccni.emulator.cloud.Peer;
import io.vpccni.emulator.cloud.Traffic;
import io.vpccni.emulator.fabric.Fabric;
import io.vpccni.emulator.fabric.WorldName;
import io.vpccni.emulator.kubernetes.KubernetesServer;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodToolTest {
    // What the plugin and its daemon do together, for a pod on the primary ENI: it runs in the node's namespace.
    private static final String WIRE = """
            pod=$(basename "$CNI_NETNS")
            link=eni$(echo "$CNI_CONTAINERID" | cut -c1-8)
            if [ "$CNI_COMMAND" = ADD ]; then
              address=$(cat %1$s)
              ip link add "$link" type veth peer name eth0 netns "$pod" || exit 1
              ip link set "$link" up
              ip route add "$address" dev "$link"
              ip -n "$pod" link set eth0 up
              ip -n "$pod" address add "$address/32" dev eth0
              ip -n "$pod" route add 169.254.1.1 dev eth0
              ip -n "$pod" route add default via 169.254.1.1
              mac=$(cat "/sys/class/net/$link/address" 2>/dev/null || ip -br link show "$link" | awk '{print $3}')
              ip -n "$pod" neigh add 169.254.1.1 lladdr "$mac" dev eth0 nud permanent
              echo '{"ips":[{"version":"4","address":"'"$address"'/32"}]}'
            else
              ip link del "$link"
            fi
            """;

    private record Ended(int code, String out, String err) {}

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Ended run(String... arguments) throws InterruptedException {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var tool = new PodTool(
                folder.resolve("world.json"),
                folder.resolve("no-classes").toString(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        int code = tool.run(List.of(arguments));
        return new Ended(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private WorldFile describe(String world, Emulator emulator) throws IOException {
        return describe(world, emulator, null);
    }

    private WorldFile describe(String world, Emulator emulator, @Nullable URI kubernetes) throws IOException {
        var nodes = emulator.nodes().stream()
                .map(node -> new WorldFile.Node(
                        node.name(),
                        emulator.namespaceOf(node.name()).orElse(null),
                        folder.resolve(node.name()).resolve("ipamd.sock"),
                        folder.resolve(node.name())))
                .toList();
        var file = new WorldFile(
                world,
                emulator.adminEndpoint(),
                kubernetes,
                emulator.outsideAddress().orElse(null),
                nodes);
        file.write(folder.resolve("world.json"));
        return file;
    }

    private Path address(String node) {
        return folder.resolve(node + "-address");
    }

    /** Puts a plugin on the node that gives its pods one address of EC2. */
    private void preparePlugin(Emulator emulator, WorldFile.Node node) throws IOException {
        String instance = emulator.node(node.name()).instanceId();
        String address = emulator.decide((core, now) -> {
            var eni = core.cloud().world().primaryInterface(instance).orElseThrow();
            core.submit(new Ec2Request.AssignPrivateIpAddresses(eni.id(), AddressWish.count(1), false), now);
            return core.cloud()
                    .world()
                    .primaryInterface(instance)
                    .orElseThrow()
                    .addresses()
                    .getLast()
                    .toString();
        });
        Files.writeString(address(node.name()), address);
        Files.createDirectories(node.plugins());
        new ScriptPlugins(node.plugins()).write("aws-cni", WIRE.formatted(address(node.name())));
    }

    @Test
    @RequiresNetworkNamespaces
    void podsOfTwoNodesComeReachEachOtherAndGo() throws Exception {
        try (var emulator = Emulator.start(EmulatorOptions.instant());
                var _ = Fabric.start(emulator, "podtool")) {
            var world = describe("podtool", emulator);
            for (var node : world.nodes()) {
                preparePlugin(emulator, node);
            }
            var namespace = new WorldName("podtool").pod("node1", "web");

            var first = run("add", "web");
            var second = run("add", "db", "--node", "2", "--namespace", "data");

            assertThat(first).as(first.toString()).returns(0, Ended::code);
            assertThat(first.out())
                    .contains("\"address\" : \"" + Files.readString(address("node1")) + "/32\"")
                    .contains("default via 169.254.1.1 dev eth0")
                    // Nobody does SNAT here, and a secondary address has no way out without it.
                    .contains("ping outside 203.0.113.10: 3 packets transmitted, 0 received");
            assertThat(second.out())
                    .contains("ping web on node1 " + Files.readString(address("node1"))
                            + ": 3 packets transmitted, 3 received");
            try (var fd = NetnsFd.open(namespace);
                    var netlink = Netlink.in(fd)) {
                assertThat(netlink.link("lo").orElseThrow().up()).isTrue();
            }
            assertThat(run("list").out().lines().map(line -> line.replaceAll(" +", " ")))
                    .contains("db data node2 " + Files.readString(address("node2"))
                            + " /run/netns/vpccni-podtool-pod-node2-db");
            assertThat(run("add", "web").err()).isEqualTo("pod: node1 has a pod web: del it first\n");
            assertThat(run("check", "web").out()).startsWith("not called: ");
            assertThat(run("del", "web")).isEqualTo(new Ended(0, "deleted web from node1\n", ""));
            assertThat(namespace).doesNotExist();
            assertThat(run("list").out()).doesNotContain("web").contains("db");
        }
    }

    @Test
    @RequiresNetworkNamespaces
    void inAClusterAPodIsAnObjectThatIsBoundRunsAndGoes() throws Exception {
        try (var emulator = Emulator.start(EmulatorOptions.instant());
                var _ = Fabric.start(emulator, "podtool");
                var cluster = KubernetesServer.start(emulator)) {
            var node =
                    describe("podtool", emulator, cluster.url()).node("node2").orElseThrow();
            preparePlugin(emulator, node);
            String path = "/api/v1/namespaces/default/pods/web";

            var added = run("add", "web", "--node", "2", "--labels", "app=web");

            assertThat(added).as(added.toString()).returns(0, Ended::code);
            var pod = new ObjectMapper()
                    .readTree(Http.call("GET", cluster.url(), path, "").body());
            assertThat(pod.at("/spec/nodeName").asText()).isEqualTo("node2");
            assertThat(pod.at("/metadata/labels/app").asText()).isEqualTo("web");
            assertThat(pod.at("/status/phase").asText()).isEqualTo("Running");
            assertThat(pod.at("/status/podIP").asText()).isEqualTo(Files.readString(address("node2")));
            assertThat(PodRecord.find(node, "web").orElseThrow().uid())
                    .isEqualTo(pod.at("/metadata/uid").asText());

            assertThat(run("del", "web")).isEqualTo(new Ended(0, "deleted web from node2\n", ""));
            assertThat(Http.call("GET", cluster.url(), path, "").statusCode()).isEqualTo(404);
        }
    }

    @Test
    @RequiresNetworkNamespaces
    void aPodForWhichNoNodeHasABranchLeftIsPending() throws Exception {
        try (var emulator = Emulator.start(EmulatorOptions.instant());
                var _ = Fabric.start(emulator, "podtool");
                var cluster = KubernetesServer.start(emulator)) {
            describe("podtool", emulator, cluster.url());
            // As a webhook leaves it.
            Http.call(
                    "POST",
                    cluster.url(),
                    "/api/v1/namespaces/default/pods",
                    "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"containers\":[{\"resources\":"
                            + "{\"requests\":{\"vpc.amazonaws.com/pod-eni\":\"1\"}}}]}}");

            assertThat(run("add", "web"))
                    .isEqualTo(new Ended(
                            1,
                            "",
                            "web is Pending: 0/2 nodes are available: 2 Insufficient vpc.amazonaws.com/pod-eni.\n"
                                    + "add it again to try again, or del it\n"));
            assertThat(run("del", "web")).isEqualTo(new Ended(0, "deleted web, which no node had\n", ""));
        }
    }

    @Test
    void aPolicyNamesGroupsThatTheEmulatorHas() throws Exception {
        try (var emulator = Emulator.start(EmulatorOptions.instant());
                var cluster = KubernetesServer.start(emulator)) {
            describe("podtool", emulator, cluster.url());

            String group =
                    run("group", "web", "--allow", "tcp:80:10.0.0.0/8").out().strip();
            run("group", "web", "--allow", "tcp:80:10.0.0.0/8", "--allow", "icmp::web");
            var made = run("policy", "web", "--labels", "app=web", "--groups", "web,default");

            assertThat(made).as(made.toString()).returns(0, Ended::code);
            List<String> rules = emulator.ask(
                    core -> Objects.requireNonNull(core.cloud().world().groups().get(group)).rules(false).stream()
                            .map(rule -> rule.traffic() + " " + rule.peer())
                            .toList());
            assertThat(rules)
                    .containsExactly(
                            Traffic.of("tcp", 80, 80) + " " + new Peer.Ipv4Range(Ipv4Cidr.parse("10.0.0.0/8")),
                            Traffic.of("icmp", -1, -1) + " " + new Peer.Group(group));
            assertThat(Http.call(
                                    "GET",
                                    cluster.url(),
                                    "/apis/vpcresources.k8s.aws/v1beta1/namespaces/default/securitygrouppolicies/web",
                                    "")
                            .body())
                    .contains("\"matchLabels\":{\"app\":\"web\"}")
                    .contains("\"groupIds\":[\"" + group + "\",\"sg-");
            assertThat(run("policy", "no", "--labels", "app=web", "--groups", "none")
                            .err())
                    .isEqualTo("pod: there is no security group none: dev/pod group none makes one\n");
            assertThat(run("group", "web", "--allow", "tcp:80").err())
                    .isEqualTo("pod: the emulator: A rule is like tcp:80:10.0.0.0/8, not 'tcp:80'.\n");
        }
    }

    @Test
    @RequiresNetworkNamespaces
    void aPodThatCannotBeWiredIsTakenBack() throws Exception {
        try (var emulator = Emulator.start(EmulatorOptions.instant());
                var _ = Fabric.start(emulator, "podtool")) {
            var node = describe("podtool", emulator).nodes().getFirst();
            Files.createDirectories(node.plugins());
            var plugins = new ScriptPlugins(node.plugins());
            plugins.write("aws-cni", "[ $CNI_COMMAND = DEL ] || { echo '{\"code\":100,\"msg\":\"no\"}'; exit 1; }");

            var ended = run("add", "web");

            assertThat(ended.code()).isEqualTo(1);
            assertThat(ended.err()).startsWith("aws-cni failed at ADD, code 100 (the plugin's own): no\n");
            assertThat(plugins.commands()).containsExactly("ADD aws-cni", "DEL aws-cni");
            assertThat(new WorldName("podtool").pod("node1", "web")).doesNotExist();
            assertThat(run("list").out().lines()).hasSize(1);
        }
    }

    @Test
    @RequiresNetworkNamespaces
    void installingAnswersWithTheNodesNamespaceForOtherRuntimes() throws Exception {
        try (var emulator = Emulator.start(EmulatorOptions.instant());
                var _ = Fabric.start(emulator, "podtool")) {
            var node = describe("podtool", emulator).nodes().getLast();
            Files.createDirectories(node.plugins());
            new ScriptPlugins(node.plugins()).write("aws-cni", "exit 0");

            assertThat(run("install", "--node", "2"))
                    .isEqualTo(new Ended(0, new WorldName("podtool").node("node2") + "\n", ""));

            assertThat(node.configuration()).content().contains("\"aws-cni\"");
        }
    }

    @Test
    @RequiresNetworkNamespaces
    void anInstallerThatFailsIsShown() throws Exception {
        try (var emulator = Emulator.start(EmulatorOptions.instant());
                var _ = Fabric.start(emulator, "podtool")) {
            describe("podtool", emulator);

            assertThat(run("add", "web").err())
                    .startsWith("pod: cannot install aws-cni on node1 from " + folder.resolve("no-classes"));
        }
    }

    @Test
    @RequiresNetworkNamespaces
    void theWholeChainIsThePublishedListAndWhatIsNotOurs() throws Exception {
        try (var emulator = Emulator.start(EmulatorOptions.instant());
                var _ = Fabric.start(emulator, "podtool")) {
            var node = describe("podtool", emulator).nodes().getLast();
            Files.createDirectories(node.configuration().getParent());
            Files.writeString(node.configuration(), "{\"name\":\"net\",\"plugins\":[{\"type\":\"aws-cni\"}]}");

            var ended = run("chain", "--node", "2", "--publish", "8080:80", "--bandwidth", "10M");

            assertThat(NetworkList.parse(ended.out()).plugins())
                    .extracting(plugin -> plugin.path("type").asText())
                    .containsExactly("aws-cni", "portmap", "bandwidth", "tuning");
        }
    }

    @Test
    void whatAnotherRuntimeConnectedIsDeletedByItsOwnListAndTheRestIsTried() throws Exception {
        var plugins = new ScriptPlugins(Files.createDirectory(folder.resolve("bin")));
        plugins.writeGood("first", "10.0.0.9/32");
        plugins.write("second", """
                case "$CNI_COMMAND $CNI_CONTAINERID" in
                  ADD*) echo '{"ips":[{"version":"4","address":"10.0.0.9/32"}]}' ;;
                  "DEL broken") echo '{"code":100,"msg":"not now"}'; exit 1 ;;
                esac
                """);
        var results = folder.resolve("cache");
        var list = NetworkList.parse("{\"name\":\"net\",\"cniVersion\":\"0.4.0\",\"plugins\":[{\"type\":\"first\"},"
                + "{\"type\":\"second\",\"runtimeConfig\":{\"portMappings\":[{\"hostPort\":80}]}}]}");
        var runtime = CniRuntime.of(list, List.of(plugins.folder()), results);
        for (String container : List.of("broken", "whole")) {
            runtime.add(Sandbox.ofPod(container, Path.of("/run/netns/gone"), "default", container));
        }

        var ended = run("disconnect", results.toString(), plugins.folder().toString());

        assertThat(ended)
                .isEqualTo(new Ended(1, "", "broken: second failed at DEL, code 100 (the plugin's own): not now\n"));
        var deletes = plugins.made().stream()
                .filter(call -> call.environment().startsWith("whole ")
                        && call.command().equals("DEL"))
                .toList();
        assertThat(deletes).extracting(ScriptPlugins.Call::plugin).containsExactly("second", "first");
        assertThat(deletes.getFirst()
                        .input()
                        .at("/runtimeConfig/portMappings/0/hostPort")
                        .asInt())
                .isEqualTo(80);
        assertThat(deletes.getFirst().input().at("/prevResult/ips/0/address").asText())
                .isEqualTo("10.0.0.9/32");
        assertThat(deletes.getFirst().environment()).contains(" eth0 IgnoreUnknown=1;K8S_POD_NAMESPACE=default;");
        assertThat(results.resolve("results")).isDirectoryContaining("glob:**broken*");
        assertThat(results.resolve("results")).isDirectoryNotContaining("glob:**whole*");
    }

    @Test
    void whereNothingWasConnectedNothingIsDeleted() throws Exception {
        assertThat(run("disconnect", folder.toString(), folder.toString())).isEqualTo(new Ended(0, "", ""));
    }

    @Test
    void withoutAWorldItSaysHowToGetOne() throws InterruptedException {
        assertThat(run("add", "web"))
                .isEqualTo(new Ended(
                        2,
                        "",
                        "pod: there is no world (" + folder.resolve("world.json")
                                + "): start ./mvnw quarkus:dev first\n"));
    }

    @Test
    void aWorldWithoutFabricHasNoPods() throws Exception {
        try (var emulator = Emulator.start(EmulatorOptions.instant())) {
            describe("podtool", emulator);

            assertThat(run("add", "web").err())
                    .isEqualTo("pod: this world has no network (dry): run it as root on Linux\n");
            assertThat(run("del", "web", "--node", "7").err())
                    .isEqualTo("pod: there is no node node7, only [node1, node2]\n");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "no such command, start web, there is no command 'start web'",
                "no name, add, \"'add' needs the name of a pod\"",
                "a path as name, del ../x, \"'del' needs the name of a pod\"",
                "an unknown option, add web --colour red, there is no option --colour",
                "no value, add web --node, --node needs a value",
                "a port without a container's, chain --publish 80, --publish 80 is not like 8080:80 or 5300:53/udp",
                "a rate without a unit, chain --bandwidth 10, --bandwidth 10 is not like 10M",
                "no value for the chain, chain --node, --node needs a value",
                "an option of add, chain --namespace x, there is no option --namespace",
                "one folder, disconnect x, 'disconnect' needs two folders",
                "a list of arguments, add web --namespace a;b, \"'a;b' is no name of a namespace\""
            })
    void aWrongCallIsExplained(String name, String line, String message) throws InterruptedException {
        var ended = run(line.split(" "));

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).startsWith("pod: " + message);
    }

    @Test
    void helpIsThere() throws InterruptedException {
        assertThat(run()).isEqualTo(new Ended(0, PodArguments.USAGE, ""));
    }
}
