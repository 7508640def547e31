package io.vpccni.netlink.nft;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * One step of a rule. What one loads, the next one uses: all of them work on register 1. Data are written as hex digits, in
 * the order of their bytes in memory.
 */
public sealed interface Expression {

    int META_MARK = 3;
    int META_INPUT_NAME = 6;
    int CT_MARK = 3;
    int NETWORK_HEADER = 1;
    int FIB_DESTINATION = 2;
    int FIB_ADDRESS_TYPE = 3;

    int CONTINUE = -1;
    int JUMP = -3;
    int RETURN = -5;

    /** {@code fib}: what a look into the routing tables says of the packet. */
    record Fib(int flags, int result) implements Expression {}

    /** {@code meta KEY}: loads a fact about the packet. */
    record Meta(int key) implements Expression {}

    /** {@code meta KEY set}. */
    record SetMeta(int key) implements Expression {}

    /** {@code ct KEY}: loads a fact about the packet's connection. */
    record Connection(int key) implements Expression {}

    /** {@code ct KEY set}. */
    record SetConnection(int key) implements Expression {}

    /** Loads bytes of the packet itself. */
    record Payload(int base, int offset, int length) implements Expression {}

    /** Loaded data and {@code mask}, exclusive or {@code xor}. */
    record Bitwise(String mask, String xor) implements Expression {}

    /** Ends the rule unless the data loaded begin with these, or do not. */
    record Compare(boolean equal, String data) implements Expression {}

    /** Counts packets and bytes. */
    record Counter() implements Expression {}

    /** What becomes of the packet; {@code chain} is where a jump goes, or empty. */
    record Verdict(int code, String chain) implements Expression {}

    /** An expression that this library does not make. */
    record Other(String name) implements Expression {}

    /** A 32-bit number as a register holds it: in the machine's byte order. */
    static String number(int value) {
        return hex(ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array());
    }

    /** Text without a closing zero: compared as a prefix. */
    static String text(String value) {
        return hex(value.getBytes(StandardCharsets.US_ASCII));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
