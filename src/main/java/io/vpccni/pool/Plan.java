package io.vpccni.pool;

import java.util.List;

/** What to do now. Planning again after the plan has been begun yields {@link #HOLD}. */
public record Plan(List<Action> actions) {

    /** Nothing to do. */
    public static final Plan HOLD = new Plan(List.of());

    public Plan {
        actions = List.copyOf(actions);
    }
}
