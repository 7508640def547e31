package io.vpccni.netlink.wire;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes netlink messages one after the other into a buffer, in the buffer's byte order (the kernel wants the
 * machine's). Throws {@link java.nio.BufferOverflowException} when the buffer is full; {@link #rewindTo} then takes the
 * unfinished message back.
 *
 * <pre>
 *   nlmsghdr:  u32 length | u16 type | u16 flags | u32 sequence | u32 port (0: the kernel fills it in)
 *   attribute: u16 length without padding | u16 type | payload | zeros up to a multiple of 4
 * </pre>
 */
public final class MessageWriter {
    private static final int NESTED = 0x8000;
    private static final int FLAGS_OFFSET = 6;

    private final ByteBuffer buffer;
    private int messageStart;

    public MessageWriter(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    public MessageWriter begin(int type, int flags, int sequence) {
        messageStart = buffer.position();
        buffer.putInt(0).putShort((short) type).putShort((short) flags);
        buffer.putInt(sequence).putInt(0);
        return this;
    }

    /** Fills in the length of the message begun last. */
    public void end() {
        buffer.putInt(messageStart, buffer.position() - messageStart);
    }

    /** Adds flags to the message that starts at the given position. */
    public void addFlags(int start, int flags) {
        int at = start + FLAGS_OFFSET;
        buffer.putShort(at, (short) (buffer.getShort(at) | flags));
    }

    public int position() {
        return buffer.position();
    }

    /** Forgets everything written since the buffer stood at the given position, which must be a message's start. */
    public void rewindTo(int position) {
        buffer.position(position);
    }

    public MessageWriter u8(int value) {
        buffer.put((byte) value);
        return this;
    }

    public MessageWriter u16(int value) {
        buffer.putShort((short) value);
        return this;
    }

    public MessageWriter u32(int value) {
        buffer.putInt(value);
        return this;
    }

    public MessageWriter attribute(int type, byte[] payload) {
        buffer.putShort((short) (4 + payload.length)).putShort((short) type).put(payload);
        for (int i = payload.length; i % 4 != 0; i++) {
            buffer.put((byte) 0);
        }
        return this;
    }

    public MessageWriter attributeU8(int type, int value) {
        return attribute(type, new byte[] {(byte) value});
    }

    public MessageWriter attributeU16(int type, int value) {
        buffer.putShort((short) 6)
                .putShort((short) type)
                .putShort((short) value)
                .putShort((short) 0);
        return this;
    }

    public MessageWriter attributeU32(int type, int value) {
        buffer.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    /** In network byte order, as nf_tables wants all its numbers. */
    public MessageWriter attributeU32Network(int type, int value) {
        return attribute(type, ByteBuffer.allocate(4).putInt(value).array());
    }

    /** In network byte order. */
    public MessageWriter attributeU64Network(int type, long value) {
        return attribute(type, ByteBuffer.allocate(8).putLong(value).array());
    }

    /** Text with the closing zero byte that the kernel expects of names. */
    public MessageWriter attributeText(int type, String text) {
        return attribute(type, (text + '\0').getBytes(StandardCharsets.UTF_8));
    }

    /** An address in network byte order: 4 or 16 bytes. */
    public MessageWriter attributeAddress(int type, InetAddress address) {
        return attribute(type, address.getAddress());
    }

    /** Opens an attribute made of attributes; give the result to {@link #endNest}. */
    public int beginNest(int type) {
        int start = buffer.position();
        buffer.putShort((short) 0).putShort((short) (type | NESTED));
        return start;
    }

    public MessageWriter endNest(int start) {
        buffer.putShort(start, (short) (buffer.position() - start));
        return this;
    }
}
