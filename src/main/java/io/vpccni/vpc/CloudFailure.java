package io.vpccni.vpc;

import java.time.Duration;

/**
 * Why an EC2 call brought nothing.
 *
 * @param code EC2's own code, such as {@code RequestLimitExceeded}, or the name of the network error
 * @param message EC2's own words
 * @param retryAfter how long to leave this kind of call alone; already jittered, so that a fleet does not march in step
 */
public record CloudFailure(Kind kind, String code, String message, Duration retryAfter) {

    /** What a failure means for what to do next. */
    public enum Kind {
        /** The subnet has no address left. */
        SUBNET_EXHAUSTED,
        /** The subnet has no 16 contiguous free addresses for a prefix; single addresses may be left. */
        NO_CONTIGUOUS_PREFIX,
        /** No subnet of the zone may be used for pods. */
        NO_SUBNET,
        /** Custom networking, and no ENIConfig to go by. */
        NO_ENI_CONFIG,
        /** The interface holds as many addresses as its type allows: our count was wrong. */
        ADDRESS_LIMIT,
        /** The instance or the account holds as many interfaces as it may. */
        ENI_LIMIT,
        /** The account asks too often. */
        THROTTLED,
        /** The role lacks a permission. */
        DENIED,
        /** The object does not exist, or not any more. */
        NOT_FOUND,
        /** No answer: the call may have happened all the same. */
        NO_ANSWER,
        /** Anything else that EC2 refused. */
        REFUSED
    }

    /** Whether EC2's state is unknown after this failure, so that only a look at EC2 can tell. */
    public boolean leavesDoubt() {
        return switch (kind) {
            case NO_ANSWER, ADDRESS_LIMIT, NOT_FOUND -> true;
            case SUBNET_EXHAUSTED,
                    NO_CONTIGUOUS_PREFIX,
                    NO_SUBNET,
                    NO_ENI_CONFIG,
                    ENI_LIMIT,
                    THROTTLED,
                    DENIED,
                    REFUSED -> false;
        };
    }
}
