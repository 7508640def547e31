package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vpccni.e2e.ContainerdScript.Ended;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.image.ImageBuild;
import io.vpccni.image.Machine;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image on a node, by containerd and as the DaemonSet says: nothing that runs here comes from this machine but the kernel. The
 * base is made of this machine's Debian packages.
 */
@RequiresNetworkNamespaces
@Timeout(300)
class ImageIT {

    private static final String IMAGE = "docker.io/vpccni/vpc-cni:test";
    private static final int TERMINATED = 143;

    @TempDir
    private static Path build = Path.of("");

    private static Path tar = Path.of("");

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void makeTheImage() throws Exception {
        ContainerdScript.requirePrograms();
        Path plugins = Path.of("/usr/lib/cni");
        assumeTrue(Files.isDirectory(plugins), "needs containernetworking-plugins");
        assumeTrue(Files.exists(Path.of("/var/lib/dpkg/status")), "needs Debian, for a base to build on");
        Path base = build.resolve("base.tar");
        Ended made = ContainerdScript.ended(new ProcessBuilder("dev/debian-base", base.toString())
                .redirectErrorStream(true)
                .start());
        assertThat(made).isEqualTo(new Ended(0, ""));

        tar = new ImageBuild(
                        build.resolve("image"),
                        "tar://" + base,
                        Path.of("target/quarkus-app"),
                        TestWorld.clientClasses(),
                        Path.of("target/sbom.json"),
                        true,
                        Map.of())
                .save(List.of(Machine.ofTheBuild(Optional.of(plugins))), IMAGE)
                .getFirst();
    }

    @Test
    void aNodeIsPreparedAndServesPodsAndTheDaemonCanBeReplaced() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var _ = Passage.open(network(world), world.emulator.ec2Endpoint());
                var _ = Passage.open(
                        network(world), world.emulator.node("node1").imdsEndpoint())) {
            Files.createDirectories(world.node("node1").folder());
            var containerd = new ContainerdScript(world);
            try {
                assertThat(containerd.run("node1", "start").output()).isEqualTo("containerd runs on node1\n");
                assertThat(ctr(world, List.of("images", "import", "--snapshotter", "native", tar.toString()))
                                .output())
                        .contains("done");

                var init = new ManifestContainer("initContainers", "aws-vpc-cni-init");
                Ended prepared = ctr(world, run(world, init, "init"));
                assertThat(prepared.output()).contains("CNI init container done");
                assertThat(prepared.code()).isZero();
                Path plugins = world.node("node1").plugins();
                assertThat(List.of("aws-cni", "egress-cni", "portmap", "host-local", "loopback"))
                        .allSatisfy(
                                plugin -> assertThat(plugins.resolve(plugin)).isExecutable());

                var node = new ManifestContainer("containers", "aws-node");
                Process first = start(world, node, "first");
                Path conflist = world.node("node1").configuration();
                awaitIt("first", first, () -> Files.exists(conflist));
                assertThat(ctr(world, probe(node, "first")).output()).contains("status: SERVING");
                assertReachesTheOutside(world, containerd, "a");
                Process server = containerd.start("node1", "run", "server", "sleep", "600");
                Eventually.get(
                        "a running server",
                        () -> containerd.run("node1", "list").output(),
                        list -> list.matches("(?s).*server\\s+\\d+\\s+RUNNING.*"));

                assertThat(ctr(world, List.of("tasks", "kill", "--signal", "SIGTERM", "first"))
                                .code())
                        .isZero();
                assertThat(first.waitFor(10, TimeUnit.SECONDS)).as(log("first")).isTrue();
                assertThat(first.exitValue()).isEqualTo(TERMINATED);
                Process second = start(world, node, "second");
                awaitIt("second", second, () -> log("second").contains("1 pods restored"));
                assertReachesTheOutside(world, containerd, "b");
                assertThat(server.isAlive()).isTrue();
            } finally {
                containerd.run("node1", "stop");
            }
        }
    }

    private static void assertReachesTheOutside(TestWorld world, ContainerdScript containerd, String name)
            throws Exception {
        Ended pod = containerd.run("node1", "run", name, "wget", "-qO-", "http://" + world.outsideAddress() + "/");
        assertThat(pod).isEqualTo(new Ended(0, world.primaryAddress("node1") + "\n"));
    }

    private static Path network(TestWorld world) {
        return Objects.requireNonNull(world.node("node1").networkNamespace());
    }

    /** Starts a container whose log is a file; the JVM refuses to start if it cannot use the AOT cache. */
    private Process start(TestWorld world, ManifestContainer container, String name) throws Exception {
        return new ContainerdScript(world)
                .ctr("node1", run(world, container, name))
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
    }

    private void awaitIt(String name, Process daemon, Callable<Boolean> what) throws Exception {
        try {
            Eventually.is(true, name + " serves", () -> what.call() || !daemon.isAlive());
            assertThat(daemon.isAlive()).isTrue();
        } catch (AssertionError e) {
            throw new AssertionError(log(name), e);
        }
    }

    private String log(String name) throws Exception {
        return Files.readString(folder.resolve(name + ".log"));
    }

    private static List<String> run(TestWorld world, ManifestContainer container, String name) throws Exception {
        List<String> words = new ArrayList<>(List.of("run", "--rm", "--snapshotter", "native", "--cgroup", ""));
        words.addAll(container.options(
                network(world),
                Map.of(
                        "AWS_ENDPOINT_URL_EC2",
                        world.emulator.ec2Endpoint().toString(),
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        world.emulator.node("node1").imdsEndpoint().toString(),
                        "AWS_VPC_K8S_CNI_LOG_FILE",
                        "stdout",
                        "JDK_JAVA_OPTIONS",
                        "-Xmx64m -XX:AOTMode=on")));
        words.addAll(List.of(IMAGE, name));
        words.addAll(container.command());
        return words;
    }

    private static List<String> probe(ManifestContainer container, String name) {
        List<String> words = new ArrayList<>(List.of("tasks", "exec", "--exec-id", "probe", name));
        words.addAll(container.readinessProbe());
        return words;
    }

    private static Ended ctr(TestWorld world, List<String> words) throws Exception {
        return ContainerdScript.ended(
                new ContainerdScript(world).ctr("node1", words).start());
    }
}
