package io.vpccni.kernel;

import io.vpccni.dataplane.BranchAttachment;
import io.vpccni.dataplane.BranchLabel;
import io.vpccni.dataplane.BranchLink;
import io.vpccni.dataplane.BranchState;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.dataplane.Neighbour;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.dataplane.PodPlan;
import io.vpccni.dataplane.PodState;
import io.vpccni.dataplane.PodState.Endpoint;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.dataplane.PolicyRule.Selector;
import io.vpccni.dataplane.StaticRoute;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks at pods, changes nothing. */
final class PodInspection {

    private final Netlink netlink;

    PodInspection(Netlink netlink) {
        this.netlink = netlink;
    }

    /** What of a pod is missing or different, one sentence each. */
    List<String> check(PodPlan plan) {
        try {
            return state(plan.pod()).differencesFrom(plan);
        } catch (IOException e) {
            return List.of("the pod cannot be looked at: " + e.getMessage());
        }
    }

    /** The same of a pod with a branch interface. */
    List<String> check(BranchAttachment pod) {
        try {
            return state(pod).differencesFrom(pod);
        } catch (IOException e) {
            return List.of("the pod cannot be looked at: " + e.getMessage());
        }
    }

    private BranchState state(BranchAttachment pod) throws IOException {
        BranchLink branch = pod.branch();
        Family family = KernelWords.family(pod.address().family());
        Optional<Link> link = netlink.link(branch.name());
        Set<PolicyRule> byLinks = rules(
                netlink, pod.address().family(), rule -> isFrom(rule, branch.name()) || isFrom(rule, pod.hostLink()));
        return new BranchState(
                state(pod.pair().pod()),
                link.isEmpty() ? Optional.empty() : Optional.of(endpoint(netlink, link.get(), family)),
                byLinks);
    }

    private static boolean isFrom(PolicyRule rule, String link) {
        return switch (rule.selector()) {
            case Selector.Input input -> input.link().equals(link);
            case Selector.InputTo input -> input.link().equals(link);
            case Selector.OwnTo _,
                    Selector.From _,
                    Selector.To _,
                    Selector.All _,
                    Selector.Mark _,
                    Selector.IcmpFrom _ -> false;
        };
    }

    private PodState state(PodAttachment pod) throws IOException {
        Family family = KernelWords.family(pod.address().family());
        try (NetnsFd namespace = NetnsFd.open(pod.namespace());
                Netlink inPod = Netlink.in(namespace)) {
            Optional<Link> inside = inPod.link(pod.ifName());
            Optional<Link> outside = netlink.link(pod.hostLink());
            return new PodState(
                    inside.isEmpty() ? Optional.empty() : Optional.of(endpoint(inPod, inside.get(), family)),
                    outside.isEmpty() ? Optional.empty() : Optional.of(endpoint(netlink, outside.get(), family)),
                    inside.isPresent() && outside.isPresent() && PairWiring.isPair(outside.get(), inside.get()),
                    rules(inPod, pod.address().family(), rule -> isAbout(rule, pod.address())),
                    rules(netlink, pod.address().family(), rule -> isAbout(rule, pod.address())));
        }
    }

    private static Endpoint endpoint(Netlink netlink, Link link, Family family) throws IOException {
        Set<IpCidr> addresses = netlink.addrs(link.index()).stream()
                .filter(found -> Family.of(found.prefix().address()) == family)
                .map(found -> KernelWords.single(found.prefix()).map(IpAddress::alone))
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
        Set<StaticRoute> routes =
                translated(netlink.routes(RouteFilter.of(family).device(link.index())).stream(), KernelWords::route);
        Set<Neighbour> neighbours = translated(netlink.neighs(link.index()).stream(), KernelWords::neighbour);
        return new Endpoint(link.up(), link.mtu(), KernelWords.mac(link.mac()), addresses, routes, neighbours);
    }

    private static Set<PolicyRule> rules(Netlink netlink, IpFamily family, Predicate<PolicyRule> which)
            throws IOException {
        return translated(netlink.rules(KernelWords.family(family)).stream(), KernelWords::rule).stream()
                .filter(which)
                .collect(Collectors.toSet());
    }

    private static boolean isAbout(PolicyRule rule, IpAddress address) {
        return switch (rule.selector()) {
            case Selector.From from -> from.address().equals(address);
            case Selector.To to -> to.network().equals(address.alone());
            case Selector.OwnTo own -> own.address().equals(address);
            case Selector.All _, Selector.Mark _, Selector.Input _, Selector.InputTo _, Selector.IcmpFrom _ -> false;
        };
    }

    private static <F, T> Set<T> translated(Stream<F> found, Function<F, Optional<T>> words) {
        return found.map(words).flatMap(Optional::stream).collect(Collectors.toSet());
    }

    /** What stands on the host links of living pods that have branch interfaces, by the link's name. */
    Map<String, BranchLabel> branchLabels() throws IOException {
        Map<String, BranchLabel> labels = new HashMap<>();
        for (Link link : netlink.links(LinkFilter.kind("veth"))) {
            if (link.up() && link.group() != DeadLinks.GROUP) {
                BranchLabel.read(link.alias()).ifPresent(label -> labels.put(link.name(), label));
            }
        }
        return labels;
    }

    /** The pairs' ends that are up and not on their way out, with the host routes of table main that lead to each. */
    LiveLinks podLinks() throws IOException {
        Map<Integer, String> names = netlink.links(LinkFilter.kind("veth")).stream()
                .filter(link -> link.up() && link.group() != DeadLinks.GROUP)
                .collect(Collectors.toMap(Link::index, Link::name));
        Map<String, Set<IpAddress>> links = new HashMap<>();
        names.values().forEach(name -> links.put(name, new TreeSet<>()));
        for (Family family : Family.values()) {
            for (Route route : netlink.routes(RouteFilter.of(family).table(PolicyRule.MAIN))) {
                String name = names.get(route.index());
                if (name != null
                        && KernelWords.route(route)
                                .flatMap(StaticRoute::gateway)
                                .isEmpty()) {
                    KernelWords.single(route.destination())
                            .ifPresent(address -> links.computeIfAbsent(name, _ -> new TreeSet<>())
                                    .add(address));
                }
            }
        }
        return new LiveLinks(links);
    }
}
