package io.vpccni.dataplane;

import io.vpccni.dataplane.PolicyRule.Selector;
import io.vpccni.dataplane.RoutingChange.AddRule;
import io.vpccni.dataplane.RoutingChange.DeleteRule;
import io.vpccni.dataplane.RoutingChange.PutRoute;
import io.vpccni.dataplane.RoutingState.FoundLink;
import io.vpccni.vpc.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the pods of the node have on the host. A pod without a live link needs nothing: it is being connected, or gone. A
 * rule about an address that nobody has goes, unless a link says that somebody lives there all the same.
 *
 * @param idle addresses of the node that no pod has
 * @param branches the pods that have branch interfaces instead
 */
public record PodsOnHost(List<PodOnHost> pods, Set<IpAddress> idle, BranchesOnHost branches) implements RoutingWish {

    /** No pods, and nothing known of any address. */
    public static final PodsOnHost NONE = new PodsOnHost(List.of(), Set.of());

    /** A node without branch interfaces. */
    public PodsOnHost(List<PodOnHost> pods, Set<IpAddress> idle) {
        this(pods, idle, BranchesOnHost.NONE);
    }

    public PodsOnHost {
        pods = List.copyOf(pods);
        idle = Set.copyOf(idle);
    }

    @Override
    public List<RoutingChange> changes(RoutingState found) {
        Set<PolicyRule> rules = new HashSet<>(found.rules());
        Map<IpAddress, List<PolicyRule>> wanted = new HashMap<>();
        List<RoutingChange> changes = new ArrayList<>();
        for (PodOnHost pod : pods) {
            Optional<FoundLink> live = found.ofPod(pod.linkHash(), pod.address());
            if (live.isEmpty()) {
                continue;
            }
            wanted.put(pod.address(), pod.rules());
            if (!live.get().routes().contains(pod.route())) {
                changes.add(new PutRoute(live.get().link(), pod.route()));
            }
            pod.rules().stream()
                    .filter(rule -> !rules.contains(rule))
                    .map(AddRule::new)
                    .forEach(changes::add);
        }
        for (PolicyRule rule : found.rules()) {
            aboutPod(rule)
                    .filter(address -> isSurplus(rule, wanted.get(address), idle.contains(address), found))
                    .ifPresent(_ -> changes.add(new DeleteRule(rule)));
        }
        changes.addAll(branches.changes(found));
        return List.copyOf(changes);
    }

    private static boolean isSurplus(
            PolicyRule rule, @Nullable List<PolicyRule> ofPod, boolean idle, RoutingState found) {
        return ofPod == null ? idle && aboutPod(rule).filter(found::leadsToPod).isEmpty() : !ofPod.contains(rule);
    }

    /** The address that a rule of a pod is about. */
    private static Optional<IpAddress> aboutPod(PolicyRule rule) {
        return switch (rule.selector()) {
            case Selector.From(IpAddress address) when rule.priority() == PolicyRule.FROM_POD -> Optional.of(address);
            case Selector.To to
            when rule.equals(PolicyRule.toPod(to.network().base())) ->
                Optional.of(to.network().base());
            default -> Optional.empty();
        };
    }
}
