package io.vpccni.netlink.nft;

import io.vpccni.netlink.rt.Flags;
import io.vpccni.netlink.wire.Attributes;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.Message;
import io.vpccni.netlink.wire.MessageWriter;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code NFT_MSG_*}.
 *
 * <pre>
 *   nfgenmsg: u8 family | u8 version 0 | be16 resource (of a batch: 10, the subsystem)
 * </pre>
 */
public final class NftMessages {
    private static final int SUBSYSTEM = 10;
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;

    private static final int NEW_TABLE = SUBSYSTEM << 8;
    private static final int DELETE_TABLE = NEW_TABLE | 2;
    public static final int NEW_CHAIN = NEW_TABLE | 3;
    private static final int GET_CHAIN = NEW_TABLE | 4;
    private static final int DELETE_CHAIN = NEW_TABLE | 5;
    public static final int NEW_RULE = NEW_TABLE | 6;
    private static final int GET_RULE = NEW_TABLE | 7;
    private static final int DELETE_RULE = NEW_TABLE | 8;

    private static final int HEADER_BYTES = 4;
    private static final int CREATE = 0x400;
    private static final int APPEND = 0x800;

    private static final int TABLE_NAME = 1;
    private static final int CHAIN_TABLE = 1;
    private static final int CHAIN_NAME = 3;
    private static final int CHAIN_HOOK = 4;
    private static final int CHAIN_POLICY = 5;
    private static final int CHAIN_TYPE = 7;
    private static final int HOOK_NUMBER = 1;
    private static final int HOOK_PRIORITY = 2;
    private static final int RULE_TABLE = 1;
    private static final int RULE_CHAIN = 2;
    private static final int RULE_HANDLE = 3;
    private static final int RULE_EXPRESSIONS = 4;
    private static final int ELEMENT = 1;

    private NftMessages() {}

    public static void beginBatch(MessageWriter writer, int sequence) {
        begin(writer, BATCH_BEGIN, Flags.REQUEST, sequence, 0, SUBSYSTEM).end();
    }

    public static void endBatch(MessageWriter writer, int sequence) {
        begin(writer, BATCH_END, Flags.REQUEST, sequence, 0, SUBSYSTEM).end();
    }

    private static MessageWriter begin(
            MessageWriter writer, int type, int flags, int sequence, int family, int resource) {
        return writer.begin(type, flags, sequence)
                .u8(family)
                .u8(0)
                .u8(resource >> 8)
                .u8(resource);
    }

    public static void addTable(MessageWriter writer, int sequence, int family, String table) {
        begin(writer, NEW_TABLE, Flags.REQUEST | CREATE, sequence, family, 0)
                .attributeText(TABLE_NAME, table)
                .end();
    }

    public static void deleteTable(MessageWriter writer, int sequence, int family, String table) {
        begin(writer, DELETE_TABLE, Flags.REQUEST, sequence, family, 0)
                .attributeText(TABLE_NAME, table)
                .end();
    }

    public static void addChain(MessageWriter writer, int sequence, int family, NftChain chain) {
        begin(writer, NEW_CHAIN, Flags.REQUEST | CREATE, sequence, family, 0)
                .attributeText(CHAIN_TABLE, chain.table())
                .attributeText(CHAIN_NAME, chain.name());
        chain.hook().ifPresent(hook -> {
            int nest = writer.beginNest(CHAIN_HOOK);
            writer.attributeU32Network(HOOK_NUMBER, hook.number()).attributeU32Network(HOOK_PRIORITY, hook.priority());
            writer.endNest(nest)
                    .attributeU32Network(CHAIN_POLICY, hook.policy())
                    .attributeText(CHAIN_TYPE, hook.type());
        });
        writer.end();
    }

    public static void deleteChain(MessageWriter writer, int sequence, int family, String table, String chain) {
        begin(writer, DELETE_CHAIN, Flags.REQUEST, sequence, family, 0)
                .attributeText(CHAIN_TABLE, table)
                .attributeText(CHAIN_NAME, chain)
                .end();
    }

    public static void appendRule(MessageWriter writer, int sequence, int family, String table, NftRule rule) {
        begin(writer, NEW_RULE, Flags.REQUEST | CREATE | APPEND, sequence, family, 0)
                .attributeText(RULE_TABLE, table)
                .attributeText(RULE_CHAIN, rule.chain());
        int nest = writer.beginNest(RULE_EXPRESSIONS);
        for (Expression expression : rule.expressions()) {
            int element = writer.beginNest(ELEMENT);
            ExpressionCodec.write(writer, expression);
            writer.endNest(element);
        }
        writer.endNest(nest).end();
    }

    /** All rules of the chain, where {@code handle} is 0. */
    public static void deleteRule(
            MessageWriter writer, int sequence, int family, String table, String chain, long handle) {
        begin(writer, DELETE_RULE, Flags.REQUEST, sequence, family, 0)
                .attributeText(RULE_TABLE, table)
                .attributeText(RULE_CHAIN, chain);
        if (handle != 0) {
            writer.attributeU64Network(RULE_HANDLE, handle);
        }
        writer.end();
    }

    public static void dumpChains(MessageWriter writer, int sequence, int family) {
        begin(writer, GET_CHAIN, Flags.DUMP, sequence, family, 0).end();
    }

    public static void dumpRules(MessageWriter writer, int sequence, int family, String table) {
        begin(writer, GET_RULE, Flags.DUMP, sequence, family, 0)
                .attributeText(RULE_TABLE, table)
                .end();
    }

    public static NftChain readChain(Message message) throws MalformedMessageException {
        Attributes attributes = message.attributes(HEADER_BYTES);
        Optional<NftChain.Hook> hook = Optional.empty();
        if (attributes.has(CHAIN_HOOK)) {
            Attributes nested = attributes.nested(CHAIN_HOOK);
            hook = Optional.of(new NftChain.Hook(
                    attributes.text(CHAIN_TYPE),
                    nested.u32(HOOK_NUMBER, 0, ByteOrder.BIG_ENDIAN),
                    nested.u32(HOOK_PRIORITY, 0, ByteOrder.BIG_ENDIAN),
                    attributes.u32(CHAIN_POLICY, NftChain.ACCEPT, ByteOrder.BIG_ENDIAN)));
        }
        return new NftChain(attributes.text(CHAIN_TABLE), attributes.text(CHAIN_NAME), hook);
    }

    /** Kernels before 5.4 give the rules of all tables. */
    public static boolean isAbout(Message message, String table) throws MalformedMessageException {
        return message.attributes(HEADER_BYTES).text(RULE_TABLE).equals(table);
    }

    public static NftRule readRule(Message message) throws MalformedMessageException {
        Attributes attributes = message.attributes(HEADER_BYTES);
        List<Expression> expressions = new ArrayList<>();
        for (Attributes element : attributes.list(RULE_EXPRESSIONS)) {
            expressions.add(ExpressionCodec.read(element));
        }
        return new NftRule(attributes.text(RULE_CHAIN), attributes.u64Network(RULE_HANDLE, 0), expressions);
    }

    /** Empty for what is about neither tables, chains nor rules. */
    public static Optional<NftChange> readChange(Message message) throws MalformedMessageException {
        int family = message.body().limit() > 0 ? message.body().get(0) : 0;
        Attributes attributes = message.attributes(HEADER_BYTES);
        return switch (message.type()) {
            case NEW_TABLE, DELETE_TABLE ->
                Optional.of(new NftChange(family, attributes.text(TABLE_NAME), "", message.type() == DELETE_TABLE));
            case NEW_CHAIN, DELETE_CHAIN ->
                Optional.of(new NftChange(
                        family,
                        attributes.text(CHAIN_TABLE),
                        attributes.text(CHAIN_NAME),
                        message.type() == DELETE_CHAIN));
            case NEW_RULE, DELETE_RULE ->
                Optional.of(new NftChange(
                        family,
                        attributes.text(RULE_TABLE),
                        attributes.text(RULE_CHAIN),
                        message.type() == DELETE_RULE));
            default -> Optional.empty();
        };
    }
}
