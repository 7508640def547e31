package io.vpccni.daemon;

import io.vpccni.explain.RequestId;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import java.time.Duration;

/**
 * Where it is announced that a pod has no address: once when it has waited for {@link #LONG_WAIT}, and once when it is
 * refused. Called on the loop's thread and others: must return at once.
 */
@FunctionalInterface
public interface ReasonSink {

    /** From here on a wait is announced. */
    Duration LONG_WAIT = Duration.ofSeconds(5);

    void announce(Announcement announcement);

    /** Announces here, and then to {@code other}. */
    default ReasonSink and(ReasonSink other) {
        return what -> {
            announce(what);
            other.announce(what);
        };
    }

    /**
     * @param detail what was found, with numbers or EC2's own words
     * @param waiting whether the pod still waits; it was refused otherwise
     * @param waited since its ADD was asked for
     */
    record Announcement(
            RequestId request,
            Sandbox sandbox,
            PodName pod,
            Reason reason,
            String detail,
            boolean waiting,
            Duration waited) {}
}
