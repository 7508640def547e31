package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Passes what is asked of {@code pods/NAME:PORT/proxy/...} on to the pod's address. */
final class PodProxy implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String MARK = "/proxy";

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final ObjectStore store;

    PodProxy(ObjectStore store) {
        this.store = store;
    }

    /** The pod's answer. Fails with {@link Failure} where there is no such pod, or it cannot be reached. */
    HttpResponse<byte[]> get(Target target, String path) throws InterruptedException {
        String[] parts = target.name().split(":", 2);
        ObjectNode pod = store.find(new Key(Kind.POD, target.namespace(), parts[0]))
                .orElseThrow(() -> Failure.notFound(Kind.POD, parts[0]));
        String address = pod.at("/status/podIP").asText("");
        if (address.isEmpty() || parts.length < 2) {
            throw Failure.badRequest("address not allowed");
        }
        URI uri = URI.create("http://" + address + ":" + parts[1] + path.substring(path.indexOf(MARK) + MARK.length()));
        try {
            return client.send(
                    HttpRequest.newBuilder(uri).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw Failure.unavailable("error trying to reach service: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
