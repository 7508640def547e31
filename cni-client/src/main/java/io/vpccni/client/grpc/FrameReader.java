package io.vpccni.client.grpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Cuts what a channel delivers into HTTP/2 frames, however it was split on the way. */
final class FrameReader {

    private final ReadableByteChannel channel;

    /** Received and not yet handed out, from position to limit. Direct: the JDK would copy through such a buffer anyway. */
    private final ByteBuffer received = ByteBuffer.allocateDirect(Http2.FRAME_HEADER_LENGTH + Http2.LARGEST_FRAME)
            .limit(0);

    private int type;
    private int flags;
    private int stream;
    private ByteBuffer payload = received;

    FrameReader(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /** Moves to the next frame, or says that the peer closed the connection; a frame that is cut short counts as closed. */
    boolean next() throws IOException, CallFailure {
        if (!fill(Http2.FRAME_HEADER_LENGTH)) {
            return false;
        }
        int start = received.position();
        int lengthAndType = received.getInt(start);
        int length = lengthAndType >>> 8;
        type = lengthAndType & 0xff;
        flags = received.get(start + 4) & 0xff;
        stream = received.getInt(start + 5) & Integer.MAX_VALUE;
        if (length > Http2.LARGEST_FRAME) {
            throw CallFailure.protocol("a frame of " + length + " bytes, larger than " + Http2.LARGEST_FRAME);
        }
        if (!fill(Http2.FRAME_HEADER_LENGTH + length)) {
            return false;
        }
        start = received.position() + Http2.FRAME_HEADER_LENGTH;
        payload = received.slice(start, length);
        received.position(start + length);
        return true;
    }

    int type() {
        return type;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    int stream() {
        return stream;
    }

    /** The payload, valid until the next frame. */
    ByteBuffer payload() {
        return payload;
    }

    /** The payload without padding and priority. */
    ByteBuffer content() throws CallFailure {
        int padding = 0;
        if (has(Http2.PADDED)) {
            require(payload.remaining() >= 1);
            padding = payload.get() & 0xff;
        }
        if (type == Http2.HEADERS && has(Http2.WITH_PRIORITY)) {
            require(payload.remaining() >= 5);
            payload.position(payload.position() + 5);
        }
        require(payload.remaining() >= padding);
        return payload.limit(payload.limit() - padding);
    }

    private static void require(boolean fits) throws CallFailure {
        if (!fits) {
            throw CallFailure.protocol("a frame's padding is longer than the frame");
        }
    }

    private boolean fill(int size) throws IOException {
        if (received.remaining() >= size) {
            return true;
        }
        received.compact();
        try {
            while (received.position() < size) {
                if (channel.read(received) < 0) {
                    return false;
                }
            }
        } finally {
            received.flip();
        }
        return true;
    }
}
