package io.vpccni.netlink.rt;

import io.vpccni.netlink.Family;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.wire.Attributes;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.Message;
import io.vpccni.netlink.wire.MessageWriter;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code RTM_*RULE}.
 *
 * <pre>
 *   fib_rule_hdr: u8 family | u8 destination length | u8 source length | u8 tos
 *                 | u8 table | u8 0 | u8 0 | u8 action | u32 flags
 * </pre>
 */
public final class RuleMessages {
    public static final int NEW = 32;
    public static final int DELETE = 33;
    public static final int GET = 34;

    private static final int HEADER_BYTES = 12;
    private static final int TO = 1;
    private static final int FROM = 2;
    private static final int INPUT = 3;
    private static final int PRIORITY = 6;
    private static final int MARK = 10;
    private static final int TABLE = 15;
    private static final int MASK = 16;
    private static final int OUTPUT = 17;
    private static final int PROTOCOL = 22;
    private static final int HIGHEST_SHORT_TABLE = 255;

    private RuleMessages() {}

    public static void add(MessageWriter writer, int sequence, Rule rule) {
        begin(writer, sequence, NEW, Flags.ADD, rule);
        // No protocol, as ip and the upstream plugin do it: theirs and ours stay the same rule.
        writer.end();
    }

    public static void delete(MessageWriter writer, int sequence, Rule rule) {
        begin(writer, sequence, DELETE, Flags.REQUEST, rule);
        writer.end();
    }

    public static void dump(MessageWriter writer, int sequence, @Nullable Family family) {
        writer.begin(GET, Flags.DUMP, sequence);
        writer.u8(family == null ? 0 : family.number())
                .u8(0)
                .u8(0)
                .u8(0)
                .u32(0)
                .u32(0)
                .end();
    }

    /** Empty for rules of multicast routing, which an unfiltered dump holds as well. */
    public static Optional<Rule> read(Message message) throws MalformedMessageException {
        var attributes = message.attributes(HEADER_BYTES);
        var body = message.body();
        int number = body.get(0);
        if (number != Family.IPV4.number() && number != Family.IPV6.number()) {
            return Optional.empty();
        }
        var action = action(body.get(7));
        int flags = body.getInt(8);
        int table = attributes.u32(TABLE, Byte.toUnsignedInt(body.get(4)));
        return Optional.of(new Rule(
                number == Family.IPV4.number() ? Family.IPV4 : Family.IPV6,
                attributes.u32(PRIORITY, 0),
                prefix(attributes, FROM, body.get(2)),
                prefix(attributes, TO, body.get(1)),
                attributes.text(INPUT),
                attributes.text(OUTPUT),
                attributes.u32(MARK, 0),
                attributes.u32(MASK, 0),
                attributes.u8(PROTOCOL, 0),
                action == Rule.Action.LOOKUP ? table : 0,
                action,
                Arrays.stream(Rule.Flag.values())
                        .filter(flag -> (flags & flag.bit()) != 0)
                        .collect(Collectors.toSet())));
    }

    private static void begin(MessageWriter writer, int sequence, int type, int flags, Rule rule) {
        boolean shortTable = Integer.compareUnsigned(rule.table(), HIGHEST_SHORT_TABLE) <= 0;
        writer.begin(type, flags, sequence);
        writer.u8(rule.family().number())
                .u8(length(rule.to()))
                .u8(length(rule.from()))
                .u8(0);
        writer.u8(shortTable ? rule.table() : 0).u8(0).u8(0).u8(number(rule.action()));
        writer.u32(rule.flags().stream().mapToInt(Rule.Flag::bit).sum());
        writer.attributeU32(PRIORITY, rule.priority());
        if (rule.from() != null) {
            writer.attributeAddress(FROM, rule.from().address());
        }
        if (rule.to() != null) {
            writer.attributeAddress(TO, rule.to().address());
        }
        if (!rule.inputLink().isEmpty()) {
            writer.attributeText(INPUT, rule.inputLink());
        }
        if (!rule.outputLink().isEmpty()) {
            writer.attributeText(OUTPUT, rule.outputLink());
        }
        if (rule.mark() != 0 || rule.mask() != 0) {
            writer.attributeU32(MARK, rule.mark()).attributeU32(MASK, rule.mask());
        }
        if (rule.protocol() != 0) {
            writer.attributeU8(PROTOCOL, rule.protocol());
        }
        if (!shortTable) {
            writer.attributeU32(TABLE, rule.table());
        }
    }

    private static int length(@Nullable Prefix prefix) {
        return prefix == null ? 0 : prefix.length();
    }

    private static @Nullable Prefix prefix(Attributes attributes, int type, byte length)
            throws MalformedMessageException {
        var address = attributes.address(type);
        return address == null ? null : new Prefix(address, Byte.toUnsignedInt(length));
    }

    private static int number(Rule.Action action) {
        return switch (action) {
            case LOOKUP -> 1;
            case BLACKHOLE -> 6;
            case UNREACHABLE -> 7;
            case PROHIBIT -> 8;
            case OTHER -> throw new IllegalArgumentException("a rule with an action this library does not make");
        };
    }

    private static Rule.Action action(int number) {
        return switch (number) {
            case 1 -> Rule.Action.LOOKUP;
            case 6 -> Rule.Action.BLACKHOLE;
            case 7 -> Rule.Action.UNREACHABLE;
            case 8 -> Rule.Action.PROHIBIT;
            default -> Rule.Action.OTHER;
        };
    }
}
