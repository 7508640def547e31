package io.vpccni.client.grpc;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a header block (RFC 7541). Loaded only when a call failed.
 *
 * <p>We announced a dynamic table of size 0, so a block stands for itself. Of the static table only {@code :status} matters;
 * a field with another indexed name is skipped.
 */
final class Hpack {

    private static final int STATIC_TABLE_SIZE = 61;
    private static final int FIRST_STATUS = 8;
    private static final String[] STATUS = {"200", "204", "206", "304", "400", "404", "500"};

    private final byte[] block;
    private final Map<String, String> fields = new HashMap<>();
    private int position;

    private Hpack(byte[] block) {
        this.block = block;
    }

    /** The fields of a block as far as it can be read: half a reason is better than none. */
    static Map<String, String> decode(byte[] block) {
        Hpack hpack = new Hpack(block);
        try {
            while (hpack.position < block.length) {
                hpack.field();
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            hpack.fields.putIfAbsent("grpc-message", "(its headers cannot be read)");
        }
        return hpack.fields;
    }

    private void field() {
        int first = block[position] & 0xff;
        if (first >= 0x80) {
            int index = integer(7);
            String name = name(index);
            if (name != null) {
                fields.put(name, STATUS[index - FIRST_STATUS]);
            }
        } else if (first >= 0x40) {
            literal(6);
        } else if (first >= 0x20) {
            integer(5); // a new table size; ours stays 0
        } else {
            literal(4);
        }
    }

    private void literal(int prefixBits) {
        int index = integer(prefixBits);
        String name = index == 0 ? string() : name(index);
        String value = string();
        if (name != null) {
            fields.put(name, value);
        }
    }

    private static @Nullable String name(int index) {
        if (index == 0 || index > STATIC_TABLE_SIZE) {
            throw new IllegalArgumentException("no field " + index);
        }
        return index >= FIRST_STATUS && index < FIRST_STATUS + STATUS.length ? ":status" : null;
    }

    /** An integer with an n-bit prefix (5.1). */
    private int integer(int bits) {
        int mask = (1 << bits) - 1;
        long value = block[position++] & mask;
        if (value < mask) {
            return (int) value;
        }
        for (int shift = 0; shift <= 28; shift += 7) {
            int next = block[position++];
            value += (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return Math.toIntExact(Math.min(value, Integer.MAX_VALUE));
            }
        }
        throw new IllegalArgumentException("a number above 31 bits");
    }

    private String string() {
        boolean huffman = block[position] < 0;
        int length = integer(7);
        if (length > block.length - position) {
            throw new IllegalArgumentException("a string longer than its block");
        }
        int start = position;
        position += length;
        return huffman
                ? Huffman.decode(block, start, length)
                : new String(block, start, length, StandardCharsets.ISO_8859_1);
    }
}
