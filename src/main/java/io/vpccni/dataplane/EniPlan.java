package io.vpccni.dataplane;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.MacAddress;
import java.util.List;
import java.util.Optional;

/**
 * What the link of a secondary interface has. Pods of the interface send by its own table; nothing of it may be left in
 * {@code main}, where it would compete with the primary interface.
 *
 * @param mac how the link is known
 * @param family of the pods; addresses of the other one stay as they are
 * @param own empty where the interface has no address of the family, which its pods do not need
 * @param routes all in the interface's table, in the order in which the kernel takes them
 */
public record EniPlan(MacAddress mac, int mtu, IpFamily family, Optional<Own> own, List<StaticRoute> routes) {

    /** The router of every IPv6 subnet of a VPC. */
    private static final IpAddress GATEWAY_IPV6 = IpAddress.parse("fe80:ec2::1");

    /**
     * The interface's own address.
     *
     * @param subnet the network whose route the kernel puts into main with the address, and which must go from there: of
     *     IPv4 the whole subnet, of IPv6 the address alone
     * @param rule leads what is sent from the address to the interface's table
     */
    public record Own(IpAddress address, IpCidr subnet, PolicyRule rule) {

        static Own of(IpAddress address, IpCidr subnet, int table) {
            return new Own(address, subnet, PolicyRule.fromEni(address, table));
        }
    }

    /** The plan for {@code eni}, which is not the primary one: that belongs to the operating system. */
    public static EniPlan of(Eni eni, int mtu, IpFamily family) {
        int table = eni.routeTable();
        if (table == PolicyRule.MAIN) {
            throw new IllegalArgumentException(eni.id() + " is the primary interface: its table main is not ours");
        }
        Optional<Own> own =
                switch (family) {
                    case IPV4 -> Optional.of(Own.of(eni.primaryAddress(), eni.subnetCidr(), table));
                    case IPV6 -> eni.ipv6().map(address -> Own.of(address, address.alone(), table));
                };
        IpAddress gateway =
                switch (family) {
                    case IPV4 -> eni.subnetCidr().gateway();
                    case IPV6 -> GATEWAY_IPV6;
                };
        return new EniPlan(
                eni.mac(),
                mtu,
                family,
                own,
                List.of(StaticRoute.onLink(gateway, table), StaticRoute.defaultVia(gateway, table)));
    }
}
