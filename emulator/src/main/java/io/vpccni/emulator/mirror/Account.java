package io.vpccni.emulator.mirror;

import java.net.URI;
import java.util.Optional;
import java.util.function.Function;

/** Which EC2, and as whom: emulations of EC2 keep accounts apart by the access key, and regions by the signature. */
public record Account(URI endpoint, String region, String accessKeyId, String secretAccessKey) {
    /** The variable that says where EC2 is. */
    public static final String ENDPOINT = "AWS_ENDPOINT_URL_EC2";

    private static final String EXAMPLE =
            ENDPOINT + "=http://127.0.0.1:5000 for moto_server, or http://127.0.0.1:4566 for LocalStack";

    /**
     * What the SDK's usual variables say; without them us-west-2, and "test" for both halves of the key.
     *
     * @throws MirrorException without an endpoint, for one that is no URL, and for AWS itself, where instances cost money
     */
    public static Account of(Function<String, Optional<String>> variables) {
        String text = variables
                .apply(ENDPOINT)
                .orElseThrow(() -> new MirrorException("There is no EC2 endpoint to mirror: set " + EXAMPLE + "."));
        return new Account(
                endpoint(text),
                variables
                        .apply("AWS_REGION")
                        .or(() -> variables.apply("AWS_DEFAULT_REGION"))
                        .orElse("us-west-2"),
                variables.apply("AWS_ACCESS_KEY_ID").orElse("test"),
                variables.apply("AWS_SECRET_ACCESS_KEY").orElse("test"));
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return accessKeyId + "@" + region + " of " + endpoint;
    }

    private static URI endpoint(String text) {
        Optional<URI> url = parse(text);
        String host = url.map(URI::getHost).orElse("");
        if (host.isEmpty()) {
            throw new MirrorException(
                    ENDPOINT + " is \"" + text + "\", which is no URL with a host: set " + EXAMPLE + ".");
        }
        if (host.matches("(?i).*\\.amazonaws\\.com(\\.cn)?")) {
            throw new MirrorException(ENDPOINT + " is " + text
                    + ", AWS itself, where instances cost money and have no links on this machine: set " + EXAMPLE
                    + ".");
        }
        return url.orElseThrow();
    }

    private static Optional<URI> parse(String text) {
        try {
            return Optional.of(URI.create(text)).filter(url -> url.getHost() != null);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
