package io.vpccni.dataplane;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import java.util.List;

/**
 * What the link of a secondary interface has. Pods of the interface send by its own table; nothing of it may be left in
 * {@code main}, where it would compete with the primary interface.
 *
 * @param mac how the link is known
 * @param address the interface's own, with the length of its subnet
 * @param routes all in the interface's table, in the order in which the kernel takes them
 * @param subnet the network whose route the kernel puts into main with the address, and which must go from there
 */
public record EniPlan(
        MacAddress mac, int mtu, Ipv4Address address, Ipv4Cidr subnet, List<StaticRoute> routes, PolicyRule rule) {

    /** The plan for {@code eni}, which is not the primary one: that belongs to the operating system. */
    public static EniPlan of(Eni eni, int mtu) {
        int table = eni.routeTable();
        if (table == PolicyRule.MAIN) {
            throw new IllegalArgumentException(eni.id() + " is the primary interface: its table main is not ours");
        }
        Ipv4Address gateway = eni.subnetCidr().gateway();
        return new EniPlan(
                eni.mac(),
                mtu,
                eni.primaryAddress(),
                eni.subnetCidr(),
                List.of(StaticRoute.onLink(gateway, table), StaticRoute.defaultVia(gateway, table)),
                PolicyRule.fromEni(eni.primaryAddress(), table));
    }
}
