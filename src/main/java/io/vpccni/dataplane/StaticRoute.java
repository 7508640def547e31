package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.Ipv6Cidr;
import java.util.Optional;

/**
 * A route over one link ({@code ip route}). Which link it is, is said where the route is used.
 *
 * @param gateway empty where the destination is on the link itself: {@code scope link}
 */
public record StaticRoute(IpCidr destination, Optional<IpAddress> gateway, int table) {

    private static final IpCidr ANYWHERE = new Ipv4Cidr(new Ipv4Address(0), 0);
    private static final IpCidr ANYWHERE_IPV6 = new Ipv6Cidr(new Ipv6Address(0, 0), 0);

    /** {@code ip route replace ADDRESS/32 dev LINK scope link table TABLE}. */
    public static StaticRoute onLink(IpAddress address, int table) {
        return new StaticRoute(address.alone(), Optional.empty(), table);
    }

    /** {@code ip route replace default via GATEWAY dev LINK table TABLE}. */
    public static StaticRoute defaultVia(IpAddress gateway, int table) {
        IpCidr anywhere =
                switch (gateway.family()) {
                    case IPV4 -> ANYWHERE;
                    case IPV6 -> ANYWHERE_IPV6;
                };
        return new StaticRoute(anywhere, Optional.of(gateway), table);
    }

    public boolean isDefault() {
        return destination.length() == 0;
    }

    /** Whether it leads to one address on the link, as those of pods do; of branch interfaces' pods in any table. */
    public boolean isToPod() {
        return gateway.isEmpty() && destination.equals(destination.base().alone());
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
