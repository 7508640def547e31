package io.vpccni.config;

import java.util.Arrays;
import java.util.Optional;

/** What the application is to be: VPCCNI_ROLE. */
public enum Role {
    /** The daemon of one node. */
    NODE("node"),
    /** Security groups for pods, for the whole cluster. */
    CONTROLLER("controller");

    private static final String VARIABLE = "VPCCNI_ROLE";

    private final String word;

    Role(String word) {
        this.word = word;
    }

    /** The role that {@code value} names; a node's when there is none. Fails with IllegalArgumentException. */
    public static Role of(Optional<String> value) {
        return value.filter(text -> !text.isEmpty())
                .map(text -> Arrays.stream(values())
                        .filter(role -> role.word.equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "cannot start: " + VARIABLE + "=\"" + text + "\" is not accepted: node or controller")))
                .orElse(NODE);
    }

    /** The variable that says it. */
    public static String variable() {
        return VARIABLE;
    }
}
