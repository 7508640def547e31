package io.vpccni.netlink;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
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
 * @param protocol of IP: 6 is TCP, 58 ICMP of IPv6; 0 is any
 * @param table 0 where the action looks up none
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
        int protocol,
        int table,
        Action action,
        Set<Flag> flags) {

    public Rule {
        flags = Set.copyOf(flags);
    }

    /** What happens to a packet that matches; {@link #OTHER} is one this library does not make. */
    public enum Action {
        LOOKUP,
        BLACKHOLE,
        UNREACHABLE,
        PROHIBIT,
        OTHER
    }

    public enum Flag {
        /** The rule counts for packets that do <em>not</em> match. */
        INVERTED(0x2),
        /**
         * Of IPv6: a packet without a source address yet is taken to have the one that it would get by this rule. Otherwise no
         * rule with {@code from} matches it. {@code ip} has no word for this.
         */
        FINDS_SOURCE(0x10000);

        private final int bit;

        Flag(int bit) {
            this.bit = bit;
        }

        public int bit() {
            return bit;
        }
    }

    /** A rule for all packets of the family. */
    public static Rule lookup(Family family, int priority, int table) {
        return new Rule(family, priority, null, null, "", "", 0, 0, 0, table, Action.LOOKUP, Set.of());
    }

    public Rule from(Prefix from) {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, protocol, table, action, flags);
    }

    public Rule to(Prefix to) {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, protocol, table, action, flags);
    }

    /** {@code iif}. */
    public Rule input(String inputLink) {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, protocol, table, action, flags);
    }

    /** {@code oif}. */
    public Rule output(String outputLink) {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, protocol, table, action, flags);
    }

    /** {@code fwmark mark/mask}. */
    public Rule mark(int mark, int mask) {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, protocol, table, action, flags);
    }

    /** {@code ipproto}. */
    public Rule protocol(int protocol) {
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, protocol, table, action, flags);
    }

    public Rule action(Action action) {
        int kept = action == Action.LOOKUP ? table : 0;
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, protocol, kept, action, flags);
    }

    /** As well as those that it has. */
    public Rule flag(Flag flag) {
        Set<Flag> flags = new HashSet<>(this.flags);
        flags.add(flag);
        return new Rule(family, priority, from, to, inputLink, outputLink, mark, mask, protocol, table, action, flags);
    }

    /** In the words of {@code ip rule}. */
    @Override
    public String toString() {
        return "priority " + Integer.toUnsignedString(priority)
                + (flags.contains(Flag.INVERTED) ? " not" : "")
                + (" from " + (from == null ? "all" : from))
                + (to == null ? "" : " to " + to)
                + (inputLink.isEmpty() ? "" : " iif " + inputLink)
                + (outputLink.isEmpty() ? "" : " oif " + outputLink)
                + (mark == 0 && mask == 0 ? "" : " fwmark 0x%x/0x%x".formatted(mark, mask))
                + (protocol == 0 ? "" : " ipproto " + protocol)
                + (action == Action.LOOKUP
                        ? " lookup " + Integer.toUnsignedString(table)
                        : " " + action.name().toLowerCase(Locale.ROOT))
                + (family == Family.IPV6 ? " (IPv6)" : "");
    }
}
