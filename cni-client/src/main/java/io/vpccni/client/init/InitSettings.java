package io.vpccni.client.init;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The environment, with the reference's names, defaults and rules of parsing.
 *
 * @param binaries HOST_CNI_BIN_PATH: the node's folder of plugins, as it is mounted here
 * @param disableTcpEarlyDemux DISABLE_TCP_EARLY_DEMUX
 * @param ipv6 ENABLE_IPv6
 * @param ipv6Egress ENABLE_V6_EGRESS
 * @param httpTimeout HTTP_TIMEOUT: of one request to IMDS; below 10 s it is 10 s
 * @param metadata AWS_EC2_METADATA_SERVICE_ENDPOINT
 */
record InitSettings(
        Path binaries,
        boolean disableTcpEarlyDemux,
        boolean ipv6,
        boolean ipv6Egress,
        Duration httpTimeout,
        String metadata) {

    private static final int SHORTEST_TIMEOUT_SECONDS = 10;

    /** A value that is not one is logged, and its default counts. */
    static InitSettings read(Map<String, String> environment, InitLog log) {
        return new InitSettings(
                Path.of(environment.getOrDefault("HOST_CNI_BIN_PATH", "/host/opt/cni/bin")),
                flag(environment, "DISABLE_TCP_EARLY_DEMUX", log),
                flag(environment, "ENABLE_IPv6", log),
                flag(environment, "ENABLE_V6_EGRESS", log),
                timeout(environment.get("HTTP_TIMEOUT"), log),
                metadata(environment.getOrDefault("AWS_EC2_METADATA_SERVICE_ENDPOINT", "")));
    }

    private static boolean flag(Map<String, String> environment, String name, InitLog log) {
        return switch (environment.get(name)) {
            case null -> false;
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "0", "f", "F", "FALSE", "false", "False" -> false;
            case String other -> {
                log.error(name + "=\"" + other + "\" is not accepted: true or false; using false");
                yield false;
            }
        };
    }

    private static Duration timeout(@Nullable String value, InitLog log) {
        int seconds = SHORTEST_TIMEOUT_SECONDS;
        if (value != null) {
            try {
                seconds = Math.max(seconds, Integer.parseInt(value));
            } catch (NumberFormatException e) {
                log.error("HTTP_TIMEOUT=\"" + value + "\" is not accepted: a whole number of seconds; using "
                        + SHORTEST_TIMEOUT_SECONDS);
            }
        }
        return Duration.ofSeconds(seconds);
    }

    private static String metadata(String endpoint) {
        String url = endpoint.isEmpty() ? "http://169.254.169.254" : endpoint;
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }
}
