package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which programs of iptables a daemon starts, and what it does with those of long ago. */
@RequiresNetworkNamespaces
@Timeout(120)
class IptablesProgramsTest {

    private static final Path PROGRAMS = Path.of("/usr/sbin");

    /** As iptables before 1.6.2, of which no machine has any. */
    private static final String OLD = """
            case "$0 $*" in
              *iptables\\ --version) echo iptables v1.6.1; exit ;;
              *iptables-restore*) input=$(cat); case "$input" in
                *--random-fully*) echo 'unknown option "--random-fully"' >&2; exit 2 ;;
              esac; printf '%s\\n' "$input" | exec PROGRAM "$@" ;;
            esac
            """;

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void requirePrograms() {
        assumeTrue(Files.isExecutable(PROGRAMS.resolve("iptables-nft")), "iptables-nft is not installed");
    }

    @Test
    void aStartReadsOnceAndWritesWhatIsMissingOnce() throws Exception {
        wrap("");
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1))) {
            daemon(world).close();
            assertThat(started()).containsExactly("iptables", "iptables-save", "iptables-restore");

            Files.delete(log());
            daemon(world).close();
            assertThat(started()).containsExactly("iptables", "iptables-save");
        }
    }

    @Test
    void programsThatCannotChoosePortsFullyAtRandomChooseThemByHash() throws Exception {
        wrap(OLD);
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var _ = daemon(world)) {
            assertThat(world.inNode("node1", "iptables-nft -t nat -S AWS-SNAT-CHAIN-0"))
                    .contains("--to-source " + world.primaryAddress("node1") + " --random\n");
        }
    }

    /** A daemon that is ready, which finds the wrapped programs only. */
    private DaemonProcess daemon(TestWorld world) throws IOException {
        Map<String, String> variables = new HashMap<>(world.variables("node1", Map.of("MAX_ENI", "1")));
        variables.put("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
        return new DaemonProcess(variables, folder.resolve("daemon.log"));
    }

    /** Programs that note that they were started, do {@code first}, and then what the real ones do. */
    private void wrap(String first) throws IOException {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        for (String name : List.of("iptables", "iptables-save", "iptables-restore")) {
            String program =
                    PROGRAMS.resolve(name.replace("iptables", "iptables-nft")).toString();
            Path script = Files.writeString(
                    bin.resolve(name),
                    "#!/bin/sh\necho %s >> %s\n%sexec %s \"$@\"\n"
                            .formatted(name, log(), first.replace("PROGRAM", program), program));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private Path log() {
        return folder.resolve("started.log");
    }

    private List<String> started() throws IOException {
        return Files.readAllLines(log());
    }
}
