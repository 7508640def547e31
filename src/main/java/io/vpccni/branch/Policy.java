package io.vpccni.branch;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * A SecurityGroupPolicy. One without a selector, or without groups, selects nothing.
 *
 * @param pods empty when the policy does not look at pods' labels
 * @param accounts empty when it does not look at the labels of their ServiceAccounts
 */
public record Policy(
        String namespace,
        String name,
        Optional<LabelSelector> pods,
        Optional<LabelSelector> accounts,
        SecurityGroups groups) {

    /**
     * The groups of a pod: those of every policy of its namespace that selects it. None when no policy does.
     *
     * @param account labels of the pod's ServiceAccount
     */
    public static SecurityGroups groupsOf(
            Collection<Policy> policies, String namespace, Map<String, String> pod, Map<String, String> account) {
        return SecurityGroups.union(policies.stream()
                .filter(policy -> policy.namespace().equals(namespace) && policy.selects(pod, account))
                .map(Policy::groups)
                .toList());
    }

    private boolean selects(Map<String, String> pod, Map<String, String> account) {
        return (pods.isPresent() || accounts.isPresent())
                && pods.map(selector -> selector.matches(pod)).orElse(true)
                && accounts.map(selector -> selector.matches(account)).orElse(true);
    }
}
