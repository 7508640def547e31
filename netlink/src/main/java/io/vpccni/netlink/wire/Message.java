package io.vpccni.netlink.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One received netlink message. The body is a view of the receive buffer: it is valid until the next receive.
 *
 * @param type what the message is: 0 to 15 are netlink's own, see the constants
 * @param sequence the number of the request it answers; in a notification that of the request it comes from
 * @param port the socket that asked for it; 0 where nobody did
 * @param body what follows the 16 bytes of header
 */
public record Message(int type, int flags, int sequence, int port, ByteBuffer body) {
    public static final int ERROR = 2;
    public static final int DONE = 3;

    public static final int HEADER_BYTES = 16;

    private static final int DUMP_INTERRUPTED = 0x10;

    /** All messages of one datagram. */
    public static List<Message> readAll(ByteBuffer datagram) throws MalformedMessageException {
        var messages = new ArrayList<Message>();
        int at = datagram.position();
        int limit = datagram.limit();
        while (at < limit) {
            if (limit - at < HEADER_BYTES) {
                throw new MalformedMessageException((limit - at) + " bytes are too few for a message header");
            }
            int length = datagram.getInt(at);
            if (length < HEADER_BYTES || length > limit - at) {
                throw new MalformedMessageException(
                        "message length " + Integer.toUnsignedString(length) + " with " + (limit - at) + " bytes left");
            }
            int type = Short.toUnsignedInt(datagram.getShort(at + 4));
            int flags = Short.toUnsignedInt(datagram.getShort(at + 6));
            var body = datagram.slice(at + HEADER_BYTES, length - HEADER_BYTES).order(datagram.order());
            messages.add(new Message(type, flags, datagram.getInt(at + 8), datagram.getInt(at + 12), body));
            at += Math.min(Attributes.align(length), limit - at);
        }
        return messages;
    }

    /** The tables changed while they were dumped: entries may be missing or doubled. */
    public boolean dumpInterrupted() {
        return (flags & DUMP_INTERRUPTED) != 0;
    }

    /** The attributes behind the fixed header of the message type. */
    public Attributes attributes(int fixedHeaderBytes) throws MalformedMessageException {
        if (body.limit() < fixedHeaderBytes) {
            throw new MalformedMessageException("message type " + type + " with a body of " + body.limit()
                    + " bytes, expected at least " + fixedHeaderBytes);
        }
        int start = Attributes.align(fixedHeaderBytes);
        return Attributes.parse(body.slice(start, body.limit() - start).order(body.order()));
    }
}
