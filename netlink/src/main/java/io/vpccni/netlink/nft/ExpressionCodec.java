package io.vpccni.netlink.nft;

import io.vpccni.netlink.wire.Attributes;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.MessageWriter;
import java.nio.ByteOrder;
import java.util.HexFormat;

/** An expression's name and its nest of attributes. */
final class ExpressionCodec {
    private static final int NAME = 1;
    private static final int DATA = 2;

    private static final int VERDICT_REGISTER = 0;
    private static final int REGISTER = 1;

    private static final int VALUE = 1;
    private static final int VERDICT = 2;
    private static final int VERDICT_CODE = 1;
    private static final int VERDICT_CHAIN = 2;

    private static final int EQUAL = 0;
    private static final int NOT_EQUAL = 1;
    private static final int BITWISE_BOOL = 0;

    private ExpressionCodec() {}

    static void write(MessageWriter writer, Expression expression) {
        switch (expression) {
            case Expression.Fib(int flags, int result) -> {
                int data = begin(writer, "fib");
                u32(writer, 1, REGISTER);
                u32(writer, 2, result);
                u32(writer, 3, flags);
                writer.endNest(data);
            }
            case Expression.Meta(int key) -> load(writer, "meta", key);
            case Expression.SetMeta(int key) -> store(writer, "meta", key, 3);
            case Expression.Connection(int key) -> load(writer, "ct", key);
            case Expression.SetConnection(int key) -> store(writer, "ct", key, 4);
            case Expression.Payload(int base, int offset, int length) -> {
                int data = begin(writer, "payload");
                u32(writer, 1, REGISTER);
                u32(writer, 2, base);
                u32(writer, 3, offset);
                u32(writer, 4, length);
                writer.endNest(data);
            }
            case Expression.Bitwise(String mask, String xor) -> {
                int data = begin(writer, "bitwise");
                u32(writer, 1, REGISTER);
                u32(writer, 2, REGISTER);
                u32(writer, 3, mask.length() / 2);
                value(writer, 4, mask);
                value(writer, 5, xor);
                writer.endNest(data);
            }
            case Expression.Compare(boolean equal, String wanted) -> {
                int data = begin(writer, "cmp");
                u32(writer, 1, REGISTER);
                u32(writer, 2, equal ? EQUAL : NOT_EQUAL);
                value(writer, 3, wanted);
                writer.endNest(data);
            }
            case Expression.Counter() -> {
                int data = begin(writer, "counter");
                writer.attributeU64Network(1, 0).attributeU64Network(2, 0).endNest(data);
            }
            case Expression.Verdict(int code, String chain) -> {
                int data = begin(writer, "immediate");
                u32(writer, 1, VERDICT_REGISTER);
                int value = writer.beginNest(2);
                int verdict = writer.beginNest(VERDICT);
                u32(writer, VERDICT_CODE, code);
                if (!chain.isEmpty()) {
                    writer.attributeText(VERDICT_CHAIN, chain);
                }
                writer.endNest(verdict).endNest(value).endNest(data);
            }
            case Expression.Other(String name) ->
                throw new IllegalArgumentException("an expression " + name + " cannot be written");
        }
    }

    private static int begin(MessageWriter writer, String name) {
        writer.attributeText(NAME, name);
        return writer.beginNest(DATA);
    }

    private static void u32(MessageWriter writer, int type, int value) {
        writer.attributeU32Network(type, value);
    }

    private static void value(MessageWriter writer, int type, String hex) {
        int nest = writer.beginNest(type);
        writer.attribute(VALUE, HexFormat.of().parseHex(hex)).endNest(nest);
    }

    private static void load(MessageWriter writer, String name, int key) {
        int data = begin(writer, name);
        u32(writer, 1, REGISTER);
        u32(writer, 2, key);
        writer.endNest(data);
    }

    private static void store(MessageWriter writer, String name, int key, int sourceType) {
        int data = begin(writer, name);
        u32(writer, 2, key);
        u32(writer, sourceType, REGISTER);
        writer.endNest(data);
    }

    static Expression read(Attributes element) throws MalformedMessageException {
        String name = element.text(NAME);
        Attributes data = element.nested(DATA);
        Expression read =
                switch (name) {
                    case "fib" -> new Expression.Fib(u32(data, 3), u32(data, 2));
                    case "meta" ->
                        data.has(3) ? new Expression.SetMeta(u32(data, 2)) : new Expression.Meta(u32(data, 2));
                    case "ct" ->
                        data.has(4)
                                ? new Expression.SetConnection(u32(data, 2))
                                : new Expression.Connection(u32(data, 2));
                    case "payload" -> new Expression.Payload(u32(data, 2), u32(data, 3), u32(data, 4));
                    case "bitwise" -> new Expression.Bitwise(value(data, 4), value(data, 5));
                    case "cmp" -> new Expression.Compare(u32(data, 2) == EQUAL, value(data, 3));
                    case "counter" -> new Expression.Counter();
                    case "immediate" -> verdict(data.nested(2).nested(VERDICT));
                    default -> new Expression.Other(name);
                };
        return isWhole(name, data) ? read : new Expression.Other(name);
    }

    /** Whether the expression says no more than ours can: one register, plain comparisons, and of values verdicts only. */
    private static boolean isWhole(String name, Attributes data) throws MalformedMessageException {
        return switch (name) {
            case "fib", "payload" -> u32(data, 1) == REGISTER;
            case "meta" -> u32(data, data.has(3) ? 3 : 1) == REGISTER;
            case "ct" -> u32(data, data.has(4) ? 4 : 1) == REGISTER && !data.has(3);
            case "bitwise" ->
                u32(data, 1) == REGISTER && u32(data, 2) == REGISTER && u32(data, 6) == BITWISE_BOOL && data.has(4);
            case "cmp" -> u32(data, 1) == REGISTER && u32(data, 2) <= NOT_EQUAL;
            case "immediate" -> data.nested(2).has(VERDICT);
            default -> true;
        };
    }

    private static Expression verdict(Attributes verdict) throws MalformedMessageException {
        return new Expression.Verdict(u32(verdict, VERDICT_CODE), verdict.text(VERDICT_CHAIN));
    }

    private static int u32(Attributes data, int type) throws MalformedMessageException {
        return data.u32(type, 0, ByteOrder.BIG_ENDIAN);
    }

    private static String value(Attributes data, int type) throws MalformedMessageException {
        return Expression.hex(data.nested(type).bytes(VALUE));
    }
}
