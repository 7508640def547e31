package io.vpccni.emulator.imds;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** IMDSv2 of one node over HTTP: PUT for a token, GET with it. Version 1 is answered 401 unless it is switched on. */
public final class MetadataApi implements HttpHandler {
    /** What stands behind the face; called from many threads. */
    public interface Backend {
        /** Empty: 404. */
        Optional<String> read(String path);

        Instant now();

        boolean versionOneAllowed();
    }

    private static final String TOKEN_PATH = "/latest/api/token";
    private static final String TTL_HEADER = "X-aws-ec2-metadata-token-ttl-seconds";
    private static final String TOKEN_HEADER = "X-aws-ec2-metadata-token";

    private final Backend backend;
    private final Tokens tokens = new Tokens();

    public MetadataApi(Backend backend) {
        this.backend = backend;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            switch (exchange.getRequestMethod()) {
                case "PUT" -> put(exchange, path);
                case "GET" -> get(exchange, path);
                default -> send(exchange, 405, "Method Not Allowed");
            }
        }
    }

    private void put(HttpExchange exchange, String path) throws IOException {
        if (!path.equals(TOKEN_PATH)) {
            send(exchange, 405, "Method Not Allowed");
            return;
        }
        if (exchange.getRequestHeaders().containsKey("X-Forwarded-For")) {
            send(exchange, 403, "Forbidden");
            return;
        }
        String ttl = exchange.getRequestHeaders().getFirst(TTL_HEADER);
        Optional<String> token = tokens.issue(ttl, backend.now());
        if (token.isEmpty()) {
            send(exchange, 400, "Bad Request");
            return;
        }
        exchange.getResponseHeaders().set(TTL_HEADER, String.valueOf(ttl));
        send(exchange, 200, token.get());
    }

    private void get(HttpExchange exchange, String path) throws IOException {
        Instant now = backend.now();
        @Nullable String token = exchange.getRequestHeaders().getFirst(TOKEN_HEADER);
        boolean allowed = token == null ? backend.versionOneAllowed() : tokens.valid(token, now);
        if (!allowed) {
            send(exchange, 401, "Unauthorized");
            return;
        }
        Optional<String> text = backend.read(path);
        if (text.isEmpty()) {
            send(exchange, 404, "Not Found");
        } else {
            send(exchange, 200, text.get());
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain");
        exchange.getResponseHeaders().set("Server", "EC2ws");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }
}
