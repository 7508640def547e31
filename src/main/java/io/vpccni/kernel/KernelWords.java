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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The data plane's values in netlink's words, and back. What is not one of ours has no translation back. */
final class KernelWords {

    private static final int ICMP_OF_IPV6 = 58;

    /** Packets of the host's own programs come in by this link. */
    private static final String OWN = "lo";

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
            case Selector.Input(String link, IpFamily _) -> words.input(link);
            case Selector.InputTo(String link, IpAddress address) ->
                words.to(host(address)).input(link);
            case Selector.OwnTo(IpAddress own, IpAddress address) -> {
                Rule ofOwn = words.from(host(own)).to(host(address)).input(OWN);
                // A program that names no source has none yet when IPv6 looks for the route; IPv4 looks again.
                yield words.family() == Family.IPV6 ? ofOwn.flag(Rule.Flag.FINDS_SOURCE) : ofOwn;
            }
            case Selector.IcmpFrom(IpAddress address) ->
                words.from(host(address)).protocol(ICMP_OF_IPV6);
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
        // A rule that says more than ours ever do is somebody else's.
        return selectors(rule)
                .map(packets -> new PolicyRule(rule.priority(), packets, rule.table()))
                .filter(ours -> rule(ours).equals(rule))
                .findFirst();
    }

    /** What the rule may be in words of ours, as far as some of what it says goes; the plainest first. */
    private static Stream<Selector> selectors(Rule rule) {
        IpFamily family = family(rule.family());
        Optional<IpAddress> from = single(rule.from());
        Optional<IpAddress> to = single(rule.to());
        return Stream.of(
                        Optional.of(new Selector.All(family)),
                        from.map(Selector.From::new),
                        network(rule.to()).map(Selector.To::new),
                        Optional.of(new Selector.Mark(rule.mark(), family)),
                        Optional.of(new Selector.Input(rule.inputLink(), family)),
                        to.map(address -> new Selector.InputTo(rule.inputLink(), address)),
                        from.flatMap(own -> to.map(address -> new Selector.OwnTo(own, address))),
                        from.map(Selector.IcmpFrom::new))
                .flatMap(Optional::<Selector>stream);
    }

    static Optional<Neighbour> neighbour(Neigh neighbour) {
        return neighbour.state() == Neigh.State.PERMANENT && !neighbour.proxy()
                ? address(neighbour.address()).map(address -> new Neighbour(address, mac(neighbour.mac())))
                : Optional.empty();
    }
}
