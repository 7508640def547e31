package io.vpccni.dataplane;

import io.vpccni.dataplane.PolicyRule.Selector;
import io.vpccni.dataplane.RoutingChange.AddRule;
import io.vpccni.dataplane.RoutingChange.DeleteLink;
import io.vpccni.dataplane.RoutingChange.DeleteRule;
import io.vpccni.dataplane.RoutingChange.PutRoute;
import io.vpccni.dataplane.RoutingChange.SetUp;
import io.vpccni.dataplane.RoutingState.FoundLink;
import io.vpccni.vpc.IpAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the pods with branch interfaces have on the host. One without a live host link needs nothing: it is being connected, or
 * gone. What is of no pod that is known goes, unless a live link of a pod stands behind it: then nobody knows yet whose that is.
 */
public record BranchesOnHost(List<BranchOnHost> pods) implements RoutingWish {

    public static final BranchesOnHost NONE = new BranchesOnHost(List.of());

    public BranchesOnHost {
        pods = List.copyOf(pods);
    }

    /** Branch links that somebody took from under a living pod, and whose trunk is there to make them again. */
    public List<BranchLink> missing(RoutingState found) {
        return pods.stream()
                .filter(pod -> found.ofPod(pod.linkHash(), pod.address()).isPresent())
                .map(BranchOnHost::branch)
                .filter(branch -> found.branchLink(branch.name()).isEmpty())
                .filter(branch -> found.withMac(branch.trunk()).isPresent())
                .toList();
    }

    @Override
    public List<RoutingChange> changes(RoutingState found) {
        return new Difference(found).changes(pods);
    }

    private static final class Difference {

        private final RoutingState found;
        private final Set<PolicyRule> foundRules;
        private final Set<PolicyRule> wanted = new HashSet<>();
        private final Set<Integer> tables = new HashSet<>();
        private final Set<String> hostLinks = new HashSet<>();
        private final Set<IpAddress> addresses = new HashSet<>();
        private final List<RoutingChange> changes = new ArrayList<>();

        Difference(RoutingState found) {
            this.found = found;
            this.foundRules = Set.copyOf(found.rules());
        }

        List<RoutingChange> changes(List<BranchOnHost> pods) {
            for (BranchOnHost pod : pods) {
                found.ofPod(pod.linkHash(), pod.address()).ifPresent(live -> give(pod, live));
            }
            found.rules().stream()
                    .filter(rule -> !wanted.contains(rule) && isSurplus(rule))
                    .map(DeleteRule::new)
                    .forEach(changes::add);
            found.branchLinks().stream()
                    .map(FoundLink::link)
                    .filter(link -> BranchLink.tableOf(link.name())
                            .filter(table -> !tables.contains(table) && !servesPod(table))
                            .isPresent())
                    .map(DeleteLink::new)
                    .forEach(changes::add);
            return List.copyOf(changes);
        }

        private void give(BranchOnHost pod, FoundLink live) {
            HostLink hostLink = live.link();
            found.branchLink(pod.branch().name())
                    .ifPresent(link -> giveRoutes(link, pod.branch().routes()));
            StaticRoute route = pod.route(hostLink.name());
            if (!live.routes().contains(route)) {
                changes.add(new PutRoute(hostLink, route));
            }
            List<PolicyRule> rules = pod.rules(hostLink.name());
            rules.stream()
                    .filter(rule -> !foundRules.contains(rule))
                    .map(AddRule::new)
                    .forEach(changes::add);
            wanted.addAll(rules);
            tables.add(pod.branch().routeTable());
            hostLinks.add(hostLink.name());
            addresses.add(pod.address());
        }

        // Routes go when the link goes down.
        private void giveRoutes(FoundLink link, List<StaticRoute> routes) {
            if (!link.up()) {
                changes.add(new SetUp(link.link()));
            }
            routes.stream()
                    .filter(route -> !link.up() || !link.routes().contains(route))
                    .forEach(route -> changes.add(new PutRoute(link.link(), route)));
        }

        /** Of a rule that no known pod wants. */
        private boolean isSurplus(PolicyRule rule) {
            return switch (rule.selector()) {
                case Selector.Input(String link, var _) -> isFromBranch(rule, link) && isSurplus(link, rule.table());
                case Selector.InputTo(String link, IpAddress exception) ->
                    rule.equals(PolicyRule.toException(link, exception))
                            && EnforcingMode.of(link) == EnforcingMode.STRICT
                            && isSurplus(link);
                case Selector.OwnTo(var _, IpAddress pod) ->
                    rule.priority() == PolicyRule.HOST_EXCEPTION
                            && BranchLink.isTable(rule.table())
                            && isSurplus(pod, rule.table());
                case Selector.From(IpAddress pod) -> isFromPod(rule) && isSurplus(pod, rule.table());
                case Selector.To to
                when rule.equals(PolicyRule.toPod(to.network().base())) ->
                    wasOfBranch(to.network().base());
                case Selector.To _, Selector.All _, Selector.Mark _, Selector.IcmpFrom _ -> false;
            };
        }

        private static boolean isFromBranch(PolicyRule rule, String link) {
            boolean isOfBranchLink = BranchLink.tableOf(link).equals(Optional.of(rule.table()));
            return rule.priority() == PolicyRule.FROM_BRANCH
                    && BranchLink.isTable(rule.table())
                    && (isOfBranchLink || EnforcingMode.of(link) == EnforcingMode.STRICT);
        }

        private static boolean isFromPod(PolicyRule rule) {
            return rule.priority() == PolicyRule.FROM_POD && BranchLink.isTable(rule.table());
        }

        private boolean isSurplus(String link, int table) {
            return hostLinks.contains(link)
                    || tables.contains(table)
                    || (!found.isLivePodLink(link) && !servesPod(table));
        }

        private boolean isSurplus(String link) {
            return hostLinks.contains(link) || !found.isLivePodLink(link);
        }

        private boolean isSurplus(IpAddress pod, int table) {
            return addresses.contains(pod) || tables.contains(table) || (!found.leadsToPod(pod) && !servesPod(table));
        }

        // Nothing but its fellow says that it is about a branch interface.
        private boolean wasOfBranch(IpAddress pod) {
            return addresses.contains(pod)
                    || found.rules().stream()
                            .anyMatch(rule -> rule.selector().equals(new Selector.From(pod))
                                    && isFromPod(rule)
                                    && !wanted.contains(rule)
                                    && isSurplus(pod, rule.table()));
        }

        /** Whether a live link of a pod sends or receives by this table, whosever it is. */
        private boolean servesPod(int table) {
            return found.receivesBy(table)
                    || found.rules().stream()
                            .filter(rule -> rule.table() == table)
                            .anyMatch(rule -> switch (rule.selector()) {
                                case Selector.Input(String link, var _) -> found.isLivePodLink(link);
                                case Selector.From(IpAddress pod) -> found.leadsToPod(pod);
                                default -> false;
                            });
        }
    }
}
