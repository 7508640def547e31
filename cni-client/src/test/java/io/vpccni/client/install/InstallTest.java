package io.vpccni.client.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.protobuf.services.HealthStatusManager;
import io.vpccni.client.grpc.MessageWriter;
import io.vpccni.client.grpc.StockServer;
import io.vpccni.client.init.ImdsStub;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Installs for real and lets the kernel start what was installed. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class InstallTest {

    private static final Map<String, String> ADD = Map.of(
            "CNI_COMMAND", "ADD",
            "CNI_CONTAINERID", "c1",
            "CNI_NETNS", "/run/netns/n1",
            "CNI_IFNAME", "eth0",
            "CNI_PATH", "/opt/cni/bin");

    @TempDir
    static Path folder;

    private static Path socket;
    private static Path bin;

    private record Ended(int exitCode, String stdout, String stderr) {}

    @BeforeAll
    static void install() throws Exception {
        socket = folder.resolve("d.sock");
        bin = folder.resolve("root/opt/cni/bin");
        assertThat(installInto("root")).startsWith("installed: ");
    }

    private static String installInto(String root, String... more) throws Exception {
        String[] arguments = {"--root", folder.resolve(root).toString(), "--socket", socket.toString()};
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return new Install(Options.parse(all)).run();
    }

    @Test
    void theKernelStartsAPlugin() throws Exception {
        Ended ended = run(bin.resolve("aws-cni"), Map.of("CNI_COMMAND", "VERSION"));

        assertThat(ended.exitCode()).isZero();
        assertThat(ended.stdout()).startsWith("{\"cniVersion\":\"1.1.0\"");
        assertThat(ended.stderr()).isEmpty();
    }

    @Test
    void aPluginAsksTheDaemon() throws Exception {
        byte[] reply = new MessageWriter(0)
                .bytes(2, "{\"ips\":[]}".getBytes(StandardCharsets.UTF_8))
                .toBytes();
        try (StockServer _ = StockServer.onSocket(socket, StockServer.service("vpccni.v1.Cni", _ -> reply, "Add"))) {
            assertThat(run(bin.resolve("aws-cni"), ADD)).isEqualTo(new Ended(0, "{\"ips\":[]}", ""));
            assertThat(run(bin.resolve("egress-cni"), ADD)).isEqualTo(new Ended(0, "{\"ips\":[]}", ""));
        }
    }

    @Test
    void aPluginWithoutDaemonFails() throws Exception {
        Ended ended = run(bin.resolve("aws-cni"), ADD);

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.stdout()).contains("\"code\":11,");
        assertThat(ended.stderr()).isEmpty();
    }

    @Test
    void theProbeGetsItsFlags() throws Exception {
        Path probe = bin.resolve("grpc-health-probe");
        Path healthSocket = folder.resolve("h.sock");
        HealthStatusManager health = new HealthStatusManager();
        try (StockServer _ =
                StockServer.onSocket(healthSocket, health.getHealthService().bindService())) {
            assertThat(run(
                                    probe,
                                    Map.of(),
                                    "-addr=unix://" + healthSocket,
                                    "-connect-timeout",
                                    "20s",
                                    "-rpc-timeout=20s")
                            .stderr())
                    .isEqualTo("{\"level\":\"INFO\",\"msg\":\"status: SERVING\"}\n");
        }
        assertThat(run(probe, Map.of()).exitCode()).isEqualTo(1);
        assertThat(run(probe, Map.of(), "-nonsense").exitCode()).isEqualTo(2);
    }

    /** The class loading log of a call: what does not come from the cache costs start time. */
    @Test
    void ourClassesComeFromTheCacheEvenWhenMoved() throws Exception {
        Path moved = folder.resolve("moved");
        Tool.run(List.of("/bin/cp", "-r", bin.resolve("vpc-cni").toString(), moved.toString()), Map.of());
        Path log = folder.resolve("classes.log");
        String output = Tool.run(
                List.of(
                        moved + "/bin/java",
                        "-XX:AOTCache=" + moved + "/client.aot",
                        "-XX:+UseSerialGC",
                        "-Xmx16m",
                        "-Xlog:class+load:file=" + log,
                        "-cp",
                        moved + "/client.jar",
                        "io.vpccni.client.cni.AwsCni"),
                Map.of("CNI_COMMAND", "VERSION"));

        assertThat(output).startsWith("{\"cniVersion\"");
        assertThat(Files.readAllLines(log))
                .filteredOn(line -> line.contains(" io.vpccni."))
                .isNotEmpty()
                .allMatch(line -> line.contains("shared objects file"));
    }

    @Test
    void anInstallationThatIsTheSameIsLeftAlone() throws Exception {
        assertThat(installInto("root", "--only-if-changed")).startsWith("unchanged: ");
    }

    @Test
    void anInstallationIsReplaced() throws Exception {
        Path prefix = folder.resolve("again/usr/cni");
        Files.createDirectories(prefix.resolve("bin/vpc-cni"));
        Files.writeString(prefix.resolve("bin/vpc-cni/leftover"), "");

        assertThat(installInto("again", "--prefix", "/usr/cni", "--paths-without-root", "--only-if-changed"))
                .startsWith("installed: ");

        assertThat(prefix.resolve("bin"))
                .isDirectoryContaining("glob:**/vpc-cni")
                .isDirectoryNotContaining("glob:**/vpc-cni.*");
        assertThat(prefix.resolve("bin/vpc-cni/leftover")).doesNotExist();
        assertThat(prefix.resolve("bin/aws-cni"))
                .content()
                .startsWith("#!/usr/cni/bin/vpc-cni/bin/java @/usr/cni/bin/vpc-cni/aws-cni.args\n");
        assertThat(prefix.resolve("bin/vpc-cni/aws-cni.args"))
                .content()
                .contains("\"/usr/cni/bin/vpc-cni/client.jar\"\n");
    }

    /** With a MAC address that this machine does not have, so that it goes no further. */
    @Test
    void theInitProgramBringsThePluginsToTheNodeAndAsksForItsAddress() throws Exception {
        Path node = folder.resolve("node/opt/cni/bin");
        Files.writeString(bin.resolve("portmap"), "a core plugin");
        Ended ended;
        try (ImdsStub imds = new ImdsStub("02:00:5e:00:53:01", 0)) {
            ended = run(
                    bin.resolve("aws-vpc-cni-init"),
                    Map.of("HOST_CNI_BIN_PATH", node.toString(), "AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.endpoint()));
        }

        assertThat(ended.exitCode()).as(ended.stderr()).isEqualTo(1);
        assertThat(ended.stderr())
                .contains("level=error msg=\"Failed to get primary IF\" error=\"no link has the primary MAC address"
                        + " 02:00:5e:00:53:01 of its own\"");
        assertThat(node.resolve("portmap")).hasContent("a core plugin");
        assertThat(node.resolve("aws-vpc-cni-init")).doesNotExist();
        assertThat(run(node.resolve("aws-cni"), Map.of("CNI_COMMAND", "VERSION"))
                        .stdout())
                .startsWith("{\"cniVersion\"");
        assertThat(NodeInstall.install(bin, node, node)).as("the second time").isEmpty();
    }

    @Test
    void aNodeOfTheReferenceGetsOurPluginsAndKeepsTheOthers() throws Exception {
        Path node = Files.createDirectories(folder.resolve("reference/bin"));
        Files.writeString(node.resolve("aws-cni"), "the reference's");
        Files.writeString(node.resolve("portmap"), "a core plugin");

        assertThat(NodeInstall.install(bin, node, Path.of("/opt/cni/bin")))
                .containsExactly("vpc-cni", "aws-cni", "egress-cni", "grpc-health-probe");

        assertThat(node.resolve("aws-cni"))
                .isExecutable()
                .content()
                .startsWith("#!/opt/cni/bin/vpc-cni/bin/java @/opt/cni/bin/vpc-cni/aws-cni.args\n");
        assertThat(node.resolve("vpc-cni/aws-cni.args")).content().contains("\"/opt/cni/bin/vpc-cni/client.jar\"\n");
        assertThat(node.resolve("portmap")).hasContent("a core plugin");

        Files.delete(node.resolve("egress-cni"));
        assertThat(NodeInstall.install(bin, node, Path.of("/opt/cni/bin"))).containsExactly("egress-cni");
    }

    @Test
    void theNodeSeesItsFoldersWithoutTheMount() {
        assertThat(NodeInstall.seenByNode(Path.of("/host/opt/cni/bin"))).isEqualTo(Path.of("/opt/cni/bin"));
        assertThat(NodeInstall.seenByNode(Path.of("/hostile/bin"))).isEqualTo(Path.of("/hostile/bin"));
    }

    @Test
    void aFolderWithoutARuntimeBringsNothing() {
        assertThat(NodeInstall.isPossibleFrom(folder.resolve("nowhere"))).isFalse();
        assertThatThrownBy(() -> NodeInstall.install(folder.resolve("nowhere"), folder, folder))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("no complete Java runtime");
    }

    @Test
    void aPathThatTheKernelCannotStartIsRefused() {
        assertThatThrownBy(() -> installInto("r".repeat(120)))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("at most 255 bytes");
        assertThatThrownBy(() -> installInto("with blank"))
                .isInstanceOf(InstallException.class)
                .hasMessageContaining("no blanks");
    }

    @Test
    void theCommandLineIsChecked() {
        assertThatThrownBy(() -> Options.parse("--prefix", "/x")).hasMessageStartingWith("--root is missing");
        assertThatThrownBy(() -> Options.parse("--root", "/x", "--prefix", "y"))
                .hasMessageContaining("not an absolute");
        assertThatThrownBy(() -> Options.parse("--root")).hasMessageStartingWith("--root needs a value");
        assertThatThrownBy(() -> Options.parse("--what")).hasMessageStartingWith("unknown option --what");
    }

    private static Ended run(Path program, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path stdout = Files.createTempFile(folder, "out", "");
        Path stderr = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder = new ProcessBuilder(program.toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.redirectInput(
                        Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(stdout.toFile())
                .redirectError(stderr.toFile())
                .start();
        return new Ended(process.waitFor(), Files.readString(stdout), Files.readString(stderr));
    }
}
