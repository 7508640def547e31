package io.vpccni.netlink.rt;

import io.vpccni.netlink.Family;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.RouteType;
import io.vpccni.netlink.Scope;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.Message;
import io.vpccni.netlink.wire.MessageWriter;
import java.util.Optional;

/**
 * {@code RTM_*ROUTE}.
 *
 * <pre>
 *   rtmsg: u8 family | u8 destination length | u8 source length | u8 tos
 *          | u8 table | u8 protocol | u8 scope | u8 type | u32 flags
 * </pre>
 */
public final class RouteMessages {
    public static final int NEW = 24;
    public static final int DELETE = 25;
    public static final int GET = 26;

    private static final int HEADER_BYTES = 12;
    private static final int DESTINATION = 1;
    private static final int OUTPUT = 4;
    private static final int GATEWAY = 5;
    private static final int METRIC = 6;
    private static final int SOURCE = 7;
    private static final int TABLE = 15;
    private static final int ON_LINK = 4;
    private static final int HIGHEST_SHORT_TABLE = 255;

    private RouteMessages() {}

    public static void write(MessageWriter writer, int sequence, int flags, Route route) {
        write(writer, sequence, NEW, flags, route, route.protocol(), usualScope(route));
    }

    /** Without protocol, and with any scope unless one is given: a delete compares what it is told. */
    public static void delete(MessageWriter writer, int sequence, Route route) {
        var scope = route.scope() == null ? Scope.NOWHERE : route.scope();
        write(writer, sequence, DELETE, Flags.REQUEST, route, 0, scope);
    }

    public static void dump(MessageWriter writer, int sequence, RouteFilter filter) {
        writer.begin(GET, Flags.DUMP, sequence);
        writer.u8(filter.family() == null ? 0 : filter.family().number())
                .u8(0)
                .u8(0)
                .u8(0);
        writer.u32(0).u32(0);
        if (filter.table() != 0) {
            writer.attributeU32(TABLE, filter.table());
        }
        if (filter.index() != 0) {
            writer.attributeU32(OUTPUT, filter.index());
        }
        writer.end();
    }

    /** Empty for multicast and MPLS routes, which an unfiltered dump holds as well. */
    public static Optional<Route> read(Message message) throws MalformedMessageException {
        var attributes = message.attributes(HEADER_BYTES);
        var body = message.body();
        int number = body.get(0);
        if (number != Family.IPV4.number() && number != Family.IPV6.number()) {
            return Optional.empty();
        }
        var family = number == Family.IPV4.number() ? Family.IPV4 : Family.IPV6;
        var destination = attributes.address(DESTINATION);
        var address = destination == null ? Prefix.all(family).address() : destination;
        return Optional.of(new Route(
                new Prefix(address, Byte.toUnsignedInt(body.get(1))),
                attributes.u32(OUTPUT, 0),
                attributes.address(GATEWAY),
                attributes.address(SOURCE),
                attributes.u32(TABLE, Byte.toUnsignedInt(body.get(4))),
                new Scope(Byte.toUnsignedInt(body.get(6))),
                attributes.u32(METRIC, 0),
                RouteType.of(Byte.toUnsignedInt(body.get(7))),
                Byte.toUnsignedInt(body.get(5)),
                (body.getInt(8) & ON_LINK) != 0));
    }

    private static void write(
            MessageWriter writer, int sequence, int type, int flags, Route route, int protocol, Scope scope) {
        var destination = route.destination();
        boolean shortTable = Integer.compareUnsigned(route.table(), HIGHEST_SHORT_TABLE) <= 0;
        writer.begin(type, flags, sequence);
        writer.u8(route.family().number()).u8(destination.length()).u8(0).u8(0);
        writer.u8(shortTable ? route.table() : 0).u8(protocol).u8(scope.number());
        writer.u8(route.type().number()).u32(route.onLink() ? ON_LINK : 0);
        if (destination.length() > 0) {
            writer.attributeAddress(DESTINATION, destination.address());
        }
        if (route.gateway() != null) {
            writer.attributeAddress(GATEWAY, route.gateway());
        }
        if (route.source() != null) {
            writer.attributeAddress(SOURCE, route.source());
        }
        if (route.metric() != 0) {
            writer.attributeU32(METRIC, route.metric());
        }
        if (!shortTable) {
            writer.attributeU32(TABLE, route.table());
        }
        if (route.index() != 0) {
            writer.attributeU32(OUTPUT, route.index());
        }
        writer.end();
    }

    /** As {@code ip route add} chooses it. */
    private static Scope usualScope(Route route) {
        if (route.scope() != null) {
            return route.scope();
        }
        if (route.family() == Family.IPV6) {
            return Scope.UNIVERSE;
        }
        return switch (route.type()) {
            case LOCAL, NAT -> Scope.HOST;
            case BROADCAST, MULTICAST, ANYCAST -> Scope.LINK;
            case UNICAST, UNSPECIFIED -> route.gateway() == null ? Scope.LINK : Scope.UNIVERSE;
            case BLACKHOLE, UNREACHABLE, PROHIBIT, THROW -> Scope.UNIVERSE;
        };
    }
}
