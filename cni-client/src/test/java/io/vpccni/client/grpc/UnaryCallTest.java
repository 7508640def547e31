package io.vpccni.client.grpc;

import static io.vpccni.client.grpc.Bytes.STATUS_200;
import static io.vpccni.client.grpc.Bytes.message;
import static io.vpccni.client.grpc.Bytes.settings;
import static io.vpccni.client.grpc.Bytes.trailers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.vpccni.client.grpc.CallFailure.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class UnaryCallTest {

    private static final int END = Http2.END_STREAM | Http2.END_HEADERS;
    private static final byte[] PING = {1, 2, 3, 4, 5, 6, 7, 8};

    static Stream<Arguments> answers() {
        return Stream.of(
                arguments("usual", usual(message((byte) 42))),
                arguments(
                        "message split over frames",
                        headers()
                                .frame(Http2.DATA, 0, 1, (byte) 0, (byte) 0)
                                .frame(Http2.DATA, 0, 1)
                                .frame(Http2.DATA, 0, 1, (byte) 0, (byte) 0, (byte) 1)
                                .frame(Http2.DATA, Http2.END_STREAM, 1, (byte) 42)),
                arguments(
                        "padding and priority",
                        settings()
                                .frame(
                                        Http2.HEADERS,
                                        Http2.END_HEADERS | Http2.PADDED | Http2.WITH_PRIORITY,
                                        1,
                                        new byte[] {2, 0, 0, 0, 3, 9, (byte) 0x88, 0, 0})
                                .frame(Http2.DATA, Http2.PADDED, 1, new byte[] {3, 0, 0, 0, 0, 1, 42, 0, 0, 0})
                                .frame(Http2.HEADERS, END, 1, trailers("0", ""))),
                arguments(
                        "headers in pieces",
                        settings()
                                .frame(Http2.HEADERS, 0, 1)
                                .frame(Http2.CONTINUATION, 0, 1, STATUS_200)
                                .frame(Http2.CONTINUATION, Http2.END_HEADERS, 1)
                                .frame(Http2.DATA, 0, 1, message((byte) 42))
                                .frame(Http2.HEADERS, Http2.END_STREAM, 1)
                                .frame(Http2.CONTINUATION, Http2.END_HEADERS, 1, trailers("0", ""))),
                arguments(
                        "frames that do not concern the call",
                        headers()
                                .frame(Http2.SETTINGS, Http2.ACK, 0)
                                .frame(Http2.PRIORITY, 0, 1, new byte[5])
                                .frame(0x42, 0xff, 77, new byte[100])
                                .frame(Http2.WINDOW_UPDATE, 0, 0, (byte) 0, (byte) 1, (byte) 0, (byte) 0)
                                .frame(Http2.DATA, Http2.END_STREAM, 1, message((byte) 42))),
                arguments(
                        "graceful going away",
                        headers()
                                .frame(Http2.GOAWAY, 0, 0, new byte[] {0x7f, -1, -1, -1, 0, 0, 0, 0})
                                .frame(Http2.DATA, Http2.END_STREAM, 1, message((byte) 42))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void answersAreUnderstoodHoweverTheyArrive(String name, Bytes answer) throws Exception {
        for (int pieceSize : new int[] {1, 7, 1000}) {
            try (ScriptedServer server = ScriptedServer.answering(answer.toBytes(), pieceSize)) {
                assertThat(call(server.target(), 10_000)).as(name).containsExactly(42);
            }
        }
    }

    static Stream<Arguments> failures() {
        byte[] tooLarge = {0, 0, 0x40, 0, 1};
        return Stream.of(
                arguments("closed at once", new Bytes(), Kind.UNREACHABLE, "the connection was closed at once"),
                arguments(
                        "HTTP/1.1",
                        new Bytes().raw("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
                        Kind.UNREACHABLE,
                        "the server does not speak HTTP/2"),
                arguments("zeros", new Bytes().raw(new byte[64]), Kind.UNREACHABLE, "the server does not speak HTTP/2"),
                arguments("settings only", settings(), Kind.CLOSED, "the connection was closed before an answer"),
                arguments(
                        "cut in a frame",
                        headers().raw((byte) 0, (byte) 0, (byte) 9, (byte) 0),
                        Kind.CLOSED,
                        "the connection was closed before an answer"),
                arguments(
                        "cut before the trailers",
                        headers().frame(Http2.DATA, 0, 1, message((byte) 42)),
                        Kind.CLOSED,
                        "the connection was closed before an answer"),
                arguments(
                        "cut message",
                        headers().frame(Http2.DATA, Http2.END_STREAM, 1, (byte) 0, (byte) 0, (byte) 0),
                        Kind.PROTOCOL,
                        "the message in the answer is cut short"),
                arguments(
                        "two messages",
                        headers().frame(Http2.DATA, 0, 1, message()).frame(Http2.DATA, 0, 1, message()),
                        Kind.PROTOCOL,
                        "more than one message in the answer"),
                arguments(
                        "compressed message",
                        headers().frame(Http2.DATA, 0, 1, (byte) 1, (byte) 0, (byte) 0, (byte) 0, (byte) 0),
                        Kind.PROTOCOL,
                        "the message in the answer is compressed, which was not asked for"),
                arguments(
                        "message above the limit",
                        headers().frame(Http2.DATA, 0, 1, tooLarge),
                        Kind.PROTOCOL,
                        "the answer announces 4194305 bytes, the limit is 4194304"),
                arguments(
                        "reset",
                        headers().frame(Http2.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 7}),
                        Kind.CLOSED,
                        "the server reset the call: REFUSED_STREAM"),
                arguments(
                        "reset for an unknown reason",
                        headers().frame(Http2.RST_STREAM, 0, 1, new byte[] {-1, 0, 0, 7}),
                        Kind.CLOSED,
                        "the server reset the call: error 4278190087"),
                arguments(
                        "going away with an error",
                        settings().frame(Http2.GOAWAY, 0, 0, new byte[] {0, 0, 0, 1, 0, 0, 0, 11}),
                        Kind.CLOSED,
                        "the server goes away: ENHANCE_YOUR_CALM"),
                arguments(
                        "going away without our call",
                        settings().frame(Http2.GOAWAY, 0, 0, new byte[8]),
                        Kind.CLOSED,
                        "the server goes away: NO_ERROR"),
                arguments(
                        "status",
                        settings().frame(Http2.HEADERS, END, 1, trailers("7", "not%20you")),
                        Kind.STATUS,
                        "PERMISSION_DENIED: not you"),
                arguments(
                        "status in pieces",
                        settings()
                                .frame(Http2.HEADERS, Http2.END_STREAM, 1, STATUS_200)
                                .frame(Http2.CONTINUATION, Http2.END_HEADERS, 1, trailers("14", "soon")),
                        Kind.STATUS,
                        "UNAVAILABLE: soon"),
                arguments(
                        "status after headers",
                        headers().frame(Http2.HEADERS, END, 1, trailers("8", "")),
                        Kind.STATUS,
                        "RESOURCE_EXHAUSTED"),
                arguments(
                        "padding longer than the frame",
                        headers().frame(Http2.DATA, Http2.PADDED, 1, new byte[] {9, 0}),
                        Kind.PROTOCOL,
                        "a frame's padding is longer than the frame"),
                arguments(
                        "other stream",
                        headers().frame(Http2.DATA, 0, 3, message()),
                        Kind.PROTOCOL,
                        "a frame of type 0 for stream 3"),
                arguments(
                        "headers interrupted",
                        settings().frame(Http2.HEADERS, 0, 1, STATUS_200).frame(Http2.DATA, 0, 1),
                        Kind.PROTOCOL,
                        "headers that are not continued"),
                arguments(
                        "continuation of nothing",
                        settings().frame(Http2.CONTINUATION, 0, 1, STATUS_200),
                        Kind.PROTOCOL,
                        "headers that are not continued"),
                arguments("endless headers", endlessHeaders(), Kind.PROTOCOL, "headers of more than 65536 bytes"),
                arguments(
                        "frame above the limit",
                        headers().frame(Http2.DATA, 0, 1, new byte[16_385]),
                        Kind.PROTOCOL,
                        "a frame of 16385 bytes, larger than 16384"),
                arguments(
                        "promise",
                        settings().frame(Http2.PUSH_PROMISE, 0, 1),
                        Kind.PROTOCOL,
                        "a promise, which was not allowed"),
                arguments(
                        "odd settings",
                        new Bytes().frame(Http2.SETTINGS, 0, 0, new byte[7]),
                        Kind.PROTOCOL,
                        "settings of 7 bytes"),
                arguments(
                        "short ping",
                        settings().frame(Http2.PING, 0, 0, new byte[7]),
                        Kind.PROTOCOL,
                        "a frame of type 6 with 7 bytes"),
                arguments(
                        "short reset",
                        settings().frame(Http2.RST_STREAM, 0, 1),
                        Kind.PROTOCOL,
                        "a frame of type 3 with 0 bytes"),
                arguments(
                        "short going away",
                        settings().frame(Http2.GOAWAY, 0, 0),
                        Kind.PROTOCOL,
                        "a frame is too short"),
                arguments(
                        "window above the limit",
                        settings().frame(Http2.WINDOW_UPDATE, 0, 1, new byte[] {0x7f, -1, -1, -1}),
                        Kind.PROTOCOL,
                        "a flow-control window above 2^31-1"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void failuresSayWhatWentWrong(String name, Bytes answer, Kind kind, String message) throws IOException {
        try (ScriptedServer server = ScriptedServer.answering(answer.toBytes(), 1000)) {
            assertThatThrownBy(() -> call(server.target(), 10_000))
                    .as(name)
                    .hasMessage(message)
                    .isInstanceOfSatisfying(
                            CallFailure.class, e -> assertThat(e.kind()).isEqualTo(kind));
        }
    }

    @Test
    void settingsAndPingAreAcknowledged() throws Exception {
        Bytes answer = headers()
                .frame(Http2.PING, 0, 0, PING)
                .frame(Http2.PING, Http2.ACK, 0, PING)
                .frame(Http2.DATA, Http2.END_STREAM, 1, message());
        try (ScriptedServer server = ScriptedServer.answering(answer.toBytes(), 1000)) {
            assertThat(call(server.target(), 10_000)).isEmpty();
            assertThat(server.received())
                    .isEqualTo(new Bytes()
                            .frame(Http2.SETTINGS, Http2.ACK, 0)
                            .frame(Http2.PING, Http2.ACK, 0, PING)
                            .toBytes());
        }
    }

    @Test
    void aServerThatSaysNothingIsNotConnected() throws IOException {
        try (ScriptedServer server = ScriptedServer.silentAfter(new byte[0])) {
            assertThatThrownBy(() -> call(server.target(), 50))
                    .hasMessage("no connection in time")
                    .isInstanceOfSatisfying(
                            CallFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE));
        }
    }

    @Test
    void aServerThatDoesNotAnswerIsLeft() throws IOException {
        try (ScriptedServer server = ScriptedServer.silentAfter(headers().toBytes())) {
            assertThatThrownBy(() -> call(server.target(), 50))
                    .hasMessage("no answer in time")
                    .isInstanceOfSatisfying(
                            CallFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.DEADLINE));
        }
    }

    @Test
    void aSocketThatIsNotThereIsUnreachable(@TempDir Path folder) {
        Target target = new Target.UnixSocket(folder.resolve("none.sock").toString());

        assertThatThrownBy(() -> call(target, 1000))
                .hasMessage("No such file or directory")
                .isInstanceOfSatisfying(
                        CallFailure.class, e -> assertThat(e.isSilence()).isTrue());
    }

    private static Bytes headers() {
        return settings().frame(Http2.HEADERS, Http2.END_HEADERS, 1, STATUS_200);
    }

    private static Bytes usual(byte[] message) {
        return headers().frame(Http2.DATA, 0, 1, message).frame(Http2.HEADERS, END, 1, trailers("0", ""));
    }

    private static Bytes endlessHeaders() {
        Bytes bytes = settings().frame(Http2.HEADERS, 0, 1, STATUS_200);
        byte[] fragment = new byte[16_000];
        Arrays.fill(fragment, (byte) 0x88);
        for (int i = 0; i < 5; i++) {
            bytes.frame(Http2.CONTINUATION, 0, 1, fragment);
        }
        return bytes;
    }

    private static byte[] call(Target target, long timeoutMillis) throws CallFailure {
        long nanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        return UnaryCall.call(target, new Request("/a.B/C", "test", new byte[] {1}), new Timeouts(nanos, nanos));
    }
}
