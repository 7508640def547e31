package io.vpccni.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Against Docker's registry, as Debian packages it. */
@Timeout(60)
class RegistryTest {

    private static final Pattern LISTENING = Pattern.compile("listening on 127\\.0\\.0\\.1:(\\d+)");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    private static Path folder = Path.of("");

    private static int port;
    private static Process server;

    @BeforeAll
    @Timeout(30)
    static void startTheRegistry() throws Exception {
        assumeTrue(
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "docker-registry"))),
                "needs docker-registry: apt-get install docker-registry");
        Path settings = folder.resolve("registry.yml");
        Files.writeString(settings, """
                version: 0.1
                storage: {filesystem: {rootdirectory: %s}}
                http: {addr: "127.0.0.1:0"}
                """.formatted(folder.resolve("registry")));
        server = new ProcessBuilder("docker-registry", "serve", settings.toString())
                .redirectErrorStream(true)
                .start();
        BufferedReader log = server.inputReader();
        port = portOf(log);
        Thread.ofVirtual().start(() -> log.lines().forEach(_ -> {}));
    }

    /** The port that the registry has chosen, as it says when it listens. */
    private static int portOf(BufferedReader log) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return Integer.parseInt(listening.group(1));
            }
            said.append(line).append('\n');
        }
        throw new AssertionError("the registry does not listen: " + said);
    }

    @AfterAll
    static void stopTheRegistry() {
        if (server != null) {
            server.destroy();
            server.onExit().join();
        }
    }

    @Test
    void whoAsksForTheCommonNameGetsTheImageForItsMachine() throws Exception {
        pushTiny("1-amd64", "amd64");
        pushTiny("1-arm64", "arm64");

        String digest = Registry.join(
                new Push(name("1"), List.of("latest"), Optional.empty(), true),
                Map.of(Architecture.AMD64, "1-amd64", Architecture.ARM64, "1-arm64"));

        for (String tag : List.of("1", "latest")) {
            HttpResponse<String> list =
                    get("vpc-cni/manifests/" + tag, "application/vnd.docker.distribution.manifest.list.v2+json");
            assertThat(list.headers().firstValue("Docker-Content-Digest")).contains(digest);
            assertThat(list.body()).contains("\"architecture\":\"amd64\"", "\"architecture\":\"arm64\"");
        }
        for (String architecture : List.of("amd64", "arm64")) {
            Path pulled = folder.resolve(architecture + ".tar");
            Jib.from(RegistryImage.named(name("1")))
                    .setPlatforms(Set.of(new Platform(architecture, "linux")))
                    .containerize(Containerizer.to(TarImage.at(pulled).named("pulled"))
                            .setBaseImageLayersCache(folder.resolve("pulled-" + architecture))
                            .setAllowInsecureRegistries(true));
            assertThat(Files.readString(pulled, StandardCharsets.ISO_8859_1)).contains("for=" + architecture);
        }
    }

    @Test
    void anImageThatIsMissingIsNamed() {
        assertThatThrownBy(() -> Registry.join(
                        new Push(name("2"), List.of(), Optional.empty(), true), Map.of(Architecture.AMD64, "2-amd64")))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("vpc-cni:2 cannot be pushed: ")
                .hasMessageContaining("2-amd64");
    }

    @Test
    void aNameThatIsNoneIsRefused() {
        assertThatThrownBy(() -> Registry.parse("Upper/Case:tag"))
                .isInstanceOf(ImageException.class)
                .hasMessage("'Upper/Case:tag' is no name of an image");
    }

    private static void pushTiny(String tag, String architecture) throws Exception {
        Jib.fromScratch()
                .setPlatforms(Set.of(new Platform(architecture, "linux")))
                .addEnvironmentVariable("for", architecture)
                .containerize(Containerizer.to(RegistryImage.named(name(tag))).setAllowInsecureRegistries(true));
    }

    private static String name(String tag) {
        return "127.0.0.1:" + port + "/vpc-cni:" + tag;
    }

    private static HttpResponse<String> get(String path, String accept) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v2/" + path))
                        .header("Accept", accept)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
