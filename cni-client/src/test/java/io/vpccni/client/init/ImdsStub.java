package io.vpccni.client.init;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A metadata service of version 2 that knows one MAC address, and may be late. */
public final class ImdsStub implements AutoCloseable {

    private static final String TOKEN = "a-token";

    final List<String> asked = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    /**
     * @param refusals how many requests are answered with status 503 first
     */
    public ImdsStub(String mac, int refusals) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            boolean isToken = exchange.getRequestMethod().equals("PUT");
            boolean isAllowed = isToken
                    ? exchange.getRequestHeaders().containsKey("X-aws-ec2-metadata-token-ttl-seconds")
                    : TOKEN.equals(exchange.getRequestHeaders().getFirst("X-aws-ec2-metadata-token"));
            int status = asked.size() <= refusals ? 503 : isAllowed ? 200 : 401;
            byte[] body = (isToken ? TOKEN : mac).getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
