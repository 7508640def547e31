package io.vpccni.dataplane;

import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import java.util.Optional;

/**
 * A route over one link ({@code ip route}). Which link it is, is said where the route is used.
 *
 * @param gateway empty where the destination is on the link itself: {@code scope link}
 */
public record StaticRoute(Ipv4Cidr destination, Optional<Ipv4Address> gateway, int table) {

    private static final Ipv4Cidr ANYWHERE = new Ipv4Cidr(new Ipv4Address(0), 0);

    /** {@code ip route replace ADDRESS/32 dev LINK scope link table TABLE}. */
    public static StaticRoute onLink(Ipv4Address address, int table) {
        return new StaticRoute(new Ipv4Cidr(address, 32), Optional.empty(), table);
    }

    /** {@code ip route replace default via GATEWAY dev LINK table TABLE}. */
    public static StaticRoute defaultVia(Ipv4Address gateway, int table) {
        return new StaticRoute(ANYWHERE, Optional.of(gateway), table);
    }

    public boolean isDefault() {
        return destination.equals(ANYWHERE);
    }

    /** In the words of {@code ip route}. */
    @Override
    public String toString() {
        return (isDefault() ? "default" : destination.toString())
                + gateway.map(address -> " via " + address).orElse(" scope link")
                + " table "
                + (table == PolicyRule.MAIN ? "main" : Integer.toString(table));
    }
}
