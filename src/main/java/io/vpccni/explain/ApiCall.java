package io.vpccni.explain;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One call to AWS.
 *
 * @param api EC2's name of the action, or GetMetadata for IMDS
 * @param end empty while it is under way
 */
public record ApiCall(long number, String api, Instant began, Optional<End> end) {

    /** The outcome of a call that succeeded. */
    public static final String OK = "200";

    /**
     * How a call ended.
     *
     * @param outcome {@link #OK} or EC2's error code
     * @param requestId what AWS support asks for; empty when there was no answer
     * @param throttled whether EC2 refused because it is asked too often
     */
    public record End(Duration took, String outcome, String requestId, boolean throttled) {

        public boolean succeeded() {
            return outcome.equals(OK);
        }
    }

    /** The name of calls to IMDS. */
    private static final String METADATA = "GetMetadata";

    /** Whether EC2 was asked, and not IMDS. */
    public boolean isToEc2() {
        return !api.equals(METADATA);
    }

    boolean overlaps(Instant from, Instant to) {
        boolean endedBefore =
                end.map(ended -> began.plus(ended.took()).isBefore(from)).orElse(false);
        return !endedBefore && !began.isAfter(to);
    }
}
