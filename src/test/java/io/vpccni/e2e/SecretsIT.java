package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the daemon knows by its credentials stays with it. */
@RequiresNetworkNamespaces
@Timeout(120)
class SecretsIT {

    private static final String KEY = "verySecretAccessKey0123456789";
    private static final String TOKEN = "verySecretSessionToken0123456789";
    private static final Pattern PORTS =
            Pattern.compile("Listening on: (http://[^ ]*)\\. Management interface listening on (http://[^ \"]*)\\.");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void credentialsAreInNoLogNoPageAndNoFile() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1))) {
            Path log = folder.resolve("daemon.log");
            Map<String, String> variables = world.variables(
                    "node1",
                    Map.of(
                            "AWS_ACCESS_KEY_ID",
                            "AKIDEXAMPLE",
                            "AWS_SECRET_ACCESS_KEY",
                            KEY,
                            "AWS_SESSION_TOKEN",
                            TOKEN,
                            "AWS_VPC_K8S_CNI_LOGLEVEL",
                            "DEBUG"));
            try (var _ = new PackagedDaemon(variables, world.node("node1").socket(), log);
                    var channel = new CniChannel(world.node("node1").socket())) {
                Pod pod = world.createPod("node1", "a");
                assertThat(CniChannel.await(channel.add(CniChannel.request(pod)))
                                .getExitCode())
                        .isZero();

                Matcher ports = PORTS.matcher(Files.readString(log));
                assertThat(ports.find()).isTrue();
                for (String page : List.of(
                        "/v1/enis",
                        "/v1/eni-configs",
                        "/v1/networkutils-env-settings",
                        "/v1/ipamd-env-settings",
                        "/v1/explain?last=20")) {
                    assertKeeps(ports.group(1) + page);
                }
                assertKeeps(ports.group(2) + "/metrics");
                assertKeeps(ports.group(2) + "/health");
            }

            assertThat(Files.readString(log)).contains("serves pods").doesNotContain(KEY, TOKEN);
            assertThat(Files.readString(world.checkpoint("node1"))).doesNotContain(KEY, TOKEN);
        }
    }

    private static void assertKeeps(String url) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(url).isEqualTo(200);
        assertThat(answer.body()).isNotEmpty().doesNotContain(KEY, TOKEN);
    }
}
