package io.vpccni.daemon;

import io.vpccni.pool.Assignment;
import io.vpccni.pool.Sandbox;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The host links of pods, remembered: a name is a hash, and each DEL looks at those of all pods. With 230 pods, hashing took
 * longer than taking the pod down. Used by the loop thread only.
 */
final class HostLinks {

    private final Function<Assignment, String> name;

    /** By identity: an assignment keeps the sandbox it was made with, and comparing one takes as long as hashing. */
    private Map<Sandbox, String> known = new IdentityHashMap<>();

    HostLinks(Function<Assignment, String> name) {
        this.name = name;
    }

    /** Whether {@code link} is that of one of {@code assignments}. Those of others are forgotten. */
    boolean isAmong(List<Assignment> assignments, String link) {
        Map<Sandbox, String> next = new IdentityHashMap<>(assignments.size());
        boolean found = false;
        for (Assignment has : assignments) {
            String remembered = known.get(has.sandbox());
            String own = remembered == null ? name.apply(has) : remembered;
            next.put(has.sandbox(), own);
            found |= own.equals(link);
        }
        known = next;
        return found;
    }
}
