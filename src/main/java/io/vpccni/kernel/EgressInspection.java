package io.vpccni.kernel;

import io.vpccni.dataplane.EgressPlan;
import io.vpccni.dataplane.EgressState;
import io.vpccni.dataplane.EgressState.End;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Collectors;

/** Looks at pods' egress, changes nothing. */
final class EgressInspection {

    private final Netlink netlink;
    private final EgressWiring wiring;
    private final EgressFirewall firewall;

    EgressInspection(Netlink netlink, EgressWiring wiring, EgressFirewall firewall) {
        this.netlink = netlink;
        this.wiring = wiring;
        this.firewall = firewall;
    }

    EgressState state(EgressPlan plan) throws IOException {
        Family family = KernelWords.family(plan.family());
        Optional<Link> outside = wiring.linkTo(plan.given().address());
        try (NetnsFd namespace = NetnsFd.open(plan.pod().namespace());
                Netlink inPod = Netlink.in(namespace)) {
            Optional<Link> inside = inPod.link(plan.ifName());
            return new EgressState(
                    inside.isEmpty() ? Optional.empty() : Optional.of(end(inPod, inside.get(), family)),
                    outside.isEmpty() ? Optional.empty() : Optional.of(end(netlink, outside.get(), family)),
                    inside.isPresent() && outside.isPresent() && PairWiring.isPair(outside.get(), inside.get()),
                    firewall.rules(plan.pod().chain()),
                    firewall.postrouting(plan.family()));
        }
    }

    private static End end(Netlink netlink, Link link, Family family) throws IOException {
        return new End(
                link.name(),
                link.up(),
                link.mtu(),
                netlink.addrs(link.index()).stream()
                        .flatMap(found -> KernelWords.address(found.prefix().address())
                                .map(address -> address + "/" + found.prefix().length())
                                .stream())
                        .collect(Collectors.toSet()),
                netlink.routes(RouteFilter.of(family).device(link.index())).stream()
                        .flatMap(route -> KernelWords.route(route).stream())
                        .collect(Collectors.toSet()));
    }
}
