package io.vpccni.emulator.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.EmulatedNode;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.Http;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataApiTest {
    private static final String TTL = "X-aws-ec2-metadata-token-ttl-seconds";
    private static final String TOKEN = "X-aws-ec2-metadata-token";

    private final AtomicReference<Instant> clock = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withClock(clock::get));
    private final EmulatedNode node = emulator.node("node2");

    @AfterEach
    void close() {
        emulator.close();
    }

    private HttpResponse<String> token(String ttl) {
        return Http.call("PUT", node.imdsEndpoint(), "/latest/api/token", "", TTL, ttl);
    }

    private HttpResponse<String> get(String path, String... headers) {
        return Http.call("GET", node.imdsEndpoint(), path, "", headers);
    }

    @Test
    void aTokenOpensTheTreeOfThisNodeUntilItExpires() {
        HttpResponse<String> issued = token("60");

        assertThat(issued.statusCode()).isEqualTo(200);
        assertThat(issued.headers().firstValue(TTL)).contains("60");
        HttpResponse<String> id = get("/latest/meta-data/instance-id", TOKEN, issued.body());
        assertThat(id.statusCode()).isEqualTo(200);
        assertThat(id.body()).isEqualTo(node.instanceId());
        clock.updateAndGet(now -> now.plusSeconds(60));
        assertThat(get("/latest/meta-data/instance-id", TOKEN, issued.body()).statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"0", "21601", "-1", "soon"})
    void aTimeToLiveOutOfRangeIsABadRequest(String ttl) {
        assertThat(token(ttl).statusCode()).isEqualTo(400);
    }

    @Test
    void withoutATokenNothingIsShown() {
        assertThat(get("/latest/meta-data/instance-id").statusCode()).isEqualTo(401);
        assertThat(get("/latest/meta-data/instance-id", TOKEN, "made-up").statusCode())
                .isEqualTo(401);
        assertThat(Http.call("PUT", node.imdsEndpoint(), "/latest/api/token", "")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void whatIsNotThereIsNotFound() {
        String token = token("21600").body();

        assertThat(get("/latest/meta-data/ipv6", TOKEN, token).statusCode()).isEqualTo(404);
        assertThat(get("/latest/meta-data/iam/security-credentials/emulated-node-role", TOKEN, token)
                        .body())
                .contains("\"Expiration\" : \"2026-01-01T06:00:00Z\"");
    }

    @Test
    void versionOneIsAKnob() {
        try (Emulator open = Emulator.start(EmulatorOptions.instant().withImdsVersionOne(true))) {
            assertThat(Http.call("GET", open.node("node1").imdsEndpoint(), "/latest/meta-data/placement/region", "")
                            .body())
                    .isEqualTo("us-west-2");
        }
    }
}
