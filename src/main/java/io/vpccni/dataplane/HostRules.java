package io.vpccni.dataplane;

import io.vpccni.dataplane.PolicyRule.Selector;
import io.vpccni.dataplane.RoutingChange.AddRule;
import io.vpccni.dataplane.RoutingChange.DeleteRule;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The rules of the host that are about no pod and no interface. Those of the same kind that are not wanted go. */
public record HostRules(Set<PolicyRule> wanted) implements RoutingWish {

    public HostRules {
        wanted = Set.copyOf(wanted);
    }

    @Override
    public List<RoutingChange> changes(RoutingState found) {
        // The new ones first: there is no moment without a rule that looks at the local table.
        return Stream.concat(
                        wanted.stream()
                                .filter(rule -> !found.rules().contains(rule))
                                .sorted(PolicyRule.IN_ORDER)
                                .<RoutingChange>map(AddRule::new),
                        found.rules().stream()
                                .filter(rule -> isOurs(rule) && !wanted.contains(rule))
                                .map(DeleteRule::new))
                .toList();
    }

    private static boolean isOurs(PolicyRule rule) {
        return switch (rule.priority()) {
            case PolicyRule.TO_SERVICE -> rule.table() == PolicyRule.MAIN;
            case PolicyRule.MARKED -> rule.table() == PolicyRule.MAIN && rule.selector() instanceof Selector.Mark;
            case PolicyRule.LOCAL_AFTER_BRANCHES -> rule.equals(PolicyRule.local(rule.priority(), rule.family()));
            case PolicyRule.LOCAL ->
                rule.equals(PolicyRule.local(rule.priority(), rule.family())) || rule.equals(PolicyRule.ROUTER);
            default -> false;
        };
    }
}
