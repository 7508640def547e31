package io.vpccni.kernel;

import io.vpccni.dataplane.HostLink;
import io.vpccni.dataplane.LinkAddress;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.dataplane.RoutingChange;
import io.vpccni.dataplane.RoutingState;
import io.vpccni.dataplane.RoutingState.FoundLink;
import io.vpccni.dataplane.RoutingWish;
import io.vpccni.dataplane.StaticRoute;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Failure;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.NetlinkException;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.Scope;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.logging.Logger;

/** Reads the host's links and routing in one family, and changes there what a wish lacks. */
final class Routing {

    private static final Logger LOG = Logger.getLogger(Routing.class);

    private final Netlink netlink;
    private final IpFamily family;

    Routing(Netlink netlink, IpFamily family) {
        this.netlink = netlink;
        this.family = family;
    }

    /** Makes it so, and gives what was to be changed. Fails when the kernel refuses anything of it. */
    List<RoutingChange> apply(RoutingWish wish, RoutingState found) throws IOException {
        List<RoutingChange> changes = wish.changes(found);
        changes.forEach(change -> LOG.debugf("%s", change));
        int firstDeletion = (int) changes.stream()
                .takeWhile(change -> !(change instanceof RoutingChange.DeleteRule))
                .count();
        // Two sends: no rule goes when the one that takes its place was refused.
        batch(changes.subList(0, firstDeletion)).run();
        batch(changes.subList(firstDeletion, changes.size())).run();
        return changes;
    }

    /** Makes it so as far as the kernel lets us, and gives what has been changed. The rest is for the next time. */
    List<RoutingChange> repair(RoutingWish wish, RoutingState found) throws IOException {
        List<RoutingChange> changes = wish.changes(found);
        try {
            return without(changes, batch(changes).run().tolerated());
        } catch (NetlinkException e) {
            e.failures()
                    .forEach(
                            failure -> LOG.warnf("cannot repair: %s: %s", changes.get(failure.index()), text(failure)));
            return without(changes, e.failures());
        }
    }

    private static List<RoutingChange> without(List<RoutingChange> changes, List<Failure> failures) {
        Set<Integer> failed = failures.stream().map(Failure::index).collect(Collectors.toSet());
        return IntStream.range(0, changes.size())
                .filter(index -> !failed.contains(index))
                .mapToObj(changes::get)
                .toList();
    }

    private static String text(Failure failure) {
        return failure.errno() + " " + failure.text();
    }

    /** One request for each change, in order. What somebody else did meanwhile is no failure. */
    private Batch batch(List<RoutingChange> changes) {
        Batch batch = netlink.batch();
        for (RoutingChange change : changes) {
            switch (change) {
                case RoutingChange.SetMtu(HostLink link, int mtu) -> batch.set(link.index(), LinkChange.mtu(mtu));
                case RoutingChange.SetUp(HostLink link) -> batch.set(link.index(), LinkChange.up());
                case RoutingChange.DeleteLink(HostLink link) ->
                    batch.deleteLink(link.index()).tolerate(Errno.ENODEV);
                case RoutingChange.PutAddress(HostLink link, LinkAddress address) -> batch.replace(addr(link, address));
                case RoutingChange.DeleteAddress(HostLink link, LinkAddress address) ->
                    batch.delete(addr(link, address)).tolerate(Errno.EADDRNOTAVAIL, Errno.ENODEV);
                case RoutingChange.PutRoute(HostLink link, StaticRoute route) ->
                    batch.replace(KernelWords.route(route, link.index()));
                case RoutingChange.DeleteRoute(HostLink link, StaticRoute route) ->
                    batch.delete(KernelWords.route(route, link.index())).tolerate(Errno.ESRCH, Errno.ENODEV);
                case RoutingChange.AddRule(PolicyRule rule) ->
                    batch.add(KernelWords.rule(rule)).tolerate(Errno.EEXIST);
                case RoutingChange.DeleteRule(PolicyRule rule) ->
                    batch.delete(KernelWords.rule(rule)).tolerate(Errno.ENOENT);
            }
        }
        return batch;
    }

    private static Addr addr(HostLink link, LinkAddress address) {
        Addr addr = Addr.on(link.index(), new Prefix(KernelWords.inet(address.address()), address.length()));
        // EC2 gives an address to one interface only: nobody has to be asked whether it is in use.
        return address.address().family() == IpFamily.IPV6 ? addr.noDad() : addr;
    }

    /** Everything: all links, with the routes of all tables. */
    RoutingState read() throws IOException {
        return state(
                netlink.links(LinkFilter.ALL),
                netlink.addrs(0),
                netlink.routes(RouteFilter.of(KernelWords.family(family))));
    }

    /** What concerns one link. */
    RoutingState read(Link link) throws IOException {
        return state(
                List.of(link),
                netlink.addrs(link.index()),
                netlink.routes(RouteFilter.of(KernelWords.family(family)).device(link.index())));
    }

    /** Rules only. */
    RoutingState readRules() throws IOException {
        return state(List.of(), List.of(), List.of());
    }

    private RoutingState state(List<Link> links, List<Addr> addresses, List<Route> routes) throws IOException {
        Map<Integer, Set<LinkAddress>> addressesOf = new HashMap<>();
        addresses.stream()
                .filter(this::isManaged)
                .forEach(addr -> KernelWords.address(addr.prefix().address())
                        .ifPresent(address -> addressesOf
                                .computeIfAbsent(addr.index(), _ -> new HashSet<>())
                                .add(new LinkAddress(address, addr.prefix().length()))));
        Map<Integer, Set<StaticRoute>> routesOf = new HashMap<>();
        routes.forEach(route -> KernelWords.route(route)
                .ifPresent(words -> routesOf.computeIfAbsent(route.index(), _ -> new HashSet<>())
                        .add(words)));
        List<FoundLink> found = new ArrayList<>();
        List<FoundLink> branches = new ArrayList<>();
        for (Link link : links) {
            boolean isBranch = BranchLinkKind.isBranch(link);
            if (!isBranch && !LinkArrival.isInterface(link)) {
                continue;
            }
            (isBranch ? branches : found)
                    .add(new FoundLink(
                            new HostLink(link.index(), link.name()),
                            KernelWords.mac(link.mac()),
                            link.mtu(),
                            link.up(),
                            link.kind().equals("veth") && link.up() && link.group() != DeadLinks.GROUP,
                            addressesOf.getOrDefault(link.index(), Set.of()),
                            routesOf.getOrDefault(link.index(), Set.of())));
        }
        List<PolicyRule> rules = netlink.rules(KernelWords.family(family)).stream()
                .flatMap(rule -> KernelWords.rule(rule).stream())
                .toList();
        return new RoutingState(found, branches, rules);
    }

    // The address of the link itself is nobody's business, and neighbour discovery needs it.
    private boolean isManaged(Addr address) {
        return Family.of(address.prefix().address()) == KernelWords.family(family)
                && (family == IpFamily.IPV4 || Scope.UNIVERSE.equals(address.scope()));
    }
}
