package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** The API over HTTP. Patches are merged (strategic ones too: their lists replace) or lists of operations. */
final class KubernetesApi implements HttpHandler, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int FORBIDDEN = 403;
    private static final int SUFFIX = 5;

    private record Answer(int code, ObjectNode body) {}

    private final ObjectStore store;
    private final ApiObjects objects;
    private final PodProxy proxy;
    private volatile Optional<Rights> rights = Optional.empty();

    KubernetesApi(ObjectStore store, ApiObjects objects) {
        this.store = store;
        this.objects = objects;
        this.proxy = new PodProxy(store);
    }

    @Override
    public void close() {
        proxy.close();
    }

    /** Refuses service accounts from now on what these do not allow. */
    void enforce(Rights granted) {
        rights = Optional.of(granted);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
            List<String> warnings = new ArrayList<>();
            Answer answer;
            try {
                if (Boolean.parseBoolean(query.get("watch"))) {
                    refuseUnlessAllowed(exchange);
                    watch(exchange, query);
                    return;
                }
                if (exchange.getRequestURI().getPath().contains("/proxy/")) {
                    refuseUnlessAllowed(exchange);
                    proxy(exchange);
                    return;
                }
                answer = answer(exchange, query, body, warnings);
            } catch (Failure e) {
                answer = new Answer(e.code(), e.status());
            }
            warnings.forEach(warning -> exchange.getResponseHeaders()
                    .add("Warning", "299 - \"" + warning.replace("\\", "\\\\").replace("\"", "\\\"") + "\""));
            send(exchange, answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void proxy(HttpExchange exchange) throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        Target target = Target.of(path);
        if (!target.isProxy() || !exchange.getRequestMethod().equals("GET")) {
            throw Failure.methodNotAllowed();
        }
        HttpResponse<byte[]> answer = proxy.get(target, path);
        answer.headers()
                .firstValue("Content-Type")
                .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
        exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
        exchange.getResponseBody().write(answer.body());
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(answer.body());
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(answer.code(), bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private Answer answer(HttpExchange exchange, Map<String, String> query, byte[] body, List<String> warnings)
            throws InterruptedException {
        String path = exchange.getRequestURI().getPath();
        String method = exchange.getRequestMethod();
        Optional<ObjectNode> discovered = method.equals("GET") ? Discovery.answer(path) : Optional.empty();
        if (discovered.isPresent()) {
            return new Answer(OK, discovered.get());
        }
        if (method.equals("POST") && path.startsWith("/apis/authorization.k8s.io/v1/")) {
            return new Answer(CREATED, allowed(object(body)));
        }
        refuseUnlessAllowed(exchange);
        Target target = Target.of(path);
        Caller caller = caller(exchange);
        return switch (method) {
            case "GET" ->
                new Answer(OK, target.name().isEmpty() ? list(target, selected(query)) : objects.get(target.key()));
            case "POST" -> new Answer(CREATED, post(target, object(body), caller, warnings));
            case "PUT" -> {
                ObjectNode sent = object(body);
                yield new Answer(
                        OK,
                        update(
                                target,
                                object -> {
                                    object.removeAll();
                                    object.setAll(sent.deepCopy());
                                },
                                caller,
                                warnings));
            }
            case "PATCH" -> {
                String type =
                        Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Content-Type"), "");
                yield isApply(type)
                        ? apply(target, object(body), caller, warnings)
                        : new Answer(OK, update(target, patch(type, body), caller, warnings));
            }
            case "DELETE" -> new Answer(OK, delete(target, query, body));
            default -> throw Failure.methodNotAllowed();
        };
    }

    private static Caller caller(HttpExchange exchange) {
        return Caller.of(Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("User-Agent"), ""));
    }

    private void refuseUnlessAllowed(HttpExchange exchange) {
        rights.flatMap(granted ->
                        granted.refusal(caller(exchange).name(), exchange.getRequestMethod(), exchange.getRequestURI()))
                .ifPresent(refusal -> {
                    throw Failure.forbidden(FORBIDDEN, refusal);
                });
    }

    private ObjectNode list(Target target, Predicate<JsonNode> selected) {
        ObjectStore.Listing listing = store.list(target.kind(), target.namespace(), selected);
        ObjectNode list = JSON.createObjectNode()
                .put("kind", target.kind().name() + "List")
                .put("apiVersion", target.kind().apiVersion());
        list.putObject("metadata").put("resourceVersion", Long.toString(listing.version()));
        ArrayNode items = list.putArray("items");
        listing.objects().forEach(items::add);
        return list;
    }

    private ObjectNode post(Target target, ObjectNode sent, Caller caller, List<String> warnings)
            throws InterruptedException {
        if (target.kind().equals(Kind.POD) && target.subresource().equals("binding")) {
            return bind(target.key(), sent.at("/target/name").asText(), caller, warnings);
        }
        if (!target.name().isEmpty()
                || (target.kind().namespaced() && target.namespace().isEmpty())) {
            throw Failure.methodNotAllowed();
        }
        JsonNode metadata = sent.path("metadata");
        String name = metadata.path("name").asText("");
        if (name.isEmpty()) {
            String start = metadata.path("generateName").asText("");
            if (start.isEmpty()) {
                throw Failure.invalid("resource name may not be empty");
            }
            name = start + suffix();
        }
        return objects.create(target.key(name), sent, caller, warnings);
    }

    /** As the scheduler does it: nobody else may set a pod's node. */
    private ObjectNode bind(Key pod, String node, Caller caller, List<String> warnings) throws InterruptedException {
        objects.get(new Key(Kind.NODE, "", node));
        objects.update(
                pod,
                false,
                object -> {
                    if (!object.at("/spec/nodeName").asText("").isEmpty()) {
                        throw Failure.conflict(
                                Kind.POD, pod.name(), "pod " + pod.name() + " is already assigned to node");
                    }
                    object.withObject("/spec").put("nodeName", node);
                },
                caller,
                warnings);
        return success();
    }

    private ObjectNode update(Target target, Consumer<ObjectNode> change, Caller caller, List<String> warnings)
            throws InterruptedException {
        if (target.name().isEmpty()) {
            throw Failure.methodNotAllowed();
        }
        boolean status = target.subresource().equals("status");
        if (!target.subresource().isEmpty() && !(status && target.kind().statusApart())) {
            throw Failure.noRoute();
        }
        return objects.update(target.key(), status, change, caller, warnings);
    }

    private static boolean isApply(String type) {
        return type.startsWith("application/apply-patch+");
    }

    /** Server-side apply without field managers: what is not there is made, all else is a merge patch. */
    private Answer apply(Target target, ObjectNode sent, Caller caller, List<String> warnings)
            throws InterruptedException {
        if (target.subresource().isEmpty()
                && !target.name().isEmpty()
                && store.find(target.key()).isEmpty()) {
            return new Answer(CREATED, objects.create(target.key(), sent, caller, warnings));
        }
        return new Answer(OK, update(target, object -> Patch.merge(object, sent), caller, warnings));
    }

    private static Consumer<ObjectNode> patch(String type, byte[] body) {
        JsonNode patch = json(body);
        return switch (type.replaceFirst(";.*", "").strip()) {
            case "application/merge-patch+json", "application/strategic-merge-patch+json" ->
                object -> Patch.merge(object, patch);
            case "application/json-patch+json" -> object -> Patch.operations(object, patch);
            default -> throw Failure.mediaType(type);
        };
    }

    private ObjectNode delete(Target target, Map<String, String> query, byte[] body) {
        JsonNode preconditions =
                body.length == 0 ? JSON.createObjectNode() : json(body).path("preconditions");
        if (!target.name().isEmpty()) {
            ObjectNode gone = objects.delete(target.key(), preconditions);
            return Writing.isLeaving(gone) ? gone : success();
        }
        ObjectNode list = list(target, selected(query));
        for (JsonNode object : list.path("items")) {
            JsonNode metadata = object.path("metadata");
            objects.delete(
                    new Key(
                            target.kind(),
                            metadata.path("namespace").asText(""),
                            metadata.path("name").asText()),
                    preconditions);
        }
        return list;
    }

    /** Sends changes, one JSON object a line, until the client has gone or its time is over. */
    private void watch(HttpExchange exchange, Map<String, String> query) throws IOException, InterruptedException {
        Target target = Target.of(exchange.getRequestURI().getPath());
        if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
            // By this code clients learn that the watch has to be an ordinary request.
            exchange.sendResponseHeaders(OK, -1);
            return;
        }
        Watch watch = new Watch(store, target, selected(query));
        Optional<Long> since = Optional.ofNullable(query.get("resourceVersion"))
                .filter(version -> !version.isEmpty() && !version.equals("0"))
                .map(KubernetesApi::number);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(OK, 0);
        var out = exchange.getResponseBody();
        watch.run(since, number(query.getOrDefault("timeoutSeconds", "1800")), event -> {
            out.write(JSON.writeValueAsBytes(event));
            out.write('\n');
            out.flush();
        });
    }

    private static Predicate<JsonNode> selected(Map<String, String> query) {
        return Selector.labels(query.getOrDefault("labelSelector", ""))
                .and(Selector.fields(query.getOrDefault("fieldSelector", "")));
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Failure.badRequest("not a number: " + text);
        }
    }

    /** Everybody may do everything. */
    private static ObjectNode allowed(ObjectNode review) {
        ObjectNode status = review.putObject("status").put("allowed", true).put("incomplete", false);
        ObjectNode rule = status.putArray("resourceRules").addObject();
        for (String field : List.of("verbs", "apiGroups", "resources")) {
            rule.putArray(field).add("*");
        }
        status.putArray("nonResourceRules");
        return review;
    }

    private static ObjectNode success() {
        return JSON.createObjectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Success");
    }

    private static String suffix() {
        StringBuilder suffix = new StringBuilder();
        String letters = "bcdfghjklmnpqrstvwxz2456789";
        for (int i = 0; i < SUFFIX; i++) {
            suffix.append(letters.charAt(RandomGenerator.getDefault().nextInt(letters.length())));
        }
        return suffix.toString();
    }

    private static Map<String, String> query(@org.jspecify.annotations.Nullable String raw) {
        Map<String, String> query = new HashMap<>();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            String[] halves = pair.split("=", 2);
            query.put(decoded(halves[0]), halves.length == 2 ? decoded(halves[1]) : "");
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static ObjectNode object(byte[] body) {
        if (json(body) instanceof ObjectNode object) {
            return object;
        }
        throw Failure.badRequest("the body is no object");
    }

    private static JsonNode json(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw Failure.badRequest("the body is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalStateException("reading memory failed", e);
        }
    }
}
