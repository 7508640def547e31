package io.vpccni.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.ec2.AwsStub.Seen;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What AWS's own variables do, in a process that has them. */
@Timeout(120)
class AwsEnvironmentTest {

    /** What keytool and the key store are given. */
    private static final String PASSWORD = "changeit";

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));

    @TempDir
    private Path folder = Path.of("");

    private Path token = Path.of("");

    @BeforeEach
    void writeTheToken() throws IOException {
        token = Files.writeString(folder.resolve("token"), "a-token");
    }

    @AfterEach
    void close() {
        emulator.close();
    }

    @Test
    void theRoleOfTheServiceAccountSignsCalls() throws Exception {
        try (AwsStub aws = new AwsStub()) {
            String printed = run(Map.of(
                    "AWS_ENDPOINT_URL", aws.url(),
                    "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/cni",
                    "AWS_WEB_IDENTITY_TOKEN_FILE", token.toString()));

            assertThat(printed).isEqualTo("tags {}");
            assertThat(aws.request("Action=AssumeRoleWithWebIdentity"))
                    .hasValueSatisfying(request ->
                            assertThat(request.text()).contains("role%2Fcni").contains("WebIdentityToken=a-token"));
            assertCallIsSignedBy(aws, "AKIDWEB", "web-session");
        }
    }

    @Test
    void noOtherRoleTakesThePlaceOfTheServiceAccounts() throws Exception {
        try (AwsStub aws = new AwsStub()) {
            String printed = run(Map.of(
                    "AWS_ENDPOINT_URL", aws.url(),
                    "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/cni",
                    "AWS_WEB_IDENTITY_TOKEN_FILE", folder.resolve("missing").toString()));

            assertThat(printed).startsWith("failed").contains("missing");
            assertThat(aws.request("Action=DescribeTags")).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0} and {1}")
    @CsvSource({
        "AWS_CONTAINER_CREDENTIALS_FULL_URI, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI, AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_AUTHORIZATION_TOKEN",
    })
    void thePodIdentitySignsCalls(String source, String authorization) throws Exception {
        try (AwsStub agent = new AwsStub()) {
            String path = "/v1/credentials";

            String printed = run(Map.of(
                    "AWS_ENDPOINT_URL",
                    agent.url(),
                    "AWS_CONTAINER_SERVICE_ENDPOINT", // instead of 169.254.170.2
                    agent.url(),
                    source,
                    source.endsWith("FULL_URI") ? agent.url() + path : path,
                    authorization,
                    authorization.endsWith("FILE") ? token.toString() : "a-token"));

            assertThat(printed).isEqualTo("tags {}");
            assertThat(agent.request(path).flatMap(Seen::authorization)).contains("a-token");
            assertCallIsSignedBy(agent, "AKIDPOD", "pod-session");
        }
    }

    private static void assertCallIsSignedBy(AwsStub aws, String key, String session) {
        assertThat(aws.request("Action=DescribeTags")).hasValueSatisfying(call -> {
            assertThat(call.authorization().orElse("")).contains("Credential=" + key + "/");
            assertThat(call.sessionToken()).contains(session);
        });
    }

    @Test
    void theRoleOfTheInstanceIsNotAskedForWhereMetadataIsDisabled() throws Exception {
        try (AwsStub aws = new AwsStub()) {
            assertThat(run(Map.of("AWS_ENDPOINT_URL", aws.url()))).isEqualTo("tags {}");
            assertThat(run(Map.of("AWS_ENDPOINT_URL", aws.url(), "AWS_EC2_METADATA_DISABLED", "true")))
                    .startsWith("failed")
                    .contains("IMDS credentials have been disabled");
        }
    }

    /** No name is known in that process, so that its failure says which host it looked for. */
    @ParameterizedTest(name = "{0} {1} means {2}")
    @CsvSource({
        "AWS_USE_FIPS_ENDPOINT, false, ec2.us-west-2.amazonaws.com",
        "AWS_USE_FIPS_ENDPOINT, true, ec2-fips.us-west-2.amazonaws.com",
        "AWS_USE_DUALSTACK_ENDPOINT, true, ec2.us-west-2.api.aws",
    })
    void endpointsOfOtherKindsAreAsked(String variable, String value, String host) throws Exception {
        Path noHosts = Files.createFile(folder.resolve("hosts"));

        assertThat(run(Map.of(variable, value), "-Djdk.net.hosts.file=" + noHosts))
                .startsWith("failed")
                .contains(host);
    }

    @Test
    void authoritiesOfAFileAreBelievedAndNoOthers() throws Exception {
        Path certificate = folder.resolve("authority.pem");
        try (AwsStub aws = new AwsStub(identity(certificate))) {
            Map<String, String> url = Map.of("AWS_ENDPOINT_URL", aws.url());
            Map<String, String> webIdentity = Map.of(
                    "AWS_ENDPOINT_URL", aws.url(),
                    "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/cni",
                    "AWS_WEB_IDENTITY_TOKEN_FILE", token.toString(),
                    "AWS_CA_BUNDLE", certificate.toString());

            assertThat(run(url)).startsWith("failed").contains("PKIX");
            assertThat(run(webIdentity)).isEqualTo("tags {}");
            assertCallIsSignedBy(aws, "AKIDWEB", "web-session");
        }
    }

    @Test
    void aBadFileOfAuthoritiesIsNamed() throws Exception {
        Path missing = folder.resolve("missing.pem");
        Path empty = Files.createFile(folder.resolve("empty.pem"));

        for (Path file : List.of(missing, empty, token)) {
            assertThat(run(Map.of("AWS_CA_BUNDLE", file.toString())))
                    .startsWith("refused: AWS_CA_BUNDLE=\"" + file + "\"");
        }
    }

    /** Of a server called localhost, whose certificate is written to the file. */
    private SSLContext identity(Path certificate) throws IOException, GeneralSecurityException, InterruptedException {
        Path store = folder.resolve("server.p12");
        keytool(
                store,
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost");
        keytool(store, "-exportcert", "-rfc", "-alias", "server", "-file", certificate.toString());
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    private static void keytool(Path store, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java("keytool")));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
    }

    /** What {@link TagsProgram} prints with these variables and the metadata service of the emulated node. */
    private String run(Map<String, String> variables, String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java("java")));
        command.addAll(List.of(flags));
        command.addAll(List.of(
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), TagsProgram.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
        builder.environment().putAll(variables);
        builder.environment()
                .put(
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        emulator.node("node1").imdsEndpoint().toString());
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return printed.strip();
    }

    private static String java(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }
}
