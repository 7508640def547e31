package io.vpccni.netlink.rt;

import io.vpccni.netlink.End;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.OperState;
import io.vpccni.netlink.wire.Attributes;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.Message;
import io.vpccni.netlink.wire.MessageWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * {@code RTM_*LINK}.
 *
 * <pre>  ifinfomsg: u8 family | u8 0 | u16 device type | i32 index | u32 flags | u32 mask of flags to change</pre>
 */
public final class LinkMessages {
    public static final int NEW = 16;
    public static final int DELETE = 17;
    public static final int GET = 18;
    public static final int SET = 19;

    private static final int HEADER_BYTES = 16;
    private static final int ADDRESS = 1;
    private static final int NAME = 3;
    private static final int MTU = 4;
    private static final int LINK = 5;
    private static final int TX_QUEUE_LENGTH = 13;
    private static final int OPER_STATE = 16;
    private static final int LINK_INFO = 18;
    private static final int INFO_KIND = 1;
    private static final int INFO_DATA = 2;
    private static final int VETH_PEER = 1;
    private static final int VLAN_ID = 1;
    private static final int MACVLAN_MODE = 1;
    private static final int PRIVATE = 1;
    private static final int ALIAS = 20;
    private static final int AF_SPEC = 26;
    private static final int GROUP = 27;
    private static final int NAMESPACE_FD = 28;
    private static final int EXT_MASK = 29;
    private static final int SKIP_STATISTICS = 8;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int INET_CONF = 1;
    private static final int INET6_ADDRESS_GENERATION = 8;
    private static final int FLAG_UP = 1;
    private static final int FLAG_RUNNING = 0x40;

    private LinkMessages() {}

    public static void veth(MessageWriter writer, int sequence, End main, End peer) {
        writer.begin(NEW, Flags.ADD, sequence);
        header(writer, 0, main.settings());
        writer.attributeText(NAME, main.name());
        settings(writer, main.settings());
        int info = writer.beginNest(LINK_INFO);
        writer.attributeText(INFO_KIND, "veth");
        int data = writer.beginNest(INFO_DATA);
        int end = writer.beginNest(VETH_PEER);
        header(writer, 0, peer.settings());
        writer.attributeText(NAME, peer.name());
        settings(writer, peer.settings());
        writer.endNest(end).endNest(data).endNest(info).end();
    }

    public static void vlan(MessageWriter writer, int sequence, End end, int parent, int id) {
        stacked(writer, sequence, end, parent, "vlan", () -> writer.attributeU16(VLAN_ID, id));
    }

    public static void macvlan(MessageWriter writer, int sequence, End end, int parent) {
        stacked(writer, sequence, end, parent, "macvlan", () -> writer.attributeU32(MACVLAN_MODE, PRIVATE));
    }

    private static void stacked(
            MessageWriter writer, int sequence, End end, int parent, String kind, Runnable attributes) {
        writer.begin(NEW, Flags.ADD, sequence);
        header(writer, 0, end.settings());
        writer.attributeText(NAME, end.name()).attributeU32(LINK, parent);
        settings(writer, end.settings());
        int info = writer.beginNest(LINK_INFO);
        writer.attributeText(INFO_KIND, kind);
        int data = writer.beginNest(INFO_DATA);
        attributes.run();
        writer.endNest(data).endNest(info).end();
    }

    public static void set(MessageWriter writer, int sequence, int index, List<LinkChange> changes) {
        writer.begin(SET, Flags.REQUEST, sequence);
        header(writer, index, changes);
        settings(writer, changes);
        writer.end();
    }

    public static void set(MessageWriter writer, int sequence, String name, List<LinkChange> changes) {
        writer.begin(SET, Flags.REQUEST, sequence);
        header(writer, 0, changes);
        writer.attributeText(NAME, name);
        settings(writer, changes);
        writer.end();
    }

    public static void delete(MessageWriter writer, int sequence, int index) {
        writer.begin(DELETE, Flags.REQUEST, sequence);
        header(writer, index, List.of());
        writer.end();
    }

    public static void delete(MessageWriter writer, int sequence, String name) {
        writer.begin(DELETE, Flags.REQUEST, sequence);
        header(writer, 0, List.of());
        writer.attributeText(NAME, name).end();
    }

    public static void deleteGroup(MessageWriter writer, int sequence, int group) {
        writer.begin(DELETE, Flags.REQUEST, sequence);
        header(writer, 0, List.of());
        writer.attributeU32(GROUP, group).end();
    }

    public static void get(MessageWriter writer, int sequence, String name) {
        writer.begin(GET, Flags.REQUEST, sequence);
        header(writer, 0, List.of());
        writer.attributeText(NAME, name).attributeU32(EXT_MASK, SKIP_STATISTICS).end();
    }

    /** An empty kind dumps links of any. */
    public static void dump(MessageWriter writer, int sequence, String kind) {
        writer.begin(GET, Flags.DUMP, sequence);
        header(writer, 0, List.of());
        writer.attributeU32(EXT_MASK, SKIP_STATISTICS);
        if (!kind.isEmpty()) {
            int info = writer.beginNest(LINK_INFO);
            writer.attributeText(INFO_KIND, kind).endNest(info);
        }
        writer.end();
    }

    /** Empty for messages about a bridge port, which come with the same type: a port that leaves is no link deleted. */
    public static Optional<Link> read(Message message) throws MalformedMessageException {
        var attributes = message.attributes(HEADER_BYTES);
        var body = message.body();
        if (body.get(0) != 0) {
            return Optional.empty();
        }
        int flags = body.getInt(8);
        byte[] mac = attributes.bytes(ADDRESS);
        Attributes info = attributes.nested(LINK_INFO);
        String kind = info.text(INFO_KIND);
        int vlan = kind.equals("vlan") ? info.nested(INFO_DATA).u16(VLAN_ID, 0) : 0;
        return Optional.of(new Link(
                body.getInt(4),
                attributes.text(NAME),
                mac.length == MacAddress.BYTES ? MacAddress.of(mac) : null,
                attributes.u32(MTU, 0),
                (flags & FLAG_UP) != 0,
                (flags & FLAG_RUNNING) != 0,
                attributes.u32(GROUP, 0),
                attributes.u32(LINK, 0),
                kind,
                vlan,
                attributes.u32(TX_QUEUE_LENGTH, 0),
                OperState.of(attributes.u8(OPER_STATE, 0)),
                attributes.text(ALIAS)));
    }

    private static void header(MessageWriter writer, int index, List<LinkChange> changes) {
        int flags = 0;
        int mask = 0;
        for (var change : changes) {
            if (change instanceof LinkChange.Up(boolean up)) {
                flags = up ? FLAG_UP : 0;
                mask = FLAG_UP;
            }
        }
        writer.u8(0).u8(0).u16(0).u32(index).u32(flags).u32(mask);
    }

    private static void settings(MessageWriter writer, List<LinkChange> changes) {
        for (var change : changes) {
            switch (change) {
                case LinkChange.Name(String name) -> writer.attributeText(NAME, name);
                case LinkChange.Mtu(int bytes) -> writer.attributeU32(MTU, bytes);
                case LinkChange.Mac(MacAddress mac) -> writer.attribute(ADDRESS, mac.bytes());
                case LinkChange.TxQueueLength(int packets) -> writer.attributeU32(TX_QUEUE_LENGTH, packets);
                case LinkChange.Group(int group) -> writer.attributeU32(GROUP, group);
                // The kernel counts a closing zero.
                case LinkChange.Alias(String text) -> writer.attribute(ALIAS, text.getBytes(StandardCharsets.UTF_8));
                case LinkChange.Namespace(var namespace) -> writer.attributeU32(NAMESPACE_FD, namespace.fd());
                // In the header, or in one nest below.
                case LinkChange.Up _, LinkChange.Ipv4 _, LinkChange.Ipv6AddressGeneration _ -> {}
            }
        }
        familySettings(writer, changes);
    }

    private static void familySettings(MessageWriter writer, List<LinkChange> changes) {
        var ipv4 = changes.stream()
                .filter(LinkChange.Ipv4.class::isInstance)
                .map(LinkChange.Ipv4.class::cast)
                .toList();
        var ipv6 = changes.stream()
                .filter(LinkChange.Ipv6AddressGeneration.class::isInstance)
                .map(LinkChange.Ipv6AddressGeneration.class::cast)
                .toList();
        if (ipv4.isEmpty() && ipv6.isEmpty()) {
            return;
        }
        int families = writer.beginNest(AF_SPEC);
        if (!ipv4.isEmpty()) {
            int family = writer.beginNest(AF_INET);
            int conf = writer.beginNest(INET_CONF);
            ipv4.forEach(c -> writer.attributeU32(c.setting().number(), c.value()));
            writer.endNest(conf).endNest(family);
        }
        if (!ipv6.isEmpty()) {
            int family = writer.beginNest(AF_INET6);
            ipv6.forEach(
                    c -> writer.attributeU8(INET6_ADDRESS_GENERATION, c.mode().number()));
            writer.endNest(family);
        }
        writer.endNest(families);
    }
}
