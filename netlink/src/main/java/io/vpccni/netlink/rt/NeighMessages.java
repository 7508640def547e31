package io.vpccni.netlink.rt;

import io.vpccni.netlink.Family;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.Neigh;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.Message;
import io.vpccni.netlink.wire.MessageWriter;
import java.util.Optional;

/**
 * {@code RTM_*NEIGH}.
 *
 * <pre>  ndmsg: u8 family | u8 0 | u16 0 | i32 link index | u16 state | u8 flags | u8 type</pre>
 */
public final class NeighMessages {
    public static final int NEW = 28;
    public static final int DELETE = 29;
    public static final int GET = 30;

    private static final int HEADER_BYTES = 12;
    private static final int ADDRESS = 1;
    private static final int LINK_ADDRESS = 2;
    private static final int INDEX = 8;
    private static final int PROXY = 8;

    private NeighMessages() {}

    public static void replace(MessageWriter writer, int sequence, Neigh neigh) {
        begin(writer, sequence, NEW, Flags.REPLACE, neigh);
        if (neigh.mac() != null) {
            writer.attribute(LINK_ADDRESS, neigh.mac().bytes());
        }
        writer.end();
    }

    public static void delete(MessageWriter writer, int sequence, Neigh neigh) {
        begin(writer, sequence, DELETE, Flags.REQUEST, neigh);
        writer.end();
    }

    /** Index 0 dumps the entries of all links; proxy entries are dumped apart from the others. */
    public static void dump(MessageWriter writer, int sequence, int index, boolean proxies) {
        writer.begin(GET, Flags.DUMP, sequence);
        writer.u8(0).u8(0).u16(0).u32(0).u16(0).u8(proxies ? PROXY : 0).u8(0);
        if (index != 0) {
            writer.attributeU32(INDEX, index);
        }
        writer.end();
    }

    /** Empty for entries of bridges and of other protocols. */
    public static Optional<Neigh> read(Message message) throws MalformedMessageException {
        var attributes = message.attributes(HEADER_BYTES);
        var body = message.body();
        var address = attributes.address(ADDRESS);
        if (address == null || Family.of(address).number() != body.get(0)) {
            return Optional.empty();
        }
        byte[] mac = attributes.bytes(LINK_ADDRESS);
        return Optional.of(new Neigh(
                body.getInt(4),
                address,
                mac.length == MacAddress.BYTES ? MacAddress.of(mac) : null,
                Neigh.State.of(Short.toUnsignedInt(body.getShort(8))),
                (body.get(10) & PROXY) != 0));
    }

    private static void begin(MessageWriter writer, int sequence, int type, int flags, Neigh neigh) {
        writer.begin(type, flags, sequence);
        writer.u8(Family.of(neigh.address()).number()).u8(0).u16(0).u32(neigh.index());
        writer.u16(neigh.state().bit()).u8(neigh.proxy() ? PROXY : 0).u8(0);
        writer.attributeAddress(ADDRESS, neigh.address());
    }
}
