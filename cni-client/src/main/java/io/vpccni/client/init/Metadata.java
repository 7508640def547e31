package io.vpccni.client.init;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * The instance metadata service, version 2: a token first, then the question with it.
 *
 * @param endpoint for example {@code http://169.254.169.254}
 * @param timeout for connecting, and again for each read
 */
record Metadata(String endpoint, Duration timeout) {

    /** An answer is a line; more is not from IMDS. */
    private static final int LARGEST_ANSWER = 4096;

    /** The MAC address of the instance's first interface. */
    String mac() throws IOException {
        String token = ask("PUT", "/latest/api/token", Map.of("X-aws-ec2-metadata-token-ttl-seconds", "60"));
        String mac = ask("GET", "/latest/meta-data/mac", Map.of("X-aws-ec2-metadata-token", token));
        if (mac.isEmpty()) {
            throw new IOException("IMDS has an empty answer at /latest/meta-data/mac");
        }
        return mac;
    }

    private String ask(String method, String path, Map<String, String> headers) throws IOException {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(endpoint + path).toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(Math.toIntExact(timeout.toMillis()));
            connection.setReadTimeout(Math.toIntExact(timeout.toMillis()));
            connection.setInstanceFollowRedirects(false);
            connection.setRequestMethod(method);
            headers.forEach(connection::setRequestProperty);
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new IOException("status " + connection.getResponseCode());
            }
            try (InputStream body = connection.getInputStream()) {
                return new String(body.readNBytes(LARGEST_ANSWER), StandardCharsets.US_ASCII).strip();
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("IMDS: " + method + " " + endpoint + path + ": " + e.getMessage(), e);
        }
    }
}
