package io.vpccni.dataplane;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How links on the host are called.
 *
 * @param primary the link of the primary interface
 * @param podPrefixes what the names of pods' links begin with now: pods keep the name that they were born with when the setting
 *     changes
 */
public record HostLinks(String primary, Set<String> podPrefixes) {

    public HostLinks {
        podPrefixes = Set.copyOf(podPrefixes);
    }

    /** A host without pods of earlier settings. */
    public static HostLinks of(String primary) {
        return new HostLinks(primary, Set.of());
    }

    /** Today's prefix, and after it those that pods still have. An empty one is that of every link. */
    List<String> prefixes(HostPlan plan) {
        List<String> prefixes = new ArrayList<>(List.of(plan.vethPrefix()));
        if (!plan.vethPrefix().isEmpty()) {
            podPrefixes.stream()
                    .filter(prefix -> !prefix.equals(plan.vethPrefix()))
                    .sorted()
                    .forEach(prefixes::add);
        }
        return List.copyOf(prefixes);
    }
}
