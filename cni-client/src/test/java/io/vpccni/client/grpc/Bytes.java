package io.vpccni.client.grpc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes what a server would, frame by frame, right or wrong. */
public final class Bytes {

    /** {@code :status: 200}. */
    public static final byte[] STATUS_200 = {(byte) 0x88};

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public static Bytes settings() {
        return new Bytes().frame(Http2.SETTINGS, 0, 0);
    }

    /** A gRPC message with its prefix. */
    public static byte[] message(byte... payload) {
        return ByteBuffer.allocate(5 + payload.length)
                .put((byte) 0)
                .putInt(payload.length)
                .put(payload)
                .array();
    }

    /** Two header fields, literal. */
    public static byte[] trailers(String status, String message) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(field("grpc-status", status));
        block.writeBytes(field("grpc-message", message));
        return block.toByteArray();
    }

    private static byte[] field(String name, String value) {
        return ("\0" + (char) name.length() + name + (char) value.length() + value)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    public Bytes frame(int type, int flags, int stream, byte... payload) {
        bytes.writeBytes(ByteBuffer.allocate(9 + payload.length)
                .putInt(payload.length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array());
        return this;
    }

    public Bytes raw(byte... raw) {
        bytes.writeBytes(raw);
        return this;
    }

    public byte[] toBytes() {
        return bytes.toByteArray();
    }
}
