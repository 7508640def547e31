package io.vpccni.client.grpc;

import java.util.Arrays;

/**
 * Walks through the fields of one protobuf message. After {@link #next}, the field is read with the method of its type or
 * passed over; a field that is not read is skipped.
 */
public final class MessageReader {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final byte[] bytes;
    private int position;
    private int field;
    private int wireType;
    private boolean pending;

    public MessageReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Moves to the next field, or says that there is none. */
    public boolean next() throws CallFailure {
        if (pending) {
            skip();
        }
        if (position == bytes.length) {
            return false;
        }
        long tag = varint();
        field = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        if (tag >>> 32 != 0 || field == 0) {
            throw malformed("the tag " + tag);
        }
        pending = true;
        return true;
    }

    public int field() {
        return field;
    }

    /** An {@code int32} or an enum; like every protobuf reader, it keeps the low 32 bits. */
    public int integer() throws CallFailure {
        require(VARINT);
        return (int) varint();
    }

    /** A {@code bytes} or {@code string} field. */
    public byte[] bytes() throws CallFailure {
        require(LENGTH_DELIMITED);
        int end = position(varint());
        byte[] value = Arrays.copyOfRange(bytes, position, end);
        position = end;
        return value;
    }

    private void require(int expected) throws CallFailure {
        if (wireType != expected) {
            throw malformed("wire type " + wireType + " instead of " + expected);
        }
        pending = false;
    }

    private void skip() throws CallFailure {
        pending = false;
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> position = position(Long.BYTES);
            case LENGTH_DELIMITED -> position = position(varint());
            case FIXED32 -> position = position(Integer.BYTES);
            default -> throw malformed("wire type " + wireType);
        }
    }

    private long varint() throws CallFailure {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = bytes[position(1) - 1];
            position++;
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed("a number of more than ten bytes");
    }

    /** Where the next so many bytes end. */
    private int position(long size) throws CallFailure {
        if (size < 0 || size > bytes.length - position) {
            throw malformed("its end");
        }
        return position + (int) size;
    }

    private CallFailure malformed(String what) {
        return CallFailure.protocol("the message in the answer is malformed at byte " + position + ", field " + field
                + ": unexpected " + what);
    }
}
