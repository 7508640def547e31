package io.vpccni.netlink;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A route ({@code ip route show table all}). Routes over several next hops show neither gateway nor device.
 *
 * @param destination network bits only
 * @param index the output link's; 0 is none
 * @param source the preferred source address
 * @param table 1 to 2^32-1 as unsigned; see {@link #MAIN}
 * @param scope null: on add what {@code ip} would choose, on delete any
 * @param metric a smaller one wins; 0 on add leaves the choice to the kernel (IPv6 takes 1024), on delete means any
 * @param protocol who made it: 2 kernel, 3 boot; on delete not compared
 */
public record Route(
        Prefix destination,
        int index,
        @Nullable InetAddress gateway,
        @Nullable InetAddress source,
        int table,
        @Nullable Scope scope,
        int metric,
        RouteType type,
        int protocol,
        boolean onLink) {
    public static final int MAIN = 254;
    public static final int LOCAL = 255;

    public static final int PROTOCOL_BOOT = 3;

    /** A unicast route in table main, to be completed with a device or gateway. */
    public static Route to(Prefix destination) {
        return new Route(destination, 0, null, null, MAIN, null, 0, RouteType.UNICAST, PROTOCOL_BOOT, false);
    }

    public static Route toDefault(Family family) {
        return to(Prefix.all(family));
    }

    /** {@code dev}. */
    public Route device(int index) {
        return new Route(destination, index, gateway, source, table, scope, metric, type, protocol, onLink);
    }

    public Route via(InetAddress gateway) {
        return new Route(destination, index, gateway, source, table, scope, metric, type, protocol, onLink);
    }

    /** {@code src}. */
    public Route source(InetAddress source) {
        return new Route(destination, index, gateway, source, table, scope, metric, type, protocol, onLink);
    }

    public Route table(int table) {
        return new Route(destination, index, gateway, source, table, scope, metric, type, protocol, onLink);
    }

    public Route scope(Scope scope) {
        return new Route(destination, index, gateway, source, table, scope, metric, type, protocol, onLink);
    }

    public Route metric(int metric) {
        return new Route(destination, index, gateway, source, table, scope, metric, type, protocol, onLink);
    }

    public Route type(RouteType type) {
        return new Route(destination, index, gateway, source, table, scope, metric, type, protocol, onLink);
    }

    public Route protocol(int protocol) {
        return new Route(destination, index, gateway, source, table, scope, metric, type, protocol, onLink);
    }

    /** The gateway is reachable on the device although no route leads to it. */
    public Route onGatewayLink() {
        return new Route(destination, index, gateway, source, table, scope, metric, type, protocol, true);
    }

    public Family family() {
        return destination.family();
    }

    /** In the words of {@code ip route}. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        if (type != RouteType.UNICAST) {
            text.append(type.name().toLowerCase(Locale.ROOT)).append(' ');
        }
        text.append(destination);
        append(text, "via", gateway == null ? null : gateway.getHostAddress());
        append(text, "dev", index == 0 ? null : index);
        append(text, "src", source == null ? null : source.getHostAddress());
        append(text, "scope", scope);
        append(text, "metric", metric == 0 ? null : Integer.toUnsignedString(metric));
        append(text, "table", Integer.toUnsignedString(table));
        return text.append(onLink ? " onlink" : "").toString();
    }

    private static void append(StringBuilder text, String word, @Nullable Object value) {
        if (value != null) {
            text.append(' ').append(word).append(' ').append(value);
        }
    }
}
