package io.vpccni.dataplane;

import io.vpccni.dataplane.RoutingChange.AddRule;
import io.vpccni.dataplane.RoutingChange.DeleteAddress;
import io.vpccni.dataplane.RoutingChange.DeleteRoute;
import io.vpccni.dataplane.RoutingChange.PutAddress;
import io.vpccni.dataplane.RoutingChange.PutRoute;
import io.vpccni.dataplane.RoutingChange.SetMtu;
import io.vpccni.dataplane.RoutingChange.SetUp;
import io.vpccni.dataplane.RoutingState.FoundLink;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.MacAddress;
import java.util.ArrayList;
import java.util.Comparator;
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
public record EniPlan(MacAddress mac, int mtu, IpFamily family, Optional<Own> own, List<StaticRoute> routes)
        implements RoutingWish {

    /** The router of every IPv6 subnet of a VPC. */
    public static final IpAddress GATEWAY_IPV6 = IpAddress.parse("fe80:ec2::1");

    /**
     * The interface's own address.
     *
     * @param subnet the network whose route the kernel puts into main with the address, and which must go from there: of
     *     IPv4 the whole subnet, of IPv6 the address alone
     * @param rule leads what is sent from the address to the interface's table
     */
    public record Own(IpAddress address, IpCidr subnet, PolicyRule rule) {

        LinkAddress onLink() {
            return new LinkAddress(address, subnet.length());
        }

        /** What the kernel puts into main with the address. */
        StaticRoute connected() {
            return new StaticRoute(subnet, Optional.empty(), PolicyRule.MAIN);
        }

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

    /** Nothing where there is no such link. Other addresses of the family go: DHCP may have put pods' addresses there. */
    @Override
    public List<RoutingChange> changes(RoutingState found) {
        return found.withMac(mac).map(link -> changes(link, found.rules())).orElse(List.of());
    }

    private List<RoutingChange> changes(FoundLink found, List<PolicyRule> rules) {
        HostLink link = found.link();
        List<RoutingChange> changes = new ArrayList<>();
        if (found.mtu() != mtu) {
            changes.add(new SetMtu(link, mtu));
        }
        if (!found.up()) {
            changes.add(new SetUp(link));
        }
        Optional<LinkAddress> address = own.map(Own::onLink);
        // The wrong ones first: the first address of a subnet takes the later ones with it.
        List<LinkAddress> wrong = found.addresses().stream()
                .filter(other -> !address.equals(Optional.of(other)))
                .sorted(Comparator.comparing(LinkAddress::toString))
                .toList();
        wrong.forEach(other -> changes.add(new DeleteAddress(link, other)));
        boolean isFresh = !found.up() || !wrong.isEmpty();
        boolean puts = address.filter(wanted -> isFresh || !found.addresses().contains(wanted))
                .isPresent();
        if (puts) {
            changes.add(new PutAddress(link, address.orElseThrow()));
        }
        // Routes go with the link's last address, or when it goes down.
        routes.stream()
                .filter(route -> isFresh || !found.routes().contains(route))
                .forEach(route -> changes.add(new PutRoute(link, route)));
        own.map(Own::connected)
                .filter(route -> puts || found.routes().contains(route))
                .ifPresent(route -> changes.add(new DeleteRoute(link, route)));
        own.map(Own::rule).filter(rule -> !rules.contains(rule)).ifPresent(rule -> changes.add(new AddRule(rule)));
        return List.copyOf(changes);
    }
}
