package io.vpccni.client.grpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/**
 * One request and its answer on a fresh connection.
 *
 * <p>What the server says decides alone: a write that fails is not reported, because the reads that follow tell why.
 */
final class Exchange {

    private final FrameReader frames;
    private final RequestWriter writer;
    private final GrpcMessage message = new GrpcMessage();
    private final HeaderBlock headers = new HeaderBlock();
    private boolean inHeaders;
    private boolean endsWithHeaders;
    private boolean ended;

    Exchange(ByteChannel channel, byte[] request) {
        this.frames = new FrameReader(channel);
        this.writer = new RequestWriter(channel, request);
    }

    /** Sends the request, or the first part of it, and waits for the server's settings. */
    void begin(Request request, long timeoutNanos) throws IOException, CallFailure {
        try {
            writer.begin(request, timeoutNanos);
        } catch (IOException e) {
            // The server may have said why before it closed.
        }
        if (!hasFirstFrame()) {
            throw new CallFailure(CallFailure.Kind.UNREACHABLE, "the connection was closed at once");
        }
        if (frames.type() != Http2.SETTINGS || frames.stream() != 0 || frames.has(Http2.ACK)) {
            throw notHttp2();
        }
        settings();
    }

    private boolean hasFirstFrame() throws IOException, CallFailure {
        try {
            return frames.next();
        } catch (CallFailure e) {
            throw notHttp2(); // another protocol's bytes, read as a length
        }
    }

    private static CallFailure notHttp2() {
        return new CallFailure(CallFailure.Kind.UNREACHABLE, "the server does not speak HTTP/2");
    }

    /** Waits for the answer. */
    byte[] finish() throws IOException, CallFailure {
        while (!ended) {
            if (!frames.next()) {
                throw new CallFailure(CallFailure.Kind.CLOSED, "the connection was closed before an answer");
            }
            accept();
        }
        if (message.isEmpty()) {
            throw headers.failure();
        }
        return message.bytes();
    }

    private void accept() throws CallFailure {
        if (inHeaders != (frames.type() == Http2.CONTINUATION)) {
            throw CallFailure.protocol("headers that are not continued");
        }
        switch (frames.type()) {
            case Http2.DATA -> data();
            case Http2.HEADERS, Http2.CONTINUATION -> headers();
            case Http2.RST_STREAM -> reset();
            case Http2.SETTINGS -> settings();
            case Http2.PUSH_PROMISE -> throw CallFailure.protocol("a promise, which was not allowed");
            case Http2.PING -> ping();
            case Http2.GOAWAY -> goAway();
            case Http2.WINDOW_UPDATE -> windowUpdate();
            default -> {} // PRIORITY, and types that do not exist yet, are to be ignored
        }
    }

    private void data() throws CallFailure {
        requireOurStream();
        message.add(frames.content());
        ended = frames.has(Http2.END_STREAM);
    }

    private void headers() throws CallFailure {
        requireOurStream();
        if (frames.type() == Http2.HEADERS) {
            headers.begin();
            endsWithHeaders = frames.has(Http2.END_STREAM);
            headers.add(frames.content());
        } else {
            headers.add(frames.payload());
        }
        inHeaders = !frames.has(Http2.END_HEADERS);
        ended = endsWithHeaders && !inHeaders;
    }

    private void reset() throws CallFailure {
        requireOurStream();
        int code = payload(4).getInt();
        throw new CallFailure(CallFailure.Kind.CLOSED, "the server reset the call: " + Http2.errorName(code));
    }

    private void goAway() throws CallFailure {
        ByteBuffer payload = frames.payload();
        if (payload.remaining() < 8) {
            throw CallFailure.protocol("a frame is too short");
        }
        int lastStream = payload.getInt() & Integer.MAX_VALUE;
        int code = payload.getInt();
        // Without an error and with our stream below the mark, the answer still comes.
        if (code != 0 || lastStream < Http2.STREAM) {
            throw new CallFailure(CallFailure.Kind.CLOSED, "the server goes away: " + Http2.errorName(code));
        }
    }

    private void settings() throws CallFailure {
        if (frames.has(Http2.ACK)) {
            return;
        }
        ByteBuffer payload = frames.payload();
        if (payload.remaining() % 6 != 0) {
            throw CallFailure.protocol("settings of " + payload.remaining() + " bytes");
        }
        while (payload.hasRemaining()) {
            int name = payload.getShort();
            int value = payload.getInt();
            if (name == Http2.INITIAL_WINDOW_SIZE) {
                writer.window().initial(value);
            }
        }
        acknowledge();
        resume();
    }

    private void ping() throws CallFailure {
        payload(8);
        if (!frames.has(Http2.ACK)) {
            acknowledge();
        }
    }

    private void windowUpdate() throws CallFailure {
        writer.window().grant(frames.stream(), payload(4).getInt() & Integer.MAX_VALUE);
        resume();
    }

    private void resume() {
        try {
            if (!writer.isDone()) {
                writer.resume();
            }
        } catch (IOException e) {
            // See the class.
        }
    }

    private void acknowledge() {
        try {
            writer.acknowledge(frames.type(), frames.payload());
        } catch (IOException e) {
            // See the class.
        }
    }

    private ByteBuffer payload(int size) throws CallFailure {
        if (frames.payload().remaining() != size) {
            throw CallFailure.protocol("a frame of type " + frames.type() + " with "
                    + frames.payload().remaining() + " bytes");
        }
        return frames.payload();
    }

    private void requireOurStream() throws CallFailure {
        if (frames.stream() != Http2.STREAM) {
            throw CallFailure.protocol("a frame of type " + frames.type() + " for stream " + frames.stream());
        }
    }
}
