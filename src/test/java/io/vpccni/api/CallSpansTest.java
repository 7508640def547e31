package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.vpccni.explain.ApiCall;
import io.vpccni.explain.Outcome;
import io.vpccni.explain.Phase;
import io.vpccni.explain.Phase.Step;
import io.vpccni.explain.RequestId;
import io.vpccni.explain.Timeline;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The spans of an ADD that waited while EC2 was asked. */
class CallSpansTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build();
    private final Traces traces = new Traces(Optional.of(provider.get("test")));

    @AfterEach
    void close() {
        provider.close();
    }

    @Test
    void callsToAwsAreBelowTheWaitWithTheirRequestIdsAndErrors() {
        traces.addEnded(refused());

        SpanData wait = named("waitingForAddress");
        SpanData fill = named("AssignPrivateIpAddresses");
        assertThat(fill.getParentSpanId()).isEqualTo(wait.getSpanId());
        assertThat(fill.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(fill.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(fill.getStatus().getDescription()).isEqualTo("RequestLimitExceeded");
        assertThat(attribute(fill, "aws.request_id")).isEqualTo("r-1");
        assertThat(attribute(fill, "rpc.service")).isEqualTo("EC2");
        assertThat(fill.getEndEpochNanos() - fill.getStartEpochNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    }

    @Test
    void aCallThatGoesOnEndsWithItsAdd() {
        traces.addEnded(refused());

        SpanData open = named("CreateNetworkInterface");
        assertThat(attribute(open, "vpccni.outcome")).isEqualTo("underWay");
        assertThat(open.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(open.getEndEpochNanos()).isEqualTo(named("CNI ADD").getEndEpochNanos());
    }

    @Test
    void aParentIsUsedOnceAndOnlyForItsOwnSandbox() {
        String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        traces.adds(new Sandbox("aws-cni", "another", "eth0"), parent);
        traces.addEnded(refused());
        traces.adds(refused().sandbox(), parent);
        traces.addEnded(refused());
        traces.addEnded(refused());

        assertThat(exporter.getFinishedSpanItems())
                .filteredOn(span -> span.getName().equals("CNI ADD"))
                .extracting(span -> span.getParentSpanContext().isValid())
                .containsExactly(false, true, false);
    }

    @Test
    void switchedOffNothingIsMade() {
        assertThat(Traces.OFF.isOn()).isFalse();
        Traces.OFF.adds(refused().sandbox(), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        Traces.OFF.addEnded(refused());

        assertThat(exporter.getFinishedSpanItems()).isEmpty();
    }

    private static Timeline refused() {
        return new Timeline(
                new RequestId(1, 2),
                new Sandbox("aws-cni", "container-1", "eth0"),
                new PodName("shop", "cart-1"),
                NOON,
                List.of(
                        new Phase(Step.QUEUED, Duration.ZERO, Duration.ofMillis(1)),
                        new Phase(Step.WAITING_FOR_ADDRESS, Duration.ofMillis(1), Duration.ofSeconds(2))),
                Optional.empty(),
                Optional.empty(),
                List.of(
                        new ApiCall(
                                1,
                                "AssignPrivateIpAddresses",
                                NOON.plusMillis(5),
                                Optional.of(
                                        new ApiCall.End(Duration.ofMillis(300), "RequestLimitExceeded", "r-1", true))),
                        new ApiCall(2, "CreateNetworkInterface", NOON.plusMillis(400), Optional.empty())),
                new Outcome.Refused(Reason.EC2_THROTTLED, "too many"));
    }

    private SpanData named(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String attribute(SpanData span, String name) {
        return span.getAttributes().get(AttributeKey.stringKey(name));
    }
}
