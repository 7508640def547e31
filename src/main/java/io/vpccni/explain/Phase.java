package io.vpccni.explain;

import java.time.Duration;

/**
 * One part of an ADD. State file and data plane run side by side, so parts may overlap.
 *
 * @param start since the ADD was asked for
 */
public record Phase(Step step, Duration start, Duration took) {

    /** What an ADD goes through, in order. */
    public enum Step {
        /** From the call to the turn of the loop that took it; while the daemon starts, that is long. */
        QUEUED,
        /** Until it was known which branch interface the pod has, or that it needs none, and the trunk was there. */
        WAITING_FOR_BRANCH,
        /** Until an address was free. */
        WAITING_FOR_ADDRESS,
        /** Until the assignment was on disk. */
        STATE_FILE,
        /** Until the pod was connected in the kernel. */
        DATA_PLANE,
        /** From the last of both to the answer. */
        ANSWERED
    }
}
