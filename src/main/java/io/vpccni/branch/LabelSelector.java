package io.vpccni.branch;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Kubernetes' selector of labels: everything that it names has to hold, and an empty one holds for everything. */
public record LabelSelector(Map<String, String> labels, List<Requirement> requirements) {

    /** What {@code matchExpressions} may say of one label. */
    public enum Operator {
        IN,
        NOT_IN,
        EXISTS,
        DOES_NOT_EXIST
    }

    /** One line of {@code matchExpressions}; the values count for the first two operators only. */
    public record Requirement(String key, Operator operator, List<String> values) {
        boolean holds(Map<String, String> found) {
            @Nullable String value = found.get(key);
            return switch (operator) {
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case DOES_NOT_EXIST -> value == null;
            };
        }
    }

    public LabelSelector {
        labels = Map.copyOf(labels);
        requirements = List.copyOf(requirements);
    }

    public boolean matches(Map<String, String> found) {
        return labels.entrySet().stream().allMatch(label -> label.getValue().equals(found.get(label.getKey())))
                && requirements.stream().allMatch(requirement -> requirement.holds(found));
    }
}
