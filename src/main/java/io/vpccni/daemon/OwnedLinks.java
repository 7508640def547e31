package io.vpccni.daemon;

import io.vpccni.pool.Assignment;
import io.vpccni.pool.Sandbox;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The host links of pods, remembered: a name is a hash, and each DEL looks at those of all pods. With 230 pods, hashing took
 * longer than taking the pod down. Used by the loop thread only.
 */
final class OwnedLinks {

    private final Function<Assignment, List<String>> names;

    /** By identity: an assignment keeps the sandbox it was made with, and comparing one takes as long as hashing. */
    private Map<Sandbox, List<String>> known = new IdentityHashMap<>();

    OwnedLinks(Function<Assignment, List<String>> names) {
        this.names = names;
    }

    /** The links of {@code assignments}. Those of others are forgotten. */
    Set<String> of(List<Assignment> assignments) {
        Map<Sandbox, List<String>> next = new IdentityHashMap<>(assignments.size());
        Set<String> links = new HashSet<>();
        for (Assignment has : assignments) {
            List<String> remembered = known.get(has.sandbox());
            List<String> own = remembered == null ? names.apply(has) : remembered;
            next.put(has.sandbox(), own);
            links.addAll(own);
        }
        known = next;
        return links;
    }
}
