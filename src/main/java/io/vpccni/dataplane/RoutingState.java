package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the kernel shows of the host's links and routing, in one family. What is in no words of ours is left out.
 *
 * @param branchLinks those of branch interfaces, which are none of {@code links}
 * @param rules in the order in which they are looked at
 */
public record RoutingState(List<FoundLink> links, List<FoundLink> branchLinks, List<PolicyRule> rules) {

    /** A host without branch interfaces. */
    public RoutingState(List<FoundLink> links, List<PolicyRule> rules) {
        this(links, List.of(), rules);
    }

    /**
     * @param podLink whether it may lead into a pod: one end of a pair, up and not on its way out
     * @param addresses those of the family that are not the link's alone
     * @param routes in all tables
     */
    public record FoundLink(
            HostLink link,
            MacAddress mac,
            int mtu,
            boolean up,
            boolean podLink,
            Set<LinkAddress> addresses,
            Set<StaticRoute> routes) {}

    Optional<FoundLink> withMac(MacAddress mac) {
        return links.stream().filter(link -> link.mac().equals(mac)).findFirst();
    }

    /** The live link of a pod that is said to have {@code address}. */
    Optional<FoundLink> ofPod(String hash, IpAddress address) {
        return links.stream()
                .filter(FoundLink::podLink)
                .filter(link -> PodLink.hash(link.link().name()).equals(hash))
                .filter(link -> {
                    List<IpCidr> routed = link.routes().stream()
                            .filter(StaticRoute::isToPod)
                            .map(StaticRoute::destination)
                            .toList();
                    return routed.isEmpty() || routed.contains(address.alone());
                })
                .findFirst();
    }

    Optional<FoundLink> branchLink(String name) {
        return branchLinks.stream()
                .filter(link -> link.link().name().equals(name))
                .findFirst();
    }

    boolean isLivePodLink(String name) {
        return links.stream()
                .anyMatch(link -> link.podLink() && link.link().name().equals(name));
    }

    /** By its rules alone. */
    boolean hasStrictPod() {
        return rules.stream()
                .anyMatch(rule -> rule.priority() == PolicyRule.FROM_BRANCH
                        && rule.selector() instanceof PolicyRule.Selector.Input(String link, var _)
                        && EnforcingMode.of(link) == EnforcingMode.STRICT);
    }

    /** Whether a route leads to {@code address} by a live link of a pod, whosever that is. */
    boolean leadsToPod(IpAddress address) {
        return routesToPods().anyMatch(route -> route.destination().equals(address.alone()));
    }

    /** Whether this table leads to a pod, whosever that is. */
    boolean receivesBy(int table) {
        return routesToPods().anyMatch(route -> route.table() == table);
    }

    private Stream<StaticRoute> routesToPods() {
        return links.stream()
                .filter(FoundLink::podLink)
                .flatMap(link -> link.routes().stream())
                .filter(StaticRoute::isToPod);
    }
}
