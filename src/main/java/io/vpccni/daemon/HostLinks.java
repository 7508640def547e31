package io.vpccni.daemon;

import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The host links of pods, remembered: a name is a hash, and each DEL looks at those of all pods. With 230 pods, hashing took
 * longer than taking the pod down. Used by the loop thread only.
 */
final class HostLinks {

    private record Owner(Sandbox sandbox, PodName pod) {}

    private final Function<Assignment, String> name;
    private Map<Owner, String> known = new HashMap<>();

    HostLinks(Function<Assignment, String> name) {
        this.name = name;
    }

    /** The links of {@code assignments}. Those of others are forgotten. */
    Set<String> of(List<Assignment> assignments) {
        Map<Owner, String> next = new HashMap<>();
        for (Assignment has : assignments) {
            Owner owner = new Owner(has.sandbox(), has.pod());
            String remembered = known.get(owner);
            next.put(owner, remembered == null ? name.apply(has) : remembered);
        }
        known = next;
        return new HashSet<>(next.values());
    }
}
