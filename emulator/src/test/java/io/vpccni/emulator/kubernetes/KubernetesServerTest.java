package io.vpccni.emulator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.Http;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server over HTTP, as clients use it. */
@Timeout(60)
class KubernetesServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String CNINODES = "/apis/vpcresources.k8s.aws/v1alpha1/cninodes";

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(2));
    private final KubernetesServer server = KubernetesServer.start(emulator);

    @AfterEach
    void close() {
        server.close();
        emulator.close();
    }

    private HttpResponse<String> call(String method, String path, String body, String... headers) {
        return Http.call(method, server.url(), path, body, headers);
    }

    private JsonNode get(String path) throws Exception {
        return JSON.readTree(call("GET", path, "").body());
    }

    private JsonNode created(String path, String body) throws Exception {
        HttpResponse<String> response = call("POST", path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return JSON.readTree(response.body());
    }

    private HttpResponse<String> merge(String path, String patch) {
        return call("PATCH", path, patch, "Content-Type", "application/merge-patch+json");
    }

    private static String pod(String name) {
        return "{\"metadata\":{\"name\":\"" + name + "\"},\"spec\":{\"containers\":[{\"name\":\"main\"}]}}";
    }

    @Test
    void eachEmulatedNodeIsANodeAndEveryNamespaceHasAnAccount() throws Exception {
        JsonNode node = get("/api/v1/nodes/node2");
        assertThat(node.at("/spec/providerID").asText())
                .isEqualTo("aws:///us-west-2a/" + emulator.node("node2").instanceId());
        assertThat(node.at("/metadata/labels/node.kubernetes.io~1instance-type").asText())
                .isEqualTo("m5.large");
        assertThat(node.at("/status/allocatable/pods").asText()).isEqualTo("29");

        created("/api/v1/namespaces", "{\"metadata\":{\"name\":\"shop\"}}");
        assertThat(get("/api/v1/namespaces/shop/serviceaccounts/default")
                        .path("kind")
                        .asText())
                .isEqualTo("ServiceAccount");
        assertThat(get("/api/v1/namespaces/shop")
                        .at("/metadata/labels/kubernetes.io~1metadata.name")
                        .asText())
                .isEqualTo("shop");
    }

    @Test
    void aPatchThatNamesAnotherUidOrAnOlderVersionIsAConflict() throws Exception {
        JsonNode pod = created(PODS, pod("a"));
        String uid = pod.at("/metadata/uid").asText();
        String version = pod.at("/metadata/resourceVersion").asText();

        assertThat(merge(PODS + "/a", "{\"metadata\":{\"uid\":\"other\",\"labels\":{\"x\":\"1\"}}}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(merge(PODS + "/a", "{\"metadata\":{\"uid\":\"" + uid + "\",\"labels\":{\"x\":\"1\"}}}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(merge(
                                PODS + "/a",
                                "{\"metadata\":{\"resourceVersion\":\"" + version + "\",\"labels\":{\"x\":\"2\"}}}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(get(PODS + "/a").at("/metadata/labels/x").asText()).isEqualTo("1");
    }

    @Test
    void statusIsWrittenAtItsOwnPathOnly() throws Exception {
        created(PODS, pod("a"));
        merge(PODS + "/a", "{\"status\":{\"podIP\":\"10.0.0.9\"}}");
        assertThat(get(PODS + "/a").at("/status/podIP").isMissingNode()).isTrue();
        merge(PODS + "/a/status", "{\"status\":{\"podIP\":\"10.0.0.9\"},\"spec\":{\"nodeName\":\"node1\"}}");
        assertThat(get(PODS + "/a").at("/status/podIP").asText()).isEqualTo("10.0.0.9");
        assertThat(get(PODS + "/a").at("/spec/nodeName").isMissingNode()).isTrue();
    }

    @Test
    void anObjectWithAFinalizerStaysUntilItIsTakenAway() throws Exception {
        created(CNINODES, "{\"metadata\":{\"name\":\"n\",\"finalizers\":[\"a/b\"]}}");
        call("DELETE", CNINODES + "/n", "");
        assertThat(get(CNINODES + "/n").at("/metadata/deletionTimestamp").isTextual())
                .isTrue();
        merge(CNINODES + "/n", "{\"metadata\":{\"finalizers\":null}}");
        assertThat(call("GET", CNINODES + "/n", "").statusCode()).isEqualTo(404);
    }

    @Test
    void whatANodeOwnsGoesWithIt() throws Exception {
        String uid = get("/api/v1/nodes/node1").at("/metadata/uid").asText();
        created(CNINODES, "{\"metadata\":{\"name\":\"n\",\"ownerReferences\":[{\"uid\":\"" + uid + "\"}]}}");
        call("DELETE", "/api/v1/nodes/node1", "");
        assertThat(call("GET", CNINODES + "/n", "").statusCode()).isEqualTo(404);
    }

    @Test
    void aPodIsBoundOnce() throws Exception {
        created(PODS, pod("a"));
        String binding = "{\"target\":{\"kind\":\"Node\",\"name\":\"node1\"}}";
        assertThat(call("POST", PODS + "/a/binding", binding).statusCode()).isEqualTo(201);
        assertThat(get(PODS + "/a").at("/status/conditions/0/type").asText()).isEqualTo("PodScheduled");
        assertThat(call("POST", PODS + "/a/binding", binding).statusCode()).isEqualTo(409);
        assertThat(get("/api/v1/pods?fieldSelector=spec.nodeName%3Dnode1").path("items"))
                .hasSize(1);
        assertThat(get("/api/v1/pods?fieldSelector=spec.nodeName%3Dnode2").path("items"))
                .isEmpty();
    }

    @Test
    void aWatchTellsOfWhatItSelectsFromAVersionOn() throws Exception {
        created(PODS, pod("before"));
        String version = get(PODS).at("/metadata/resourceVersion").asText();
        created(PODS, pod("a"));
        call("POST", PODS + "/a/binding", "{\"target\":{\"name\":\"node1\"}}");
        call("DELETE", PODS + "/a", "");
        created("/api/v1/namespaces", "{\"metadata\":{\"name\":\"other\"}}");

        String query = "?watch=true&timeoutSeconds=1&resourceVersion=" + version;
        assertThat(events(PODS + query)).startsWith("ADDED a", "MODIFIED a", "DELETED a");
        // For a watch of the pods of a node, a pod appears when it is bound.
        assertThat(events("/api/v1/pods" + query + "&fieldSelector=spec.nodeName%3Dnode1"))
                .startsWith("ADDED a", "DELETED a");
        assertThat(events(PODS + "?watch=true&timeoutSeconds=1")).startsWith("ADDED before");
    }

    private List<String> events(String path) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(server.url().resolve(path))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            var stream = client.send(request, HttpResponse.BodyHandlers.ofInputStream())
                    .body();
            try (var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                List<String> events = new ArrayList<>();
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    JsonNode event = JSON.readTree(line);
                    events.add(event.path("type").asText() + " "
                            + event.at("/object/metadata/name").asText());
                }
                return events;
            }
        }
    }

    @Test
    void aNodeThatComesLaterIsANodeToo() throws Exception {
        String instance = emulator.addNode("m5.xlarge").instanceId();

        // Whatever the emulator tells next, it tells after the node.
        emulator.addFabric(_ -> {});

        JsonNode node = get("/api/v1/nodes/node3");
        assertThat(node.at("/spec/providerID").asText()).isEqualTo("aws:///us-west-2a/" + instance);
    }

    @Test
    void applyMakesWhatIsNotThereAndMergesIntoWhatIs() throws Exception {
        assertThat(apply(CNINODES + "/node1", "{\"spec\":{\"features\":[]}}").statusCode())
                .isEqualTo(201);

        HttpResponse<String> second = apply(
                CNINODES + "/node1", "{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"tags\":{\"x\":\"y\"}}}");

        assertThat(second.statusCode()).isEqualTo(200);
        JsonNode found = get(CNINODES + "/node1");
        assertThat(found.at("/metadata/labels/a").asText()).isEqualTo("b");
        assertThat(found.at("/spec/tags/x").asText()).isEqualTo("y");
        assertThat(found.at("/spec/features").isArray()).isTrue();
    }

    private HttpResponse<String> apply(String path, String object) {
        return call("PATCH", path + "?fieldManager=test", object, "Content-Type", "application/apply-patch+yaml");
    }
}
