package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks the webhooks that are registered: first those that may change an object, in the order of their names, then those that may
 * only refuse it. Webhooks are reached by URL: Services lead nowhere here.
 */
final class Admission implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int USUAL_SECONDS = 10;
    private static final int BAD_REQUEST = 400;
    private static final int OK = 200;

    private final ObjectStore store;

    /** By whom they trust. */
    private final Map<String, HttpClient> clients = new ConcurrentHashMap<>();

    Admission(ObjectStore store) {
        this.store = store;
    }

    /**
     * A write that is to be admitted.
     *
     * @param operation CREATE or UPDATE
     * @param before null for a new object
     */
    record Request(String operation, Key key, @Nullable ObjectNode before, ObjectNode object, Caller caller) {
        Request with(ObjectNode changed) {
            return new Request(operation, key, before, changed, caller);
        }
    }

    /**
     * The object as webhooks leave it.
     *
     * @param warnings what they want to be said is added
     * @throws Failure when one refuses it, or does not answer and must
     */
    ObjectNode admit(Request first, List<String> warnings) throws InterruptedException {
        Request request = first;
        for (JsonNode webhook : matching(Kind.MUTATING, request)) {
            JsonNode response = ask(webhook, request, warnings);
            if (response.path("patch").isTextual()) {
                ObjectNode changed = request.object().deepCopy();
                Patch.operations(changed, patch(webhook, response));
                request = request.with(changed);
            }
        }
        for (JsonNode webhook : matching(Kind.VALIDATING, request)) {
            ask(webhook, request, warnings);
        }
        return request.object();
    }

    private List<JsonNode> matching(Kind kind, Request request) {
        return store.list(kind, "", _ -> true).objects().stream()
                .<JsonNode>mapMulti((configuration, webhooks) ->
                        configuration.path("webhooks").forEach(webhooks))
                .filter(webhook -> isAbout(webhook, request))
                .toList();
    }

    private boolean isAbout(JsonNode webhook, Request request) {
        Kind kind = request.key().kind();
        boolean ruled = false;
        for (JsonNode rule : webhook.path("rules")) {
            ruled |= has(rule.path("operations"), request.operation())
                    && has(rule.path("apiGroups"), kind.group())
                    && has(rule.path("apiVersions"), kind.version())
                    && has(rule.path("resources"), kind.plural());
        }
        boolean here = !kind.namespaced()
                || store.find(new Key(Kind.NAMESPACE, "", request.key().namespace()))
                        .filter(Selector.of(webhook.path("namespaceSelector"))::test)
                        .isPresent();
        return ruled && here && Selector.of(webhook.path("objectSelector")).test(request.object());
    }

    private static boolean has(JsonNode list, String value) {
        for (JsonNode one : list) {
            if (one.asText().equals("*") || one.asText().equals(value)) {
                return true;
            }
        }
        return false;
    }

    /** Its response; an empty one where it does not answer and need not. */
    private JsonNode ask(JsonNode webhook, Request request, List<String> warnings) throws InterruptedException {
        String name = webhook.path("name").asText();
        JsonNode response;
        try {
            response = call(webhook, review(request));
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            if (webhook.path("failurePolicy").asText("Fail").equals("Ignore")) {
                return JSON.createObjectNode();
            }
            throw Failure.internal(
                    "failed calling webhook \"" + name + "\": failed to call webhook: " + e.getMessage());
        }
        response.path("warnings").forEach(warning -> warnings.add(warning.asText()));
        if (!response.path("allowed").asBoolean()) {
            JsonNode status = response.path("status");
            throw Failure.forbidden(
                    Math.max(BAD_REQUEST, status.path("code").asInt()),
                    "admission webhook \"" + name + "\" denied the request: "
                            + status.path("message").asText("without explanation"));
        }
        return response;
    }

    private static ObjectNode review(Request request) {
        Kind kind = request.key().kind();
        ObjectNode review =
                JSON.createObjectNode().put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        ObjectNode asked = review.putObject("request")
                .put("uid", UUID.randomUUID().toString())
                .put("name", request.key().name())
                .put("namespace", request.key().namespace())
                .put("operation", request.operation())
                .put("dryRun", false);
        for (String field : List.of("kind", "requestKind")) {
            asked.putObject(field)
                    .put("group", kind.group())
                    .put("version", kind.version())
                    .put("kind", kind.name());
        }
        for (String field : List.of("resource", "requestResource")) {
            asked.putObject(field)
                    .put("group", kind.group())
                    .put("version", kind.version())
                    .put("resource", kind.plural());
        }
        asked.putObject("userInfo")
                .put("username", request.caller().name())
                .putArray("groups")
                .add("system:authenticated");
        asked.set("object", request.object());
        asked.set("oldObject", request.before());
        return review;
    }

    private JsonNode call(JsonNode webhook, ObjectNode review)
            throws IOException, InterruptedException, GeneralSecurityException {
        JsonNode config = webhook.path("clientConfig");
        if (!config.path("url").isTextual()) {
            throw new IOException("service \"" + config.at("/service/name").asText()
                    + "\" not found: webhooks are asked by URL here");
        }
        Duration patience = Duration.ofSeconds(webhook.path("timeoutSeconds").asInt(USUAL_SECONDS));
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(config.path("url").asText()))
                .timeout(patience)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(review.toString()))
                .build();
        HttpResponse<String> answer =
                client(config.path("caBundle").asText()).send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != OK) {
            throw new IOException("it answered " + answer.statusCode() + ": " + answer.body());
        }
        JsonNode response = JSON.readTree(answer.body()).path("response");
        if (!response.path("uid").equals(review.at("/request/uid"))) {
            throw new IOException("it answered another review");
        }
        return response;
    }

    private static JsonNode patch(JsonNode webhook, JsonNode response) {
        try {
            return JSON.readTree(
                    Base64.getDecoder().decode(response.path("patch").asText()));
        } catch (IOException | IllegalArgumentException e) {
            throw Failure.internal("webhook " + webhook.path("name") + " sent no JSON patch: " + e.getMessage());
        }
    }

    private HttpClient client(String authority) throws GeneralSecurityException, IOException {
        HttpClient known = clients.get(authority);
        if (known != null) {
            return known;
        }
        HttpClient made = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(trusting(authority))
                .build();
        clients.put(authority, made);
        return made;
    }

    private static SSLContext trusting(String authority) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        var bundle = new ByteArrayInputStream(Base64.getDecoder().decode(authority));
        for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(bundle)) {
            trusted.setCertificateEntry(Objects.toString(trusted.size()), certificate);
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    @Override
    public void close() {
        clients.values().forEach(HttpClient::shutdownNow);
    }
}
