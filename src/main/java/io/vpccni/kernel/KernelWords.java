package io.vpccni.kernel;

import io.vpccni.dataplane.Neighbour;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.dataplane.PolicyRule.Selector;
import io.vpccni.dataplane.StaticRoute;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.Neigh;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteType;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.Scope;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.IpFamily;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The data plane's values in netlink's words, and back. What is not one of ours has no translation back. */
final class KernelWords {

    private KernelWords() {}

    static InetAddress inet(IpAddress address) {
        try {
            return InetAddress.getByAddress(address.toBytes());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    static Prefix host(IpAddress address) {
        return prefix(address.alone());
    }

    static Family family(IpFamily family) {
        return switch (family) {
            case IPV4 -> Family.IPV4;
            case IPV6 -> Family.IPV6;
        };
    }

    static Prefix prefix(IpCidr cidr) {
        return new Prefix(inet(cidr.base()), cidr.length());
    }

    static MacAddress mac(io.vpccni.vpc.MacAddress mac) {
        return MacAddress.of(mac.value());
    }

    static Route route(StaticRoute route, int link) {
        Route words = Route.to(prefix(route.destination())).device(link).table(route.table());
        return route.gateway().map(gateway -> words.via(inet(gateway))).orElseGet(() -> words.scope(Scope.LINK));
    }

    static Rule rule(PolicyRule rule) {
        Rule words = Rule.lookup(family(rule.selector().family()), rule.priority(), rule.table());
        return switch (rule.selector()) {
            case Selector.All _ -> words;
            case Selector.From(IpAddress address) -> words.from(host(address));
            case Selector.To(IpCidr network) -> words.to(prefix(network));
            case Selector.Mark(int mark, IpFamily _) -> words.mark(mark, mark);
        };
    }

    private static IpFamily family(Family family) {
        return switch (family) {
            case IPV4 -> IpFamily.IPV4;
            case IPV6 -> IpFamily.IPV6;
        };
    }

    static Neigh neighbour(Neighbour neighbour, int link) {
        return Neigh.permanent(link, inet(neighbour.address()), mac(neighbour.mac()));
    }

    static Optional<IpAddress> address(@Nullable InetAddress address) {
        return Optional.ofNullable(address).map(known -> IpAddress.of(known.getAddress()));
    }

    /** The address that a prefix of all its bits is. */
    static Optional<IpAddress> single(@Nullable Prefix prefix) {
        return prefix == null
                ? Optional.empty()
                : address(prefix.address()).filter(address -> address.alone().length() == prefix.length());
    }

    /** Empty also where bits behind the prefix are set: rules may have such networks, but ours never do. */
    private static Optional<IpCidr> network(@Nullable Prefix prefix) {
        try {
            return prefix == null
                    ? Optional.empty()
                    : address(prefix.address()).map(base -> IpCidr.of(base, prefix.length()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static io.vpccni.vpc.MacAddress mac(@Nullable MacAddress mac) {
        return new io.vpccni.vpc.MacAddress(mac == null ? "00:00:00:00:00:00" : mac.toString());
    }

    static Optional<StaticRoute> route(Route route) {
        if (route.type() != RouteType.UNICAST) {
            return Optional.empty();
        }
        // The kernel knows no scopes of IPv6 routes.
        boolean onLink = route.gateway() == null && (route.family() == Family.IPV6 || Scope.LINK.equals(route.scope()));
        return onLink || route.gateway() != null
                ? address(route.destination().address())
                        .map(base -> IpCidr.of(base, route.destination().length()))
                        .map(cidr -> new StaticRoute(cidr, address(route.gateway()), route.table()))
                : Optional.empty();
    }

    static Optional<PolicyRule> rule(Rule rule) {
        Optional<Selector> selector = single(rule.from())
                .<Selector>map(Selector.From::new)
                .or(() -> network(rule.to()).map(Selector.To::new))
                .or(() -> rule.mark() != 0 && rule.mark() == rule.mask()
                        ? Optional.of(new Selector.Mark(rule.mark(), family(rule.family())))
                        : Optional.of(new Selector.All(family(rule.family()))));
        // A rule that says more than ours ever do is somebody else's.
        return selector.map(packets -> new PolicyRule(rule.priority(), packets, rule.table()))
                .filter(ours -> rule(ours).equals(rule));
    }

    static Optional<Neighbour> neighbour(Neigh neighbour) {
        return neighbour.state() == Neigh.State.PERMANENT && !neighbour.proxy()
                ? address(neighbour.address()).map(address -> new Neighbour(address, mac(neighbour.mac())))
                : Optional.empty();
    }
}
