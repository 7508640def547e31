package io.vpccni.client.grpc;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The one message of a reply, collected from DATA frames: a flag, four bytes of length, and so many bytes. */
final class GrpcMessage {

    static final int PREFIX_LENGTH = 5;

    /** No reply of ours comes near; more would be somebody else's program. */
    static final int LARGEST = 4 << 20;

    private final ByteBuffer prefix = ByteBuffer.allocate(PREFIX_LENGTH);
    private @Nullable ByteBuffer body;

    void add(ByteBuffer data) throws CallFailure {
        while (data.hasRemaining()) {
            ByteBuffer into = body == null ? prefix : body;
            if (!into.hasRemaining()) {
                throw CallFailure.protocol("more than one message in the answer");
            }
            int length = Math.min(into.remaining(), data.remaining());
            into.put(data.slice().limit(length));
            data.position(data.position() + length);
            if (body == null && !prefix.hasRemaining()) {
                body = allocate();
            }
        }
    }

    boolean isEmpty() {
        return prefix.position() == 0;
    }

    byte[] bytes() throws CallFailure {
        if (body == null || body.hasRemaining()) {
            throw CallFailure.protocol("the message in the answer is cut short");
        }
        return body.array();
    }

    private ByteBuffer allocate() throws CallFailure {
        if (prefix.get(0) != 0) {
            throw CallFailure.protocol("the message in the answer is compressed, which was not asked for");
        }
        int length = prefix.getInt(1);
        if (length < 0 || length > LARGEST) {
            throw CallFailure.protocol(
                    "the answer announces " + Integer.toUnsignedString(length) + " bytes, the limit is " + LARGEST);
        }
        return ByteBuffer.allocate(length);
    }
}
