package io.vpccni.config;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What the application is to be: VPCCNI_ROLE. */
public enum Role {
    /** The daemon of one node. */
    NODE("node"),
    /** Security groups for pods, for the whole cluster. */
    CONTROLLER("controller"),
    /** Sums of all nodes' metrics. */
    METRICS_HELPER("metrics-helper");

    private static final String VARIABLE = "VPCCNI_ROLE";

    private final String word;

    Role(String word) {
        this.word = word;
    }

    /**
     * The roles that {@code value} names, with commas between; a node's when there is none. Fails with IllegalArgumentException.
     */
    public static Set<Role> of(Optional<String> value) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String word :
                value.filter(text -> !text.isEmpty()).orElse(NODE.word).split(",", -1)) {
            roles.add(named(word.strip()));
        }
        return roles;
    }

    private static Role named(String word) {
        return Arrays.stream(values())
                .filter(role -> role.word.equals(word))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "cannot start: " + VARIABLE + " names \"" + word
                                        + "\", which is not accepted: node, controller, metrics-helper, or several with commas between"));
    }

    /** The variable that says it. */
    public static String variable() {
        return VARIABLE;
    }
}
