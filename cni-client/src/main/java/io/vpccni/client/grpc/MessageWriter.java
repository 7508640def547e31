package io.vpccni.client.grpc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Encodes one protobuf message. Fields with their default value are left out, as proto3 has it. */
public final class MessageWriter {

    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    /** Largest tag and length: two varints of five bytes. */
    private static final int LARGEST_HEAD = 10;

    private byte[] bytes;
    private int length;

    public MessageWriter(int expectedSize) {
        this.bytes = new byte[expectedSize];
    }

    public MessageWriter string(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    public MessageWriter bytes(int field, byte[] value) {
        if (value.length > 0) {
            reserve(LARGEST_HEAD + value.length);
            varint(field << 3 | LENGTH_DELIMITED);
            varint(value.length);
            System.arraycopy(value, 0, bytes, length, value.length);
            length += value.length;
        }
        return this;
    }

    public MessageWriter bool(int field, boolean value) {
        return integer(field, value ? 1 : 0);
    }

    /** An {@code int32} or an enum. */
    public MessageWriter integer(int field, int value) {
        if (value != 0) {
            reserve(2 * LARGEST_HEAD);
            varint(field << 3 | VARINT);
            varint(value);
        }
        return this;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** A negative number takes ten bytes: its sign is extended to 64 bits. */
    private void varint(int number) {
        long rest = number;
        while ((rest & ~0x7fL) != 0) {
            bytes[length++] = (byte) (rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * length));
        }
    }
}
