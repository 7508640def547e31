package io.vpccni.client.grpc;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The last header block received. It is kept as it came, since only a call without a message has to know what it says. */
final class HeaderBlock {

    private static final int LARGEST = 64 << 10;

    private byte[] bytes = new byte[256];
    private int length;

    /** A new block begins and replaces the one before. */
    void begin() {
        length = 0;
    }

    void add(ByteBuffer fragment) throws CallFailure {
        int more = fragment.remaining();
        if (length + more > LARGEST) {
            throw CallFailure.protocol("headers of more than " + LARGEST + " bytes");
        }
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * length));
        }
        fragment.get(bytes, length, more);
        length += more;
    }

    /** Why there is no message. */
    CallFailure failure() {
        return GrpcStatus.in(Hpack.decode(Arrays.copyOf(bytes, length)));
    }
}
