package io.vpccni.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.EgressPlan;
import io.vpccni.dataplane.EgressPod;
import io.vpccni.kernel.EgressNetwork.Attachment;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import io.vpccni.testing.HostLocal;
import io.vpccni.testing.RequiresHostLocal;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Egress of both kinds on a real kernel, with the real host-local and iptables. */
@RequiresNetworkNamespaces
@RequiresHostLocal
class EgressNetworkTest {

    /** The two kinds, with what differs between them. */
    enum Kind {
        V4("10.0.0.10", "169.254.172.0/22", "0.0.0.0/0", NodeFixture.INTERNET),
        V6("2001:db8::10", "fd00::ac:00/118", "::/0", "2001:db8:ffff::1");

        private final IpAddress node;
        private final String subnet;
        private final String destination;
        private final String internet;

        Kind(String node, String subnet, String destination, String internet) {
            this.node = IpAddress.parse(node);
            this.subnet = subnet;
            this.destination = destination;
            this.internet = internet;
        }

        private String iptables() {
            return this == V4 ? "iptables" : "ip6tables";
        }
    }

    @TempDir
    private Path folder = Path.of("");

    private NodeFixture fixture;
    private LinuxNodeNetwork network;
    private EgressNetwork egress;

    @BeforeEach
    void start() throws IOException {
        fixture = new NodeFixture();
        fixture.giveIpv6();
        network = fixture.network();
        egress = network.egress();
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
        fixture.close();
    }

    @ParameterizedTest
    @EnumSource
    void aPodReachesTheInternetByTheNodesAddressAndNothingIsLeftOfIt(Kind kind) throws Exception {
        Traces before = traces();
        NetnsFd pod = fixture.pod();

        EgressPlan plan = await(egress.connect(pod(kind, pod, "c1"), ipam(kind, pod, "c1")));

        assertThat(plan.ifName()).isEqualTo(kind == Kind.V4 ? "v4if0" : "v6if0");
        assertThat(NodeFixture.peerSeen(pod, fixture.router, kind.internet))
                .isEqualTo(KernelWords.inet(kind.node).getHostAddress());
        assertThat(state()).containsExactly("c1");
        assertThat(await(egress.check(pod(kind, pod, "c1"), ipam(kind, pod, "c1"))))
                .isEmpty();

        await(egress.disconnect(kind.node.family(), ipam(kind, pod, "c1")));

        assertGone(before);
        assertThat(inside(pod).links()).containsExactly("lo");
    }

    @ParameterizedTest
    @EnumSource
    void delAgainOrOfAnUnknownContainerChangesNothing(Kind kind) throws Exception {
        Traces before = traces();
        NetnsFd pod = fixture.pod();
        await(egress.connect(pod(kind, pod, "c1"), ipam(kind, pod, "c1")));
        for (int time = 0; time < 2; time++) {
            await(egress.disconnect(kind.node.family(), ipam(kind, pod, "c1")));
            assertGone(before);
        }
        await(egress.disconnect(kind.node.family(), ipam(kind, pod, "never-added")));
        assertGone(before);
    }

    @ParameterizedTest
    @EnumSource
    void aContainerWithoutNamespaceLeavesNothing(Kind kind) throws Exception {
        Traces before = traces();
        NetnsFd pod = fixture.pod();
        await(egress.connect(pod(kind, pod, "c1"), ipam(kind, pod, "c1")));
        Path file = fixture.pathOf(pod);
        pod.close();
        Netns.delete(file);

        await(egress.disconnect(kind.node.family(), withoutNamespace(ipam(kind, pod, "c1"))));

        assertGone(before);
    }

    @ParameterizedTest
    @EnumSource
    void anAddressThatIsGoneStillLeavesNoChain(Kind kind) throws Exception {
        Traces before = traces();
        NetnsFd pod = fixture.pod();
        await(egress.connect(pod(kind, pod, "c1"), ipam(kind, pod, "c1")));
        forgetAddresses();

        await(egress.disconnect(kind.node.family(), ipam(kind, pod, "c1")));

        assertThat(traces().rules()).isEqualTo(before.rules());
    }

    @ParameterizedTest
    @EnumSource
    void aLinkThatTheReferenceNamedGoesWithItsContainer(Kind kind) throws Exception {
        Traces before = traces();
        NetnsFd pod = fixture.pod();
        EgressPlan plan = await(egress.connect(pod(kind, pod, "c1"), ipam(kind, pod, "c1")));
        Link link = fixture.inNode().link(plan.hostLink()).orElseThrow();
        fixture.inNode()
                .batch()
                .set(link.index(), LinkChange.down())
                .set(link.index(), LinkChange.name("veth0badcafe"))
                .set(link.index(), LinkChange.up())
                .replace(KernelWords.route(plan.hostRoute(), link.index()))
                .run();

        await(egress.disconnect(kind.node.family(), withoutNamespace(ipam(kind, pod, "c1"))));

        assertGone(before);
    }

    @ParameterizedTest
    @EnumSource
    void aSecondAddIsRefusedAndHurtsTheFirstInNothing(Kind kind) throws IOException {
        NetnsFd pod = fixture.pod();
        await(egress.connect(pod(kind, pod, "c1"), ipam(kind, pod, "c1")));

        assertThatThrownBy(() -> await(egress.connect(pod(kind, pod, "c1"), ipam(kind, pod, "c1"))))
                .hasStackTraceContaining("duplicate allocation is not allowed");

        assertThat(await(egress.check(pod(kind, pod, "c1"), ipam(kind, pod, "c1"))))
                .isEmpty();
        assertThat(NodeFixture.peerSeen(pod, fixture.router, kind.internet))
                .isEqualTo(KernelWords.inet(kind.node).getHostAddress());
    }

    @ParameterizedTest
    @EnumSource
    void whatAnEarlierAddLeftIsReplaced(Kind kind) throws Exception {
        Traces before = traces();
        NetnsFd pod = fixture.pod();
        await(egress.connect(pod(kind, pod, "c1"), ipam(kind, pod, "c1")));
        forgetAddresses();

        await(egress.connect(pod(kind, pod, "c1"), ipam(kind, pod, "c1")));

        assertThat(await(egress.check(pod(kind, pod, "c1"), ipam(kind, pod, "c1"))))
                .isEmpty();
        await(egress.disconnect(kind.node.family(), ipam(kind, pod, "c1")));
        assertGone(before);
    }

    @ParameterizedTest
    @EnumSource
    void aRouteToAnEarlierOwnerOfTheAddressIsReplaced(Kind kind) throws IOException {
        NetnsFd pod = fixture.pod();
        String first = kind == Kind.V4 ? "169.254.172.2" : "fd00::ac:2";
        int ens5 = fixture.inNode().link("ens5").orElseThrow().index();
        fixture.inNode().batch().add(Route.to(Prefix.of(first)).device(ens5)).run();

        await(egress.connect(pod(kind, pod, "c1"), ipam(kind, pod, "c1")));

        assertThat(NodeFixture.peerSeen(pod, fixture.router, kind.internet))
                .isEqualTo(KernelWords.inet(kind.node).getHostAddress());
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftWhenTheRulesAreRefused(Kind kind) throws Exception {
        Traces before = traces();
        NetnsFd pod = fixture.pod();
        // It ends up in the comment, where no name that the daemon lets through can do harm.
        EgressPod misnamed =
                new EgressPod("x\" --no-such-option \"", "c1", "eth0", fixture.pathOf(pod), kind.node, "prng", 1400);

        assertThatThrownBy(() -> await(egress.connect(misnamed, ipam(kind, pod, "c1"))))
                .hasStackTraceContaining(kind.iptables() + " refuses");

        assertGone(before);
        assertThat(inside(pod).links()).containsExactly("lo");
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftWhenTheLinksAreRefused(Kind kind) throws Exception {
        Traces before = traces();
        NetnsFd pod = fixture.pod();
        EgressPod tooLarge = new EgressPod("aws-cni", "c1", "eth0", fixture.pathOf(pod), kind.node, "prng", 1_000_000);

        assertThatThrownBy(() -> await(egress.connect(tooLarge, ipam(kind, pod, "c1"))))
                .hasStackTraceContaining("link add");

        assertGone(before);
        assertThat(inside(pod).links()).containsExactly("lo");
    }

    @Test
    void nothingIsLeftWhenThePodHasADefaultRouteAlready() throws Exception {
        Traces before = traces();
        NetnsFd pod = fixture.pod();
        try (Netlink inPod = Netlink.in(pod)) {
            inPod.batch()
                    .set("lo", LinkChange.up())
                    .add(Route.toDefault(Family.IPV4).device(1))
                    .run();
        }
        assertThatThrownBy(() -> await(egress.connect(pod(Kind.V4, pod, "c1"), ipam(Kind.V4, pod, "c1"))))
                .hasStackTraceContaining("EEXIST");
        assertGone(before);
        assertThat(inside(pod).links()).containsExactly("lo");
    }

    @Test
    void thePodsNetworkIsAsTheReferenceMakesIt() throws IOException {
        NetnsFd pod = fixture.pod();
        EgressPlan plan = await(egress.connect(pod(Kind.V4, pod, "c1"), ipam(Kind.V4, pod, "c1")));
        Inside inside = inside(pod);
        assertThat(inside.links()).containsExactlyInAnyOrder("lo", "v4if0");
        assertThat(inside.addresses()).containsExactly("169.254.172.2/22");
        assertThat(inside.routes())
                .containsExactlyInAnyOrder(
                        "0.0.0.0/0 via 169.254.172.1",
                        "169.254.172.0/22 via 169.254.172.1 src 169.254.172.2",
                        "169.254.172.1/32 src 169.254.172.2");
        Link host = fixture.inNode().link(plan.hostLink()).orElseThrow();
        assertThat(host.mtu()).isEqualTo(1400);
        assertThat(fixture.inNode().addrs(host.index()))
                .filteredOn(addr -> Family.of(addr.prefix().address()) == Family.IPV4)
                .extracting(Addr::toString)
                .containsExactly("169.254.172.1/32 dev " + host.index() + " scope link");
    }

    @Test
    void aNodeOfIpv6ForwardsIpv4FromItsFirstPodOn() throws IOException {
        NetnsFd pod = fixture.pod();
        Netns.sysctl(fixture.node, "net/ipv4/ip_forward", "0");

        await(egress.connect(pod(Kind.V4, pod, "c1"), ipam(Kind.V4, pod, "c1")));

        assertThat(Netns.sysctl(fixture.node, "net/ipv4/ip_forward")).hasValue("1");
    }

    @Test
    void thePodsOwnInterfaceHasNoIpv6AndTheNewOneDoesAtOnce() throws IOException {
        NetnsFd pod = fixture.pod();
        Netns.sysctl(pod, "net/ipv6/conf/default/disable_ipv6", "1");
        try (Netlink inPod = Netlink.in(pod);
                Netlink host = fixture.inNode()) {
            inPod.batch()
                    .veth(io.vpccni.netlink.End.named("eth0"), io.vpccni.netlink.End.named("other"))
                    .run();
            await(egress.connect(pod(Kind.V6, pod, "c1"), ipam(Kind.V6, pod, "c1")));
            int link = inPod.link("v6if0").orElseThrow().index();
            assertThat(inPod.addrs(link)).hasSize(2).noneMatch(Addr::tentative);
            assertThat(Netns.sysctl(pod, "net/ipv6/conf/eth0/disable_ipv6")).hasValue("1");
            assertThat(Netns.sysctl(pod, "net/ipv6/conf/v6if0/keep_addr_on_down"))
                    .hasValue("1");
            assertThat(host.links(LinkFilter.kind("veth"))).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void checkSaysWhatSomebodyTookAway(Kind kind) throws IOException {
        NetnsFd pod = fixture.pod();
        EgressPlan plan = await(egress.connect(pod(kind, pod, "c1"), ipam(kind, pod, "c1")));
        run(kind.iptables(), "-t", "nat", "-F", plan.snat().chain().name());
        try (Netlink inPod = Netlink.in(pod)) {
            inPod.batch()
                    .delete(Route.toDefault(KernelWords.family(kind.node.family())))
                    .run();
        }
        assertThat(await(egress.check(pod(kind, pod, "c1"), ipam(kind, pod, "c1"))))
                .hasSize(2)
                .anyMatch(sentence -> sentence.contains("lacks the route \"default via"))
                .anyMatch(sentence -> sentence.startsWith("chain CNI-E"));
    }

    @ParameterizedTest
    @EnumSource
    void gcKeepsWhatTheRuntimeKnowsAndOtherNetworks(Kind kind) throws Exception {
        NetnsFd kept = fixture.pod();
        NetnsFd gone = fixture.pod();
        NetnsFd foreign = fixture.pod();
        await(egress.connect(pod(kind, kept, "kept"), ipam(kind, kept, "kept")));
        Traces before = traces();
        await(egress.connect(pod(kind, gone, "gone"), ipam(kind, gone, "gone")));
        EgressPod other = new EgressPod("other", "foreign", "eth0", fixture.pathOf(foreign), kind.node, "prng", 1400);
        IpamCall otherCall = new IpamCall(
                "other",
                "foreign",
                "eth0",
                fixture.pathOf(foreign),
                "",
                HostLocal.FOLDER.toString(),
                List.of(HostLocal.FOLDER),
                config(kind)
                        .replace("aws-cni", "other")
                        .replace("172.0/22", "180.0/22")
                        .replace("ac:00", "bd:00"),
                folder);
        EgressPlan foreignPlan = await(egress.connect(other, otherCall));

        await(egress.collect(kind.node.family(), ipam(kind, kept, "kept"), Set.of(new Attachment("kept", "eth0"))));

        assertThat(state()).containsExactly("kept");
        assertThat(traces().rules())
                .anyMatch(rule -> rule.contains(foreignPlan.snat().chain().name()));
        await(egress.disconnect(kind.node.family(), otherCall));
        assertGone(before);
    }

    @Test
    void withoutTheDelegateTheErrorSaysWhatToInstallWhere() throws IOException {
        NetnsFd pod = fixture.pod();
        IpamCall there = ipam(Kind.V4, pod, "c1");
        IpamCall call = withFolders(there, List.of(folder.resolve("bin"), folder));
        assertThatThrownBy(() -> await(egress.connect(pod(Kind.V4, pod, "c1"), call)))
                .hasStackTraceContaining("failed to find plugin \"host-local\" in path [" + folder.resolve("bin"));
        assertThat(await(egress.obstacles(call))).hasSize(1);
        assertThat(await(egress.obstacles(there))).isEmpty();
        await(egress.disconnect(IpFamily.IPV4, call));
    }

    @ParameterizedTest
    @EnumSource(Answer.class)
    void anAnswerOfTheDelegateThatIsNoneIsRefusedAndTakenBack(Answer answer) throws Exception {
        Traces before = traces();
        NetnsFd pod = fixture.pod();
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path asked = folder.resolve("asked");
        Path program = Files.writeString(
                bin.resolve("host-local"),
                "#!/bin/sh\necho $CNI_COMMAND >> " + asked + "\n[ $CNI_COMMAND = DEL ] && exit 0\n" + answer.script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThatThrownBy(() -> await(
                        egress.connect(pod(Kind.V4, pod, "c1"), withFolders(ipam(Kind.V4, pod, "c1"), List.of(bin)))))
                .hasStackTraceContaining(answer.message);

        assertThat(Files.readAllLines(asked)).isEqualTo(answer.commands);
        assertGone(before);
    }

    /** What a broken delegate may do. */
    enum Answer {
        ZERO("echo '{\"ips\":[]}'", "IPAM plugin returned zero IPs", "ADD", "DEL"),
        TWO(
                "echo '{\"ips\":[{\"address\":\"169.254.172.2/22\"},{\"address\":\"169.254.172.3/22\"}]}'",
                "IPAM plugin is expected to return 1 IP address, but returned 2 IPs, ",
                "ADD",
                "DEL"),
        NO_JSON("echo hello", "printed no result that can be read", "ADD", "DEL"),
        OTHER_FAMILY("echo '{\"ips\":[{\"address\":\"fd00::2/118\"}]}'", "the pod got fd00::2/118", "ADD", "DEL"),
        NO_GATEWAY("echo '{\"ips\":[{\"address\":\"169.254.172.2/22\"}]}'", "without a gateway", "ADD", "DEL"),
        REFUSED("echo '{\"code\":11,\"msg\":\"full\"}'; exit 1", "full", "ADD"),
        DEAD("echo oops >&2; exit 3", "host-local ended with 3", "ADD");

        private final String script;
        private final String message;
        private final List<String> commands;

        Answer(String script, String message, String... commands) {
            this.script = script;
            this.message = message;
            this.commands = List.of(commands);
        }
    }

    private EgressPod pod(Kind kind, NetnsFd pod, String container) {
        return new EgressPod("aws-cni", container, "eth0", fixture.pathOf(pod), kind.node, "prng", 1400);
    }

    private IpamCall ipam(Kind kind, NetnsFd pod, String container) {
        return new IpamCall(
                "aws-cni",
                container,
                "eth0",
                fixture.pathOf(pod),
                "IgnoreUnknown=1;K8S_POD_NAME=web",
                HostLocal.FOLDER.toString(),
                List.of(folder.resolve("no-such-folder"), HostLocal.FOLDER),
                config(kind),
                folder);
    }

    private static IpamCall withFolders(IpamCall call, List<Path> folders) {
        return new IpamCall(
                call.network(),
                call.container(),
                call.ifName(),
                call.namespace(),
                call.args(),
                call.path(),
                folders,
                call.config(),
                call.dataDir());
    }

    private static IpamCall withoutNamespace(IpamCall call) {
        return new IpamCall(
                call.network(),
                call.container(),
                call.ifName(),
                Path.of(""),
                call.args(),
                call.path(),
                call.folders(),
                call.config(),
                call.dataDir());
    }

    private String config(Kind kind) {
        return """
                {"cniVersion":"1.1.0","name":"aws-cni","type":"egress-cni","ipam":{"type":"host-local",
                 "ranges":[[{"subnet":"%s"}]],"routes":[{"dst":"%s"}],"dataDir":"%s"}}""".formatted(kind.subnet, kind.destination, folder);
    }

    /** Who has an address by host-local's own files. */
    private Set<String> state() throws IOException {
        return new IpamState(folder.resolve("aws-cni"))
                .owners().stream().map(IpamState.Owner::container).collect(Collectors.toSet());
    }

    private void forgetAddresses() throws IOException {
        for (IpamState.Owner owner : new IpamState(folder.resolve("aws-cni")).owners()) {
            Files.delete(folder.resolve("aws-cni").resolve(owner.address().toString()));
        }
    }

    /** What of the node may not change by a pod that came and went. */
    private record Traces(Set<String> links, Set<String> routes, List<String> rules, Set<String> state) {}

    private Traces traces() throws IOException {
        return new Traces(
                fixture.inNode().links(LinkFilter.ALL).stream().map(Link::name).collect(Collectors.toSet()),
                fixture.inNode().routes(RouteFilter.ALL).stream()
                        .map(Route::toString)
                        // The kernel makes a link's own when it likes.
                        .filter(route -> !route.contains("table 255") && !route.startsWith("fe80:"))
                        .collect(Collectors.toSet()),
                List.of(
                        run("iptables", "-t", "nat", "-S")
                                .lines()
                                .sorted()
                                .toList()
                                .toString(),
                        run("ip6tables", "-t", "nat", "-S")
                                .lines()
                                .sorted()
                                .toList()
                                .toString()),
                state());
    }

    private void assertGone(Traces before) throws Exception {
        Eventually.is(before, "what is left of the pods", this::traces);
    }

    private record Inside(Set<String> links, Set<String> addresses, Set<String> routes) {}

    private static Inside inside(NetnsFd pod) throws IOException {
        try (Netlink inPod = Netlink.in(pod)) {
            return new Inside(
                    inPod.links(LinkFilter.ALL).stream().map(Link::name).collect(Collectors.toSet()),
                    inPod.addrs(0).stream()
                            .filter(addr -> Family.of(addr.prefix().address()) == Family.IPV4)
                            .map(addr -> addr.prefix().toString())
                            .collect(Collectors.toSet()),
                    inPod.routes(RouteFilter.of(Family.IPV4).table(NodeFixture.MAIN)).stream()
                            .map(route -> route.destination()
                                    + (route.gateway() == null
                                            ? ""
                                            : " via " + route.gateway().getHostAddress())
                                    + (route.source() == null
                                            ? ""
                                            : " src " + route.source().getHostAddress()))
                            .collect(Collectors.toSet()));
        }
    }

    private String run(String... words) throws IOException {
        List<String> command = HostNamespace.of(fixture.node).command(words);
        command.set(1, "--net=" + fixture.pathOf(fixture.node));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(Eventually.LONG);
    }
}
