package io.vpccni.ec2;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/**
 * EC2, STS and an agent for credentials at one address, which remember who asked. Each way to credentials has its own: the web
 * identity {@code AKIDWEB}, the container {@code AKIDPOD}. EC2 has no tags.
 */
final class AwsStub implements AutoCloseable {

    /** What was asked for with which headers; the form of a call, else the path. */
    record Seen(String text, Optional<String> authorization, Optional<String> sessionToken) {}

    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    AwsStub() throws IOException {
        this(HttpServer.create(loopback(), 0));
    }

    /** The same by TLS. */
    AwsStub(SSLContext identity) throws IOException {
        this(secured(identity));
    }

    private AwsStub(HttpServer server) {
        this.server = server;
        server.createContext("/", this::handle);
        server.start();
    }

    private static HttpServer secured(SSLContext identity) throws IOException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity));
        return server;
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    String url() {
        return (server instanceof HttpsServer ? "https" : "http") + "://localhost:"
                + server.getAddress().getPort();
    }

    /** The first request whose text has that part. */
    Optional<Seen> request(String part) {
        return seen.stream().filter(request -> request.text().contains(part)).findFirst();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String text = form.isEmpty() ? exchange.getRequestURI().toString() : form;
            seen.add(new Seen(text, header(exchange, "Authorization"), header(exchange, "X-Amz-Security-Token")));
            byte[] answer = answer(text).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private static Optional<String> header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
    }

    private static String answer(String text) {
        if (text.contains("Action=AssumeRoleWithWebIdentity")) {
            return """
                    <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                      <AssumeRoleWithWebIdentityResult><Credentials>
                        <AccessKeyId>AKIDWEB</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
                        <SessionToken>web-session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>
                      </Credentials></AssumeRoleWithWebIdentityResult>
                    </AssumeRoleWithWebIdentityResponse>""";
        }
        if (text.contains("Action=DescribeTags")) {
            return "<DescribeTagsResponse><tagSet/></DescribeTagsResponse>";
        }
        return """
                {"AccessKeyId": "AKIDPOD", "SecretAccessKey": "secret", "Token": "pod-session",
                 "Expiration": "2099-01-01T00:00:00Z"}""";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
