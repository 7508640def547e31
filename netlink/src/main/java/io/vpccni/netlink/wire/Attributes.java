package io.vpccni.netlink.wire;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of a message or of a nest, by type. Of two with the same type the later counts. A missing one gives
 * the caller's fallback; one that is shorter than what is asked for is an error.
 */
public final class Attributes {
    private static final int TYPE_MASK = 0x3fff;
    private static final int HEADER_BYTES = 4;

    private final Map<Integer, ByteBuffer> payloads = new HashMap<>();

    private Attributes() {}

    static int align(int length) {
        return (length + 3) & ~3;
    }

    static Attributes parse(ByteBuffer bytes) throws MalformedMessageException {
        var result = new Attributes();
        read(bytes, result.payloads::put);
        return result;
    }

    private static void read(ByteBuffer bytes, BiConsumer<Integer, ByteBuffer> taker) throws MalformedMessageException {
        int at = 0;
        int limit = bytes.limit();
        while (limit - at >= HEADER_BYTES) {
            int length = Short.toUnsignedInt(bytes.getShort(at));
            int type = Short.toUnsignedInt(bytes.getShort(at + 2)) & TYPE_MASK;
            if (length < HEADER_BYTES || length > limit - at) {
                throw new MalformedMessageException(
                        "attribute " + type + " with length " + length + " and " + (limit - at) + " bytes left");
            }
            taker.accept(
                    type, bytes.slice(at + HEADER_BYTES, length - HEADER_BYTES).order(bytes.order()));
            at += Math.min(align(length), limit - at);
        }
        if (at < limit) {
            throw new MalformedMessageException((limit - at) + " bytes are too few for an attribute header");
        }
    }

    public boolean has(int type) {
        return payloads.containsKey(type);
    }

    public int u8(int type, int fallback) throws MalformedMessageException {
        var payload = payload(type, 1);
        return payload == null ? fallback : Byte.toUnsignedInt(payload.get(0));
    }

    public int u16(int type, int fallback) throws MalformedMessageException {
        var payload = payload(type, 2);
        return payload == null ? fallback : Short.toUnsignedInt(payload.getShort(0));
    }

    public int u32(int type, int fallback) throws MalformedMessageException {
        var payload = payload(type, 4);
        return payload == null ? fallback : payload.getInt(0);
    }

    /** As {@link #u32(int, int)}, in another byte order than the message's. */
    public int u32(int type, int fallback, ByteOrder order) throws MalformedMessageException {
        var payload = payload(type, 4);
        return payload == null ? fallback : payload.duplicate().order(order).getInt(0);
    }

    /** In network byte order. */
    public long u64Network(int type, long fallback) throws MalformedMessageException {
        var payload = payload(type, 8);
        return payload == null
                ? fallback
                : payload.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(0);
    }

    /** Text up to the first zero byte; empty when missing. */
    public String text(int type) {
        byte[] bytes = bytes(type);
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    /** A copy of the payload; empty when missing. */
    public byte[] bytes(int type) {
        var payload = payloads.get(type);
        if (payload == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[payload.limit()];
        payload.get(0, bytes);
        return bytes;
    }

    public @Nullable InetAddress address(int type) throws MalformedMessageException {
        if (!has(type)) {
            return null;
        }
        byte[] bytes = bytes(type);
        try {
            // Not InetAddress.getByAddress for 16 bytes: it turns ::ffff:a.b.c.d into an IPv4 address.
            return bytes.length == 16 ? Inet6Address.getByAddress(null, bytes, -1) : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new MalformedMessageException("attribute " + type + " is an address of " + bytes.length + " bytes");
        }
    }

    /** The attributes inside an attribute; none when it is missing. */
    public Attributes nested(int type) throws MalformedMessageException {
        var payload = payloads.get(type);
        return payload == null ? new Attributes() : parse(payload);
    }

    /** The nests that an attribute is a list of, in order; none when it is missing. */
    public List<Attributes> list(int type) throws MalformedMessageException {
        var elements = new ArrayList<ByteBuffer>();
        var payload = payloads.get(type);
        if (payload != null) {
            read(payload, (_, element) -> elements.add(element));
        }
        var list = new ArrayList<Attributes>();
        for (var element : elements) {
            list.add(parse(element));
        }
        return list;
    }

    private @Nullable ByteBuffer payload(int type, int atLeast) throws MalformedMessageException {
        var payload = payloads.get(type);
        if (payload != null && payload.limit() < atLeast) {
            throw new MalformedMessageException(
                    "attribute " + type + " has " + payload.limit() + " bytes, expected " + atLeast);
        }
        return payload;
    }
}
