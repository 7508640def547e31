package io.vpccni.kube;

/** How an event is meant. */
public enum EventType {
    NORMAL("Normal"),
    WARNING("Warning");

    private final String word;

    EventType(String word) {
        this.word = word;
    }

    /** As the API server spells it. */
    String word() {
        return word;
    }
}
