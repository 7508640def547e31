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
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The data plane's values in netlink's words, and back. What is not one of ours has no translation back. */
final class KernelWords {

    private KernelWords() {}

    static InetAddress inet(Ipv4Address address) {
        try {
            return InetAddress.getByAddress(address.toBytes());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an IPv4 address", e);
        }
    }

    static Prefix host(Ipv4Address address) {
        return new Prefix(inet(address), 32);
    }

    static Prefix prefix(Ipv4Cidr cidr) {
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
        Rule words = Rule.lookup(Family.IPV4, rule.priority(), rule.table());
        return switch (rule.selector()) {
            case Selector.From(Ipv4Address address) -> words.from(host(address));
            case Selector.To(Ipv4Address address) -> words.to(host(address));
            case Selector.Mark(int mark) -> words.mark(mark, mark);
        };
    }

    static Neigh neighbour(Neighbour neighbour, int link) {
        return Neigh.permanent(link, inet(neighbour.address()), mac(neighbour.mac()));
    }

    static Optional<Ipv4Address> address(@Nullable InetAddress address) {
        return address instanceof Inet4Address
                ? Optional.of(Ipv4Address.parse(address.getHostAddress()))
                : Optional.empty();
    }

    /** The address that a prefix of 32 bits is. */
    static Optional<Ipv4Address> single(@Nullable Prefix prefix) {
        return prefix != null && prefix.length() == 32 ? address(prefix.address()) : Optional.empty();
    }

    static io.vpccni.vpc.MacAddress mac(@Nullable MacAddress mac) {
        return new io.vpccni.vpc.MacAddress(mac == null ? "00:00:00:00:00:00" : mac.toString());
    }

    static Optional<StaticRoute> route(Route route) {
        if (route.family() != Family.IPV4 || route.type() != RouteType.UNICAST) {
            return Optional.empty();
        }
        boolean onLink = route.gateway() == null && Scope.LINK.equals(route.scope());
        return onLink || route.gateway() != null
                ? address(route.destination().address())
                        .map(base -> new Ipv4Cidr(base, route.destination().length()))
                        .map(cidr -> new StaticRoute(cidr, address(route.gateway()), route.table()))
                : Optional.empty();
    }

    static Optional<PolicyRule> rule(Rule rule) {
        Optional<Selector> selector = single(rule.from())
                .<Selector>map(Selector.From::new)
                .or(() -> single(rule.to()).map(Selector.To::new))
                .or(() -> rule.mark() != 0 && rule.mark() == rule.mask()
                        ? Optional.of(new Selector.Mark(rule.mark()))
                        : Optional.empty());
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
