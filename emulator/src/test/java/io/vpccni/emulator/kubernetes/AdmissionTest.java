package io.vpccni.emulator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.Http;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks over TLS, with a certificate that nobody else trusts. */
class AdmissionTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final char[] PASSWORD = "password".toCharArray();

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(0));
    private final KubernetesServer server = KubernetesServer.start(emulator);
    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private HttpsServer webhook;

    @SuppressWarnings("NullAway.Init")
    private KeyStore keys;

    @BeforeEach
    void open() throws Exception {
        Path file = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "webhook",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=webhook",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        webhook = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        webhook.setHttpsConfigurator(new HttpsConfigurator(context));
        webhook.start();
    }

    @AfterEach
    void close() {
        webhook.stop(0);
        server.close();
        emulator.close();
    }

    /** Answers reviews at the path with this response, to which the uid is added. */
    private void answer(String path, String response) {
        webhook.createContext(path, exchange -> {
            try (exchange) {
                JsonNode review = JSON.readTree(exchange.getRequestBody().readAllBytes());
                asked.add(review.path("request"));
                ObjectNode answer = JSON.createObjectNode();
                ObjectNode filled = (ObjectNode) JSON.readTree(response);
                filled.set("uid", review.at("/request/uid"));
                answer.set("response", filled);
                byte[] bytes = JSON.writeValueAsBytes(answer);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
    }

    private void register(String kind, String path, String failurePolicy, String namespace) throws Exception {
        String certificate = "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(keys.getCertificate("webhook").getEncoded())
                + "\n-----END CERTIFICATE-----\n";
        ObjectNode configuration = JSON.createObjectNode();
        configuration.putObject("metadata").put("name", "test");
        ObjectNode hook = configuration
                .putArray("webhooks")
                .addObject()
                .put("name", "hook.test")
                .put("failurePolicy", failurePolicy)
                .put("timeoutSeconds", 5);
        hook.putObject("clientConfig")
                .put("url", "https://127.0.0.1:" + webhook.getAddress().getPort() + path)
                .put("caBundle", Base64.getEncoder().encodeToString(certificate.getBytes(StandardCharsets.UTF_8)));
        hook.putObject("namespaceSelector").putObject("matchLabels").put("kubernetes.io/metadata.name", namespace);
        ObjectNode rule = hook.putArray("rules").addObject();
        rule.putArray("operations").add("CREATE");
        rule.putArray("apiGroups").add("");
        rule.putArray("apiVersions").add("v1");
        rule.putArray("resources").add("pods");
        assertThat(Http.call(
                                "POST",
                                server.url(),
                                "/apis/admissionregistration.k8s.io/v1/" + kind + "webhookconfigurations",
                                configuration.toString())
                        .statusCode())
                .isEqualTo(201);
    }

    private HttpResponse<String> createPod() {
        return Http.call(
                "POST",
                server.url(),
                PODS,
                "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"containers\":[{\"name\":\"main\"}]}}",
                "User-Agent",
                "amazon-vpc-resource-controller-k8s");
    }

    @Test
    void aMutatingWebhookChangesTheObjectAndWarns() throws Exception {
        String patch = "[{\"op\":\"add\",\"path\":\"/metadata/annotations\",\"value\":{\"by\":\"webhook\"}}]";
        answer(
                "/mutate",
                "{\"allowed\":true,\"patchType\":\"JSONPatch\",\"warnings\":[\"mind\"],\"patch\":\""
                        + Base64.getEncoder().encodeToString(patch.getBytes(StandardCharsets.UTF_8)) + "\"}");
        register("mutating", "/mutate", "Fail", "default");

        HttpResponse<String> response = createPod();

        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        assertThat(JSON.readTree(response.body()).at("/metadata/annotations/by").asText())
                .isEqualTo("webhook");
        assertThat(response.headers().firstValue("Warning")).contains("299 - \"mind\"");
        assertThat(asked).singleElement().satisfies(request -> {
            assertThat(request.path("operation").asText()).isEqualTo("CREATE");
            assertThat(request.at("/object/spec/serviceAccountName").asText()).isEqualTo("default");
            assertThat(request.at("/userInfo/username").asText())
                    .isEqualTo("system:serviceaccount:kube-system:vpc-resource-controller");
        });
    }

    @Test
    void aValidatingWebhookRefuses() throws Exception {
        answer("/validate", "{\"allowed\":false,\"status\":{\"code\":403,\"message\":\"not you\"}}");
        register("validating", "/validate", "Fail", "default");

        HttpResponse<String> response = createPod();

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).contains("admission webhook \\\"hook.test\\\" denied the request: not you");
        assertThat(Http.call("GET", server.url(), PODS + "/a", "").statusCode()).isEqualTo(404);
    }

    @Test
    void oneThatDoesNotAnswerIsAskedForNothingWhereItsPolicyIsIgnore() throws Exception {
        register("mutating", "/nowhere", "Ignore", "default");
        assertThat(createPod().statusCode()).isEqualTo(201);
    }

    @Test
    void oneThatDoesNotAnswerKeepsObjectsOutWhereItsPolicyIsFail() throws Exception {
        register("mutating", "/nowhere", "Fail", "default");
        assertThat(createPod().statusCode()).isEqualTo(500);
    }

    @Test
    void podsOfOtherNamespacesAreNotItsBusiness() throws Exception {
        register("mutating", "/nowhere", "Fail", "shop");
        assertThat(createPod().statusCode()).isEqualTo(201);
    }
}
