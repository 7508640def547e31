package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Pods as the API server knows them: what users, the scheduler and the kubelet do there. */
final class ClusterPods {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int FIRST_ERROR = 400;

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI server;
    private final PrintStream warnings;

    /** @param warnings where the server's warnings go */
    ClusterPods(URI server, PrintStream warnings) {
        this.server = server;
        this.warnings = warnings;
    }

    /** The pod of that name: a new one, or one that still waits for a node. */
    JsonNode createOrFind(String namespace, String name, Map<String, String> labels)
            throws IOException, InterruptedException {
        Optional<JsonNode> waiting = find(namespace, name)
                .filter(pod -> pod.at("/spec/nodeName").asText().isEmpty());
        return waiting.isPresent() ? waiting.get() : create(namespace, name, labels);
    }

    private JsonNode create(String namespace, String name, Map<String, String> labels)
            throws IOException, InterruptedException {
        ObjectNode pod = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode metadata = pod.putObject("metadata").put("name", name);
        labels.forEach(metadata.putObject("labels")::put);
        pod.putObject("spec")
                .putArray("containers")
                .addObject()
                .put("name", "main")
                .put("image", "none");
        return call("POST", pods(namespace), pod, "application/json");
    }

    Optional<JsonNode> find(String namespace, String name) throws IOException, InterruptedException {
        HttpResponse<String> answer = send("GET", pods(namespace) + "/" + name, null, "application/json");
        return answer.statusCode() == NOT_FOUND ? Optional.empty() : Optional.of(checked(answer));
    }

    /** Finds a node for the pod and binds it, or says in its status why there is none. */
    Scheduler.Placement schedule(JsonNode pod, Optional<String> node) throws IOException, InterruptedException {
        Scheduler.Placement placement = Scheduler.place(pod, items("/api/v1/nodes"), items("/api/v1/pods"), node);
        ObjectNode body = JSON.createObjectNode();
        switch (placement) {
            case Scheduler.Placement.On(String chosen) -> {
                body.put("apiVersion", "v1").put("kind", "Binding");
                body.putObject("target").put("kind", "Node").put("name", chosen);
                call("POST", path(pod) + "/binding", body, "application/json");
            }
            case Scheduler.Placement.Pending(String why) -> {
                body.putObject("status")
                        .putArray("conditions")
                        .addObject()
                        .put("type", "PodScheduled")
                        .put("status", "False")
                        .put("reason", "Unschedulable")
                        .put("message", why);
                call("PATCH", path(pod) + "/status", body, "application/merge-patch+json");
            }
        }
        return placement;
    }

    /** As the kubelet reports a pod whose sandbox has its network. */
    void running(JsonNode pod, String address) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        ObjectNode status = body.putObject("status").put("phase", "Running").put("podIP", address);
        status.putArray("podIPs").addObject().put("ip", address);
        status.putArray("conditions").addObject().put("type", "Ready").put("status", "True");
        call("PATCH", path(pod) + "/status", body, "application/merge-patch+json");
    }

    /** Deletes this pod and no other of its name; whether it was there. {@code uid} is empty for any. */
    boolean delete(String namespace, String name, String uid) throws IOException, InterruptedException {
        ObjectNode options = JSON.createObjectNode().put("gracePeriodSeconds", 0);
        if (!uid.isEmpty()) {
            options.putObject("preconditions").put("uid", uid);
        }
        HttpResponse<String> answer = send("DELETE", pods(namespace) + "/" + name, options, "application/json");
        // A conflict: the pod of that name is another one.
        if (answer.statusCode() == NOT_FOUND || answer.statusCode() == CONFLICT) {
            return false;
        }
        checked(answer);
        return true;
    }

    /** A SecurityGroupPolicy: pods with these labels get groups of these ids. */
    void createPolicy(String namespace, String name, Map<String, String> labels, List<String> groupIds)
            throws IOException, InterruptedException {
        ObjectNode policy = JSON.createObjectNode()
                .put("apiVersion", "vpcresources.k8s.aws/v1beta1")
                .put("kind", "SecurityGroupPolicy");
        policy.putObject("metadata").put("name", name);
        ObjectNode spec = policy.putObject("spec");
        labels.forEach(spec.putObject("podSelector").putObject("matchLabels")::put);
        groupIds.forEach(spec.putObject("securityGroups").putArray("groupIds")::add);
        call(
                "POST",
                "/apis/vpcresources.k8s.aws/v1beta1/namespaces/" + namespace + "/securitygrouppolicies",
                policy,
                "application/json");
    }

    static String uid(JsonNode pod) {
        return pod.at("/metadata/uid").asText();
    }

    private List<JsonNode> items(String path) throws IOException, InterruptedException {
        List<JsonNode> items = new ArrayList<>();
        call("GET", path, null, "application/json").path("items").forEach(items::add);
        return items;
    }

    private static String pods(String namespace) {
        return "/api/v1/namespaces/" + namespace + "/pods";
    }

    private static String path(JsonNode pod) {
        return pods(pod.at("/metadata/namespace").asText()) + "/"
                + pod.at("/metadata/name").asText();
    }

    private JsonNode call(String method, String path, @Nullable JsonNode body, String type)
            throws IOException, InterruptedException {
        return checked(send(method, path, body, type));
    }

    private HttpResponse<String> send(String method, String path, @Nullable JsonNode body, String type)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(PATIENCE)
                        .header("Content-Type", type)
                        .method(
                                method,
                                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()))
                        .build(),
                BodyHandlers.ofString());
    }

    private JsonNode checked(HttpResponse<String> answer) throws IOException {
        answer.headers().allValues("Warning").forEach(warnings::println);
        JsonNode body = JSON.readTree(answer.body());
        if (answer.statusCode() >= FIRST_ERROR) {
            throw new IOException("the API server: " + body.path("message").asText(answer.body()));
        }
        return body;
    }
}
