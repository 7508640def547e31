package io.vpccni.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.fabric.BranchLinks;
import io.vpccni.emulator.fabric.WorldName;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.Throttle;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    private record Ended(int code, String out, String err) {}

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(arguments)).start();
        try (var out = process.getInputStream();
                var err = process.getErrorStream()) {
            String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            String errors = new String(err.readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), text, errors);
        }
    }

    @Test
    void helpListsOptionsAndRoutes() throws IOException, InterruptedException {
        Ended ended = run("--help");

        assertThat(ended.code()).isZero();
        assertThat(ended.out()).contains("--instance-type", "--imds-port", "POST   /lost-answers");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void aWrongOptionIsExitCodeTwoAndOneLine() throws IOException, InterruptedException {
        Ended ended = run("--nodes=many");

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err())
                .isEqualTo("emulator: --nodes is a whole number from 0 to 1000, not 'many' (see --help)\n");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "--colour=red, there is no option --colour",
        "nodes, '''nodes'' is not of the form --option=value'",
        "--nodes=1001, '--nodes is a whole number from 0 to 1000, not ''1001'''",
        "--ec2-port=65536, '--ec2-port is a whole number from 0 to 65535, not ''65536'''",
        "--ipv6=maybe, '--ipv6 is true or false, not ''maybe'''",
        "--delays=some, '--delays is none or published, not ''some'''",
        "--branches=gre, 'branches are vlan or macvlan, not ''gre'''",
        "--fabric=A-1, 'a world''s name has 1 to 12 lower case letters and digits, not ''A-1'''",
        "--instance-type=z9.huge, The following supplied instance types do not exist: [z9.huge]"
    })
    void whatIsWrongIsNamed(String argument, String message) {
        assertThat(CommandLine.parse(List.of(argument))).isEqualTo(new CommandLine.Wrong(message));
    }

    @Test
    void optionsAreUnderstood() {
        CommandLine line = CommandLine.parse(List.of(
                "--nodes=3",
                "--instance-type=t3.small",
                "--seed=9",
                "--delays=none",
                "--throttle=off",
                "--host=127.0.0.2",
                "--ec2-port=1",
                "--admin-port=2",
                "--imds-port=3",
                "--imds-v1=true",
                "--ipv6=true",
                "--fabric=dev",
                "--branches=macvlan"));

        assertThat(line).isInstanceOfSatisfying(CommandLine.Run.class, run -> {
            EmulatorOptions options = run.options();
            assertThat(run.world()).contains(new WorldName("dev"));
            assertThat(run.branches()).contains(BranchLinks.MACVLAN);
            assertThat(options.nodes()).isEqualTo(3);
            assertThat(options.node().instanceType()).isEqualTo("t3.small");
            assertThat(options.seed()).isEqualTo(9);
            assertThat(options.delays()).isEqualTo(Delays.none());
            assertThat(options.throttle()).isEqualTo(Throttle.off());
            assertThat(options.host()).isEqualTo("127.0.0.2");
            assertThat(List.of(options.ec2Port(), options.adminPort(), options.imdsPort()))
                    .containsExactly(1, 2, 3);
            assertThat(options.imdsVersionOne()).isTrue();
            assertThat(options.node().ipv6()).isTrue();
        });
    }

    @Test
    @RequiresNetworkNamespaces
    void aFabricIsAnnouncedAndGoesWhenTheProgramIsTerminated() throws IOException, InterruptedException {
        var world = new WorldName("main");
        Process process = new ProcessBuilder(command("--fabric=main", "--nodes=2")).start();
        try (BufferedReader out = process.inputReader()) {
            List<String> namespaces = new ArrayList<>();
            while (namespaces.size() < 2) {
                String line = out.readLine();
                assertThat(line).as("a line before the program ends").isNotNull();
                if (line.startsWith("VPCCNI_HOST_NETNS=")) {
                    namespaces.add(line);
                }
            }
            assertThat(namespaces)
                    .containsExactly(
                            "VPCCNI_HOST_NETNS=/run/netns/vpccni-main-node1",
                            "VPCCNI_HOST_NETNS=/run/netns/vpccni-main-node2");
            assertThat(world.present()).hasSize(3);
        } finally {
            process.destroy();
            process.waitFor();
        }
        assertThat(world.present()).isEmpty();
    }
}
