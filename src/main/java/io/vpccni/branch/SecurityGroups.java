package io.vpccni.branch;

import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The security groups of an interface. In whatever order they were named, the same groups are the same value. */
public record SecurityGroups(List<String> ids) {

    /** None: nobody said which. */
    public static final SecurityGroups NONE = new SecurityGroups(List.of());

    public SecurityGroups {
        ids = List.copyOf(sorted(ids));
    }

    public static SecurityGroups of(String... ids) {
        return new SecurityGroups(List.of(ids));
    }

    /** All of these, each once. */
    public static SecurityGroups union(Collection<SecurityGroups> sets) {
        return new SecurityGroups(
                sets.stream().flatMap(set -> set.ids().stream()).collect(Collectors.toList()));
    }

    private static SortedSet<String> sorted(Collection<String> ids) {
        return new TreeSet<>(ids);
    }

    public boolean isEmpty() {
        return ids.isEmpty();
    }

    @Override
    public String toString() {
        return String.join(",", ids);
    }
}
