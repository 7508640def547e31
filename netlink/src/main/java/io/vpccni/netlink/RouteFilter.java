package io.vpccni.netlink;

import org.jspecify.annotations.Nullable;

/**
 * Which routes a dump gives ({@code ip route show table T dev D}).
 *
 * @param family null is both
 * @param table 0 is all tables
 * @param index of the output link; 0 is any, also none
 */
public record RouteFilter(@Nullable Family family, int table, int index) {
    public static final RouteFilter ALL = new RouteFilter(null, 0, 0);

    public static RouteFilter of(Family family) {
        return new RouteFilter(family, 0, 0);
    }

    public RouteFilter table(int table) {
        return new RouteFilter(family, table, index);
    }

    public RouteFilter device(int index) {
        return new RouteFilter(family, table, index);
    }

    public boolean matches(Route route) {
        return (family == null || family == route.family())
                && (table == 0 || table == route.table())
                && (index == 0 || index == route.index());
    }
}
