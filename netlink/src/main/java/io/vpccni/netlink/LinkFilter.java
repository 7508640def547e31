package io.vpccni.netlink;

import org.jspecify.annotations.Nullable;

/**
 * Which links a dump gives; empty and null mean any. The kernel filters by kind only, the rest is done here.
 *
 * @param kind for example {@code veth}
 */
public record LinkFilter(
        String kind, @Nullable MacAddress mac, @Nullable Integer group) {
    public static final LinkFilter ALL = new LinkFilter("", null, null);

    public static LinkFilter kind(String kind) {
        return new LinkFilter(kind, null, null);
    }

    /** Several links may share a MAC: a VLAN has that of its parent. */
    public static LinkFilter mac(MacAddress mac) {
        return new LinkFilter("", mac, null);
    }

    public static LinkFilter group(int group) {
        return new LinkFilter("", null, group);
    }

    public boolean matches(Link link) {
        return (kind.isEmpty() || kind.equals(link.kind()))
                && (mac == null || mac.equals(link.mac()))
                && (group == null || group == link.group());
    }
}
