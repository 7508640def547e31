package io.vpccni.emulator.ec2;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.vpccni.emulator.Reply;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ec2Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * EC2's Query API over HTTP. Signatures are not verified; a request without any is answered with AuthFailure.
 * Replies wait on the exchange's own virtual thread, so that a slow call holds up nobody.
 */
public final class QueryApi implements HttpHandler {
    /** What stands behind the face; called from many threads. */
    public interface Backend {
        Reply submit(Ec2Request request);

        /** Notes a call that could not be understood. */
        Reply reject(String action, CloudError error);

        String accountId();
    }

    private final Backend backend;

    public QueryApi(Backend backend) {
        this.backend = backend;
    }

    /** Names of the actions that are understood. */
    public static Set<String> actions() {
        return RequestReader.actions();
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            @Nullable String query = exchange.getRequestURI().getRawQuery();
            String form = query == null ? body : body.isEmpty() ? query : query + "&" + body;
            boolean signed =
                    exchange.getRequestHeaders().containsKey("Authorization") || form.contains("X-Amz-Signature=");
            String action = "?";
            Reply reply;
            try {
                Form parameters = Form.parse(form);
                action = parameters.get("Action", action);
                if (!signed) {
                    throw new CloudError("AuthFailure", "AWS was not able to validate the provided access credentials");
                }
                reply = backend.submit(RequestReader.read(parameters));
            } catch (CloudError error) {
                reply = backend.reject(action, error);
            }
            answer(exchange, action, reply);
        }
    }

    private void answer(HttpExchange exchange, String action, Reply reply) throws IOException {
        if (reply.after().isPositive()) {
            try {
                Thread.sleep(reply.after());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        if (!reply.answered()) {
            return; // Closing the exchange without headers closes the connection: the caller sees no reply.
        }
        switch (reply.outcome()) {
            case Reply.Outcome.Ok ok ->
                send(exchange, 200, AnswerWriter.answer(action, reply.requestId(), ok.result(), backend.accountId()));
            case Reply.Outcome.Failed failed ->
                send(exchange, failed.error().httpStatus(), AnswerWriter.error(failed.error(), reply.requestId()));
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/xml;charset=UTF-8");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
