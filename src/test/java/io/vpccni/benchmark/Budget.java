package io.vpccni.benchmark;

/** What a figure is allowed to be. */
sealed interface Budget {

    /** Reported for its own sake. */
    record None() implements Budget {}

    record AtMost(double limit) implements Budget {}

    record AtLeast(double limit) implements Budget {}

    default String words() {
        return switch (this) {
            case None _ -> "";
            case AtMost(double limit) -> "≤ " + Report.number(limit);
            case AtLeast(double limit) -> "≥ " + Report.number(limit);
        };
    }

    default String verdict(double value) {
        return switch (this) {
            case None _ -> "";
            case AtMost(double limit) -> value <= limit ? "within" : "over";
            case AtLeast(double limit) -> value >= limit ? "within" : "over";
        };
    }
}
