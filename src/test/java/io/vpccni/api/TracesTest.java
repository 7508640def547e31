package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vpccni.api.proto.rpc.AddNetworkRequest;
import io.vpccni.api.proto.rpc.CNIBackendGrpc;
import io.vpccni.api.proto.v1.CniGrpc;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.testing.Eventually;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The spans of calls on the daemon's socket, with the emulator behind. */
@QuarkusTest
@TestProfile(TracesTest.Collected.class)
class TracesTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";

    /** Spans stay in memory. */
    public static final class Collected implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("OTEL_SDK_DISABLED", "false", "quarkus.otel.bsp.schedule.delay", "50ms");
        }
    }

    /** Takes the place of the exporter that asks for a collector. */
    @ApplicationScoped
    static class Memory {
        @Produces
        @Singleton
        InMemorySpanExporter exporter() {
            return InMemorySpanExporter.create();
        }
    }

    @ConfigProperty(name = "VPCCNI_SOCKET")
    Path socket;

    @Inject
    NodeLife life;

    @Inject
    InMemorySpanExporter exporter;

    private ManagedChannel channel;

    @BeforeEach
    void open() throws Exception {
        life.node().ready().await().atMost(Duration.ofSeconds(30));
        channel = StockClient.NETTY.connect(socket);
        exporter.reset();
    }

    @AfterEach
    void close() {
        channel.shutdownNow();
    }

    @Test
    void anAddIsASpanBelowItsCallersAndEachPhaseOneBelowThat() throws Exception {
        CniReply reply = CniGrpc.newBlockingStub(channel).add(call("traced-1", "00-" + TRACE + "-" + CALLER + "-01"));
        assertThat(reply.getExitCode()).as("there is no such namespace").isEqualTo(1);

        List<SpanData> spans = spans("traced-1");

        SpanData whole = named(spans, "CNI ADD");
        assertThat(whole.getTraceId()).isEqualTo(TRACE);
        assertThat(whole.getParentSpanId()).isEqualTo(CALLER);
        assertThat(whole.getKind()).isEqualTo(SpanKind.SERVER);
        assertThat(whole.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(whole.getStatus().getDescription()).startsWith("WIRING_FAILED: ");
        assertThat(attribute(whole, "vpccni.reason")).isEqualTo("WIRING_FAILED");
        assertThat(attribute(whole, "k8s.pod.name")).isEqualTo("traced");
        assertThat(attribute(whole, "k8s.namespace.name")).isEqualTo("shop");
        assertThat(attribute(whole, "vpccni.request_id")).matches("[0-9a-z]+-[0-9]+");
        assertThat(spans)
                .filteredOn(span -> span.getParentSpanId().equals(whole.getSpanId()))
                .extracting(SpanData::getName)
                .containsExactlyInAnyOrder("queued", "waitingForAddress", "stateFile", "dataPlane", "answered");
        assertThat(spans)
                .filteredOn(span -> span.getKind() != SpanKind.CLIENT)
                .allMatch(span -> span.getStartEpochNanos() >= whole.getStartEpochNanos()
                        && span.getEndEpochNanos() <= whole.getEndEpochNanos());
    }

    @Test
    void withoutAUsableParentAnAddIsTheRootOfATraceOfItsOwn() throws Exception {
        CniGrpc.newBlockingStub(channel).add(call("traced-2", "00-" + TRACE + "-" + CALLER + "-0x"));

        SpanData whole = named(spans("traced-2"), "CNI ADD");

        assertThat(whole.getParentSpanContext().isValid()).isFalse();
        assertThat(whole.getTraceId()).isNotEqualTo(TRACE);
    }

    @Test
    void anAddOfTheReferencesPluginIsTracedToo() throws Exception {
        CNIBackendGrpc.newBlockingStub(channel)
                .addNetwork(AddNetworkRequest.newBuilder()
                        .setNetworkName("aws-cni")
                        .setContainerID("traced-3")
                        .setIfName("eth0")
                        .setClientVersion("v1.23.1")
                        .build());

        SpanData whole = named(spans("traced-3"), "CNI ADD");

        assertThat(whole.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(attribute(whole, "vpccni.outcome")).isEqualTo("granted");
        assertThat(attribute(whole, "vpccni.address")).startsWith("10.0.");
    }

    @Test
    void aCallerThatDoesNotRecordIsFollowedInThat() throws Exception {
        CniGrpc.newBlockingStub(channel).add(call("traced-4", "00-" + TRACE + "-" + CALLER + "-00"));
        CniGrpc.newBlockingStub(channel).add(call("traced-5", ""));

        spans("traced-5");

        assertThat(of("traced-4")).isEmpty();
    }

    @Test
    void aDelIsASpan() throws Exception {
        CniGrpc.newBlockingStub(channel).del(call("traced-6", "00-" + TRACE + "-" + CALLER + "-01"));

        SpanData del = named(spans("traced-6"), "CNI DEL");

        assertThat(del.getParentSpanId()).isEqualTo(CALLER);
        assertThat(del.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    }

    private static CniRequest call(String container, String traceParent) {
        return CniRequest.newBuilder()
                .setContainerId(container)
                .setIfName("eth0")
                .setNetns("/var/run/netns/nobody")
                .setArgs("K8S_POD_NAMESPACE=shop;K8S_POD_NAME=traced")
                .setConfig(ByteString.copyFromUtf8("{\"cniVersion\":\"1.0.0\",\"name\":\"aws-cni\"}"))
                .setTraceParent(traceParent)
                .build();
    }

    /** All of the trace, once its outermost span has come. */
    private List<SpanData> spans(String container) throws Exception {
        return Eventually.get("spans of " + container, () -> of(container), spans -> !spans.isEmpty());
    }

    private List<SpanData> of(String container) {
        List<SpanData> all = exporter.getFinishedSpanItems();
        Optional<SpanData> whole = all.stream()
                .filter(span -> container.equals(attribute(span, "container.id")))
                .findFirst();
        return whole.map(found -> all.stream()
                        .filter(span -> span.getTraceId().equals(found.getTraceId()))
                        .toList())
                .orElse(List.of());
    }

    private static SpanData named(List<SpanData> spans, String name) {
        return spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " among " + spans));
    }

    private static String attribute(SpanData span, String name) {
        return span.getAttributes().get(AttributeKey.stringKey(name));
    }
}
