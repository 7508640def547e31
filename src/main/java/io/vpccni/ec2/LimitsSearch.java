package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.InstanceLimits;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * What an instance type can carry, from the best source there is: EC2, else the shipped {@link InstanceTable}, else a careful
 * guess. A node starts with each of them.
 */
final class LimitsSearch {

    private static final Logger LOG = Logger.getLogger(LimitsSearch.class);

    /**
     * For a type that neither EC2 nor the table names: the smallest limits among types that are not burstable. A type that is
     * newer than the table is on Nitro, so it carries prefixes.
     */
    static final InstanceLimits UNKNOWN_TYPE = new InstanceLimits(2, 4, true);

    /** Tries to ask EC2. The node cannot serve before the last of them. */
    static final int TRIES = 3;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private LimitsSearch() {}

    /** Asks EC2 a few times, then looks the type up. Never fails. */
    static Uni<InstanceLimits> askThenLookUp(
            Supplier<Uni<InstanceLimits>> ask, String type, ScheduledExecutorService timer) {
        return Uni.createFrom()
                .deferred(ask::get)
                .onFailure(LimitsSearch::mayPass)
                .retry()
                .withExecutor(timer)
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .withJitter(0.5)
                .atMost(TRIES - 1)
                .onFailure()
                .recoverWithItem(failure -> {
                    LOG.warnf(
                            "EC2 does not say what %s can carry (%s): looking it up; allow ec2:DescribeInstanceTypes",
                            type, reasonOf(failure).getMessage());
                    return lookUp(type);
                });
    }

    /** Without EC2. */
    static InstanceLimits lookUp(String type) {
        return InstanceTable.shipped().limitsOf(type).orElseGet(() -> {
            LOG.warnf(
                    "this version does not know instance type %s: taking it for one with %d interfaces of %d addresses; "
                            + "update, or allow ec2:DescribeInstanceTypes",
                    type, UNKNOWN_TYPE.enis(), UNKNOWN_TYPE.addressesPerEni());
            return UNKNOWN_TYPE;
        });
    }

    private static boolean mayPass(Throwable failure) {
        return failure instanceof CloudException cloud
                && (cloud.failure().kind() == Kind.NO_ANSWER || cloud.failure().kind() == Kind.THROTTLED);
    }

    /** The back-off operator wraps the last failure. */
    private static Throwable reasonOf(Throwable failure) {
        return failure.getCause() instanceof CloudException cloud ? cloud : failure;
    }
}
