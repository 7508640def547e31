package io.vpccni.netlink.rt;

import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Scope;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.Message;
import io.vpccni.netlink.wire.MessageWriter;
import java.util.Optional;

/**
 * {@code RTM_*ADDR}.
 *
 * <pre>  ifaddrmsg: u8 family | u8 prefix length | u8 flags | u8 scope | u32 link index</pre>
 */
public final class AddrMessages {
    public static final int NEW = 20;
    public static final int DELETE = 21;
    public static final int GET = 22;

    private static final int HEADER_BYTES = 8;
    private static final int ADDRESS = 1;
    private static final int LOCAL = 2;
    private static final int FLAGS = 8;

    private AddrMessages() {}

    public static void write(MessageWriter writer, int sequence, int type, int flags, Addr addr) {
        var prefix = addr.prefix();
        writer.begin(type, flags, sequence);
        writer.u8(prefix.family().number()).u8(prefix.length()).u8(addr.flags());
        writer.u8(addr.scope().number()).u32(addr.index());
        writer.attributeAddress(LOCAL, prefix.address()).attributeAddress(ADDRESS, prefix.address());
        // The header's byte is older than the attribute, which is only needed for higher bits.
        if (addr.flags() >>> 8 != 0) {
            writer.attributeU32(FLAGS, addr.flags());
        }
        writer.end();
    }

    /** Index 0 dumps the addresses of all links. */
    public static void dump(MessageWriter writer, int sequence, int index) {
        writer.begin(GET, Flags.DUMP, sequence);
        writer.u8(0).u8(0).u8(0).u8(0).u32(index).end();
    }

    /** Empty for anything but IPv4 and IPv6. */
    public static Optional<Addr> read(Message message) throws MalformedMessageException {
        var attributes = message.attributes(HEADER_BYTES);
        var body = message.body();
        // On a point-to-point link ADDRESS is the other side; IPv6 otherwise gives ADDRESS only.
        var address = attributes.address(attributes.has(LOCAL) ? LOCAL : ADDRESS);
        if (address == null || Family.of(address).number() != body.get(0)) {
            return Optional.empty();
        }
        var prefix = new Prefix(address, Byte.toUnsignedInt(body.get(1)));
        int flags = attributes.u32(FLAGS, Byte.toUnsignedInt(body.get(2)));
        return Optional.of(new Addr(body.getInt(4), prefix, new Scope(Byte.toUnsignedInt(body.get(3))), flags));
    }
}
