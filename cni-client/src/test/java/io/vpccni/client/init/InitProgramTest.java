package io.vpccni.client.init;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole program, on folders that look like an image's, a node's, {@code /proc} and {@code /sys}. */
@Timeout(30)
class InitProgramTest {

    private static final String MAC = "02:00:00:00:00:01";
    private static final Patience SHORT = new Patience(3, Duration.ofMillis(1), Duration.ofMillis(1));

    @TempDir
    private Path folder = Path.of("");

    private Path image = Path.of("");
    private Path bin = Path.of("");
    private Path sysctls = Path.of("");
    private String output = "";

    @BeforeEach
    void lay() throws IOException {
        image = Files.createDirectories(folder.resolve("init"));
        bin = folder.resolve("host/opt/cni/bin");
        sysctls = folder.resolve("proc/sys/net");
        write(image.resolve("portmap"), "a program", "rwxr-xr-x");
        write(image.resolve("LICENSE"), "a text", "rw-r--r--");
        write(image.resolve("aws-vpc-cni-init"), "this program", "rwxr-xr-x");
        link("eth0", MAC);
        for (String key : new String[] {
            "ipv4/tcp_early_demux",
            "ipv4/conf/eth0/rp_filter",
            "ipv6/conf/all/disable_ipv6",
            "ipv6/conf/all/forwarding",
            "ipv6/conf/eth0/accept_ra"
        }) {
            write(sysctls.resolve(key), "9\n", "rw-r--r--");
        }
    }

    @Test
    void everyFileButTheProgramItselfGetsToTheNodeWithItsMode() throws IOException {
        assertThat(run(Map.of())).as(output).isZero();

        assertThat(names(bin)).containsExactly("LICENSE", "portmap");
        assertThat(bin.resolve("portmap")).hasContent("a program").isExecutable();
        assertThat(Files.isExecutable(bin.resolve("LICENSE"))).isFalse();
        assertThat(output).contains("level=info msg=\"Installed " + bin.resolve("portmap") + "\"");
    }

    @Test
    void aFileThatIsTheSameIsNotWrittenAgainAndAnotherModeIsMended() throws IOException {
        run(Map.of());
        FileTime longAgo = FileTime.fromMillis(0);
        Files.setLastModifiedTime(bin.resolve("portmap"), longAgo);
        Files.setPosixFilePermissions(bin.resolve("LICENSE"), PosixFilePermissions.fromString("rwx------"));
        Files.setLastModifiedTime(bin.resolve("LICENSE"), longAgo);

        run(Map.of());

        assertThat(Files.getLastModifiedTime(bin.resolve("portmap"))).isEqualTo(longAgo);
        assertThat(Files.getLastModifiedTime(bin.resolve("LICENSE"))).isNotEqualTo(longAgo);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(bin.resolve("LICENSE"))))
                .isEqualTo("rw-r--r--");
        assertThat(output).doesNotContain("portmap");
    }

    @Test
    void aFolderThatCannotBeWrittenEndsTheProgram() throws IOException {
        write(folder.resolve("host"), "in the way", "rw-r--r--");

        assertThat(run(Map.of())).isEqualTo(1);
        assertThat(output).contains("level=error msg=\"Failed to install binaries\" error=\"");
    }

    @ParameterizedTest(name = "DISABLE_TCP_EARLY_DEMUX={0} ENABLE_IPv6={1} ENABLE_V6_EGRESS={2}")
    @CsvSource(textBlock = """
            ,      ,      ,      2, 1, 9, 9, 9
            true,  ,      ,      2, 0, 9, 9, 9
            TrUe,  ,      ,      2, 1, 9, 9, 9
            '',    ,      ,      2, 1, 9, 9, 9
            false, true,  ,      2, 1, 0, 1, 2
            ,      false, 1,     2, 1, 9, 1, 2
            """)
    void kernelSettingsFollowTheEnvironment(
            String demux,
            String ipv6,
            String egress,
            String rpFilter,
            String earlyDemux,
            String disableIpv6,
            String forwarding,
            String acceptRa)
            throws IOException {
        Map<String, String> variables = new HashMap<>();
        variables.put("DISABLE_TCP_EARLY_DEMUX", demux);
        variables.put("ENABLE_IPv6", ipv6);
        variables.put("ENABLE_V6_EGRESS", egress);
        variables.values().removeIf(value -> value == null);

        assertThat(run(variables)).as(output).isZero();

        assertThat(values())
                .isEqualTo(Map.of(
                        "ipv4/conf/eth0/rp_filter", rpFilter,
                        "ipv4/tcp_early_demux", earlyDemux,
                        "ipv6/conf/all/disable_ipv6", disableIpv6,
                        "ipv6/conf/all/forwarding", forwarding,
                        "ipv6/conf/eth0/accept_ra", acceptRa));
    }

    @Test
    void aKernelWithoutEarlyDemuxIsLeftWithoutIt() throws IOException {
        Files.delete(sysctls.resolve("ipv4/tcp_early_demux"));

        assertThat(run(Map.of())).as(output).isZero();

        assertThat(sysctls.resolve("ipv4/tcp_early_demux")).doesNotExist();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "ipv4/conf/eth0/rp_filter,  Failed to configure system parameters",
        "ipv6/conf/all/forwarding,  Failed to configure IPv6 settings",
        "ipv6/conf/eth0/accept_ra,  Failed to configure IPv6 settings",
    })
    void aSettingThatTheKernelLacksEndsTheProgram(String key, String message) throws IOException {
        Files.delete(sysctls.resolve(key));

        assertThat(run(Map.of("ENABLE_IPv6", "true"))).isEqualTo(1);
        assertThat(output)
                .contains("level=error msg=\"" + message + "\" error=\"" + sysctls.resolve(key)
                        + ": no such file or directory\"");
    }

    @Test
    void metadataThatIsLateIsAskedAgain() throws IOException {
        try (ImdsStub imds = new ImdsStub(MAC, 2)) {
            assertThat(run(imds, Map.of())).as(output).isZero();

            assertThat(imds.asked)
                    .containsExactly(
                            "PUT /latest/api/token",
                            "PUT /latest/api/token",
                            "PUT /latest/api/token",
                            "GET /latest/meta-data/mac");
        }
    }

    @Test
    void metadataThatNeverComesEndsTheProgram() throws IOException {
        try (ImdsStub imds = new ImdsStub(MAC, Integer.MAX_VALUE)) {
            assertThat(run(imds, Map.of())).isEqualTo(1);

            assertThat(imds.asked).hasSize(3);
            assertThat(output)
                    .contains("msg=\"Failed to get primary IF\" error=\"IMDS: PUT " + imds.endpoint()
                            + "/latest/api/token: status 503\"");
        }
    }

    @Test
    void anAddressThatNoLinkHasIsNamed() throws IOException {
        Files.writeString(folder.resolve("sys/class/net/eth0/address"), "02:00:00:00:00:02\n");

        assertThat(run(Map.of())).isEqualTo(1);
        assertThat(output)
                .contains("msg=\"Failed to get primary IF\" error=\"no link has the primary MAC address " + MAC
                        + " of its own\"");
        assertThat(values())
                .as("nothing was set")
                .containsOnly(
                        Map.entry("ipv4/conf/eth0/rp_filter", "9"),
                        Map.entry("ipv4/tcp_early_demux", "9"),
                        Map.entry("ipv6/conf/all/disable_ipv6", "9"),
                        Map.entry("ipv6/conf/all/forwarding", "9"),
                        Map.entry("ipv6/conf/eth0/accept_ra", "9"));
    }

    @Test
    void aLinkOnAnotherOneIsNotTaken() throws IOException {
        link("a.100", MAC);
        Files.createDirectories(folder.resolve("sys/class/net/a.100/lower_eth0"));
        Files.writeString(folder.resolve("sys/class/net/a.100/addr_assign_type"), "2\n");

        assertThat(run(Map.of())).as(output).isZero();
        assertThat(output).contains("Found primary interface eth0");
    }

    private int run(Map<String, String> variables) throws IOException {
        try (ImdsStub imds = new ImdsStub(MAC, 0)) {
            return run(imds, variables);
        }
    }

    private int run(ImdsStub imds, Map<String, String> variables) {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("HOST_CNI_BIN_PATH", bin.toString());
        environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.endpoint());
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        int exitCode = InitProgram.run(
                environment, image, folder, SHORT, new PrintStream(stderr, true, StandardCharsets.UTF_8));
        output = stderr.toString(StandardCharsets.UTF_8);
        return exitCode;
    }

    private void link(String name, String mac) throws IOException {
        Path link = folder.resolve("sys/class/net").resolve(name);
        write(link.resolve("address"), mac + "\n", "rw-r--r--");
        write(link.resolve("addr_assign_type"), "3\n", "rw-r--r--");
    }

    private Map<String, String> values() throws IOException {
        Map<String, String> values = new TreeMap<>();
        try (Stream<Path> files = Files.walk(sysctls)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                values.put(
                        sysctls.relativize(file).toString(),
                        Files.readString(file).strip());
            }
        }
        return values;
    }

    private static Stream<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    private static void write(Path file, String text, String mode) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }
}
