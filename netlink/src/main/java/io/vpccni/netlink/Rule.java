package io.vpccni.netlink;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A policy routing rule ({@code ip rule show}).
 *
 * <p>A delete takes the first rule that agrees in everything <em>given</em>: what is left out matches anything. Always
 * give the priority.
 *
 * @param priority a smaller one is looked at first
 * @param from null is all
 * @param to null is all
 * @param inputLink empty is any
 * @param outputLink empty is any
 * @param mask of the mark; 0 with a mark of 0 is any packet
 * @param table 0 where the action looks up none
 * @param inverted the rule counts for packets that do <em>not</em> match
 */
public record Rule(
        Family family,
        int priority,
        @Nullable Prefix from,
        @Nullable Prefix to,
        String inputLink,
        String outputLink,
        int mark,
        int mask,
        int table,
        Action action,
        boolean inverted) {

    /** What happens to a packet that matches; {@link #OTHER} is one this library does not make. */
    public enum Action {
        LOOKUP,
        BLACKHOLE,
        UNREACHABLE,
        PROHIBIT,
        OTHER
    }

    /** A rule for all packets of the family. */
    public static Rule lookup(Family family, int priority, int table) {
        return new Rule(family, priority, null, null, "", "", 0, 0, table, Action.LOOKUP, false);
    }

    public Rule from(Prefix from) {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, table, action, inverted);
    }

    public Rule to(Prefix to) {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, table, action, inverted);
    }

    /** {@code iif}. */
    public Rule input(String inputLink) {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, table, action, inverted);
    }

    /** {@code oif}. */
    public Rule output(String outputLink) {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, table, action, inverted);
    }

    /** {@code fwmark mark/mask}. */
    public Rule mark(int mark, int mask) {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, table, action, inverted);
    }

    public Rule action(Action action) {
        int kept = action == Action.LOOKUP ? table : 0;
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, kept, action, inverted);
    }

    /** {@code not}. */
    public Rule invert() {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, table, action, !inverted);
    }

    /** In the words of {@code ip rule}. */
    @Override
    public String toString() {
        return "priority " + Integer.toUnsignedString(priority)
                + (inverted ? " not" : "")
                + (" from " + (from == null ? "all" : from))
                + (to == null ? "" : " to " + to)
                + (inputLink.isEmpty() ? "" : " iif " + inputLink)
                + (outputLink.isEmpty() ? "" : " oif " + outputLink)
                + (mark == 0 && mask == 0 ? "" : " fwmark 0x%x/0x%x".formatted(mark, mask))
                + (action == Action.LOOKUP
                        ? " lookup " + Integer.toUnsignedString(table)
                        : " " + action.name().toLowerCase(Locale.ROOT))
                + (family == Family.IPV6 ? " (IPv6)" : "");
    }
}
