package io.vpccni.controller;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SSLOptions;
import io.vpccni.controller.AdmissionReviews.NotReady;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Where the API server asks about pods and nodes: HTTPS with a certificate that may be changed at any time. */
final class WebhookServer implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(WebhookServer.class);

    /** The API server's own limit of an object is 1.5 MB, and a review may have two of them. */
    private static final int LONGEST = 6 * 1024 * 1024;

    /** The API server asks for answers within ten seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int TOO_LARGE = 413;
    private static final int UNAVAILABLE = 503;

    private final ObjectMapper json = new ObjectMapper();
    private final AdmissionReviews reviews;
    private final HttpServer server;

    /**
     * Listens from now on.
     *
     * @param port 0 for any free one
     */
    WebhookServer(Vertx vertx, AdmissionReviews reviews, String host, int port, Certificate certificate) {
        this.reviews = reviews;
        this.server = vertx.createHttpServer(new HttpServerOptions()
                        .setHost(host)
                        .setPort(port)
                        .setSsl(true)
                        .setIdleTimeout((int) Duration.ofMinutes(2).toSeconds())
                        .setKeyCertOptions(keyAndCertificate(certificate)))
                .requestHandler(this::answer);
        try {
            server.listen().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(
                    "cannot listen for the API server on " + host + ":" + port + " (VPCCNI_WEBHOOK_PORT): "
                            + e.getMessage(),
                    e);
        }
        LOG.infof("admits pods at https://%s:%d", host, server.actualPort());
    }

    int port() {
        return server.actualPort();
    }

    /** New connections use this one. */
    void use(Certificate certificate) {
        server.updateSSLOptions(new SSLOptions().setKeyCertOptions(keyAndCertificate(certificate)))
                .onFailure(failure -> LOG.errorf("the new certificate is not used: %s", failure.getMessage()));
    }

    private static PemKeyCertOptions keyAndCertificate(Certificate certificate) {
        return new PemKeyCertOptions()
                .addCertValue(Buffer.buffer(certificate.chain()))
                .addKeyValue(Buffer.buffer(certificate.key()));
    }

    private void answer(HttpServerRequest request) {
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() + part.length() > LONGEST) {
                end(request, TOO_LARGE, "a review has at most " + LONGEST + " bytes");
                request.connection().close();
            } else {
                body.appendBuffer(part);
            }
        });
        request.endHandler(_ -> {
            if (!request.response().ended()) {
                answer(request, body);
            }
        });
    }

    private void answer(HttpServerRequest request, Buffer body) {
        try {
            JsonNode review = json.readTree(body.getBytes());
            reviews.answer(String.valueOf(request.path()), review)
                    .ifNoItem()
                    .after(PATIENCE)
                    .failWith(() -> new NotReady("no answer within " + PATIENCE))
                    .onFailure(IllegalStateException.class)
                    .recoverWithItem(failure -> AdmissionReviews.denied(review, String.valueOf(failure.getMessage())))
                    .subscribe()
                    .with(
                            answer -> end(request, OK, answer.toString()),
                            failure -> end(request, UNAVAILABLE, String.valueOf(failure.getMessage())));
        } catch (JsonProcessingException e) {
            end(request, BAD_REQUEST, "not JSON: " + e.getOriginalMessage());
        } catch (IOException | IllegalArgumentException e) {
            end(request, BAD_REQUEST, String.valueOf(e.getMessage()));
        } catch (NotReady e) {
            end(request, UNAVAILABLE, String.valueOf(e.getMessage()));
        }
    }

    private static void end(HttpServerRequest request, int status, String text) {
        if (request.response().ended()) {
            return;
        }
        request.response()
                .setStatusCode(status)
                .putHeader("content-type", status == OK ? "application/json" : "text/plain; charset=utf-8")
                .end(text);
    }

    @Override
    public void close() {
        server.close();
    }
}
