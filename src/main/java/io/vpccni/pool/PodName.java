package io.vpccni.pool;

/**
 * Namespace and name of a pod. Both are empty when the runtime sent none, as {@code ctr} does.
 */
public record PodName(String namespace, String name) {

    /** A pod that nobody named. */
    public static final PodName UNKNOWN = new PodName("", "");

    public boolean isKnown() {
        return !namespace.isEmpty() && !name.isEmpty();
    }

    @Override
    public String toString() {
        return isKnown() ? namespace + "/" + name : "(unnamed pod)";
    }
}
