package io.vpccni.emulator.cloudwatch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.sun.net.httpserver.HttpExchange;
import io.vpccni.emulator.Listener;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;

/**
 * Takes metrics, and remembers them. Speaks Smithy's RPC protocol with CBOR, which the SDK uses for CloudWatch. Listens on loopback,
 * and believes every signature.
 */
public final class CloudWatchServer implements AutoCloseable {
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());
    private static final String PUT = "/service/GraniteServiceVersion20100801/operation/PutMetricData";

    /** CloudWatch's own limit. */
    private static final int MOST = 1_000;

    /** One value that was put. */
    public record Put(String namespace, String metric, double value, String unit, Map<String, String> dimensions) {}

    /** What one call brought. */
    public record Call(List<Put> data) {}

    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final Listener listener = Listener.open("127.0.0.1", 0, this::handle);

    private CloudWatchServer() {}

    /** Serves until it is closed. @throws java.io.UncheckedIOException when it cannot listen */
    public static CloudWatchServer start() {
        return new CloudWatchServer();
    }

    /** For {@code AWS_ENDPOINT_URL_CLOUDWATCH}. */
    public URI endpoint() {
        return listener.endpoint();
    }

    /** What was taken, call by call. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The next calls are refused as those of somebody who may not put metrics. */
    public void refuse(int count) {
        refusals.set(count);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = body(exchange);
            if (!exchange.getRequestURI().getPath().equals(PUT)) {
                answer(exchange, 404, error("UnknownOperationException", "only PutMetricData is known"));
            } else if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                answer(
                        exchange,
                        403,
                        error("AccessDeniedException", "not authorized to perform: cloudwatch:PutMetricData"));
            } else {
                List<Put> data = data(CBOR.readTree(body));
                if (data.isEmpty() || data.size() > MOST) {
                    answer(
                            exchange,
                            400,
                            error("InvalidParameterValueException", data.size() + " metrics in one call"));
                } else {
                    calls.add(new Call(data));
                    answer(exchange, 200, CBOR.createObjectNode());
                }
            }
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        try (InputStream raw = exchange.getRequestBody()) {
            boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            return zipped ? new GZIPInputStream(raw).readAllBytes() : raw.readAllBytes();
        }
    }

    private static List<Put> data(JsonNode request) {
        List<Put> data = new ArrayList<>();
        for (JsonNode datum : request.path("MetricData")) {
            Map<String, String> dimensions = new TreeMap<>();
            datum.path("Dimensions")
                    .forEach(dimension -> dimensions.put(
                            dimension.path("Name").asText(),
                            dimension.path("Value").asText()));
            data.add(new Put(
                    request.path("Namespace").asText(),
                    datum.path("MetricName").asText(),
                    datum.path("Value").asDouble(),
                    datum.path("Unit").asText(),
                    dimensions));
        }
        return data;
    }

    private static ObjectNode error(String type, String message) {
        return CBOR.createObjectNode()
                .put("__type", "com.amazonaws.cloudwatch#" + type)
                .put("message", message);
    }

    private static void answer(HttpExchange exchange, int code, ObjectNode body) throws IOException {
        byte[] bytes = CBOR.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/cbor");
        exchange.getResponseHeaders().set("smithy-protocol", "rpc-v2-cbor");
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        listener.close();
    }
}
