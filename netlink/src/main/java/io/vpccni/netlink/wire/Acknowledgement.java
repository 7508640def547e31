package io.vpccni.netlink.wire;

import java.nio.ByteBuffer;

/**
 * How one request ended, from an {@link Message#ERROR} or {@link Message#DONE} message.
 *
 * <pre>
 *   ERROR body: i32 -errno | copy of the request's header (16 bytes)
 *               | the rest of the request, unless flag CAPPED | attributes (1 = text), if flag HAS_ATTRIBUTES
 *   DONE body:  i32 -errno (older kernels leave it out) | attributes, if flag HAS_ATTRIBUTES
 * </pre>
 *
 * @param errno 0 is success
 * @param text the kernel's explanation, often empty; it differs between kernels, so decide on errno only
 */
public record Acknowledgement(int errno, String text) {
    private static final int CAPPED = 0x100;
    private static final int HAS_ATTRIBUTES = 0x200;
    private static final int TEXT = 1;
    private static final int ERRNO_BYTES = 4;

    public static Acknowledgement of(Message message) throws MalformedMessageException {
        ByteBuffer body = message.body();
        if (message.type() == Message.DONE) {
            int errno = body.limit() < ERRNO_BYTES ? 0 : -body.getInt(0);
            return new Acknowledgement(errno, text(message, ERRNO_BYTES));
        }
        if (body.limit() < ERRNO_BYTES + Message.HEADER_BYTES) {
            throw new MalformedMessageException("error message with a body of " + body.limit() + " bytes");
        }
        int echoed = (message.flags() & CAPPED) != 0 ? Message.HEADER_BYTES : body.getInt(ERRNO_BYTES);
        if (echoed < Message.HEADER_BYTES || echoed > body.limit() - ERRNO_BYTES) {
            // A success is always capped by older kernels, without the flag.
            echoed = Message.HEADER_BYTES;
        }
        return new Acknowledgement(-body.getInt(0), text(message, ERRNO_BYTES + Attributes.align(echoed)));
    }

    private static String text(Message message, int start) throws MalformedMessageException {
        if ((message.flags() & HAS_ATTRIBUTES) == 0 || message.body().limit() < start) {
            return "";
        }
        return message.attributes(start).text(TEXT);
    }
}
