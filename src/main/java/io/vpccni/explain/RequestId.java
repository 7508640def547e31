package io.vpccni.explain;

/**
 * Names one request to the daemon, in the log and in explanations.
 *
 * @param life tells two lives of a daemon apart, so that old log lines cannot be mistaken for new ones
 */
public record RequestId(long life, long number) {

    @Override
    public String toString() {
        return Long.toString(life, Character.MAX_RADIX) + "-" + number;
    }
}
