package io.vpccni.ec2;

import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * What EC2's errors mean, and how long to wait after them: exponential per kind with full jitter, so that a fleet that was
 * refused together does not come back together.
 */
final class Failures {

    private static final Map<Kind, Duration> FIRST_WAIT = new EnumMap<>(Map.of(
            Kind.SUBNET_EXHAUSTED, Duration.ofSeconds(10),
            Kind.NO_CONTIGUOUS_PREFIX, Duration.ofSeconds(60),
            Kind.NO_SUBNET, Duration.ofSeconds(30),
            Kind.ADDRESS_LIMIT, Duration.ofMillis(100),
            Kind.ENI_LIMIT, Duration.ofSeconds(15),
            Kind.THROTTLED, Duration.ofSeconds(1),
            Kind.DENIED, Duration.ofSeconds(15),
            Kind.NOT_FOUND, Duration.ofSeconds(1),
            Kind.NO_ANSWER, Duration.ofMillis(500),
            Kind.REFUSED, Duration.ofSeconds(2)));

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(120);

    private final RandomGenerator random;
    private final EnumMap<Kind, Integer> inARow = new EnumMap<>(Kind.class);

    Failures(RandomGenerator random) {
        this.random = random;
    }

    /** A call went through: the next failure starts with the short wait again. */
    synchronized void succeeded() {
        inARow.clear();
    }

    synchronized CloudException of(Throwable thrown) {
        Throwable cause = unwrapped(thrown);
        if (cause instanceof CloudException known) {
            return known;
        }
        String code = code(cause);
        Kind kind = kind(cause, code);
        String message = cause instanceof AwsServiceException service && service.awsErrorDetails() != null
                ? String.valueOf(service.awsErrorDetails().errorMessage())
                : withRoot(cause);
        return new CloudException(new CloudFailure(kind, code, message, nextWait(kind)), cause);
    }

    /** The SDK tells of a host that is not there, or not believed, only in what caused its own failure. */
    private static String withRoot(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String said = String.valueOf(failure.getMessage());
        String why = String.valueOf(root.getMessage());
        return said.contains(why) ? said : said + ": " + why;
    }

    private static Throwable unwrapped(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    /** EC2's error code, or the name of the network error. */
    static String codeOf(Throwable thrown) {
        return code(unwrapped(thrown));
    }

    /** What AWS calls the request; empty when it did not answer. */
    static String requestIdOf(Throwable thrown) {
        return unwrapped(thrown) instanceof AwsServiceException service && service.requestId() != null
                ? service.requestId()
                : "";
    }

    static boolean isThrottling(Throwable thrown) {
        Throwable cause = unwrapped(thrown);
        return kind(cause, code(cause)) == Kind.THROTTLED;
    }

    /** A failure that EC2 had no part in. */
    synchronized CloudException of(Kind kind, String code, String message) {
        return new CloudException(
                new CloudFailure(kind, code, message, nextWait(kind)), new IllegalStateException(code));
    }

    private Duration nextWait(Kind kind) {
        int before = inARow.merge(kind, 1, Integer::sum) - 1;
        long first = FIRST_WAIT.getOrDefault(kind, Duration.ofSeconds(1)).toMillis();
        long ceiling = Math.min(LONGEST_WAIT.toMillis(), first << Math.min(before, 10));
        return Duration.ofMillis(ceiling / 2 + random.nextLong(ceiling / 2 + 1));
    }

    private static String code(Throwable cause) {
        if (cause instanceof AwsServiceException service && service.awsErrorDetails() != null) {
            return String.valueOf(service.awsErrorDetails().errorCode());
        }
        return cause.getClass().getSimpleName();
    }

    /** Codes as the EC2 API reference lists them ("Error codes for the Amazon EC2 API"). */
    private static Kind kind(Throwable cause, String code) {
        if (!(cause instanceof AwsServiceException service)) {
            return Kind.NO_ANSWER;
        }
        if (service.isThrottlingException() || code.endsWith("RequestLimitExceeded")) {
            return Kind.THROTTLED;
        }
        return switch (code) {
            case "InsufficientFreeAddressesInSubnet" -> Kind.SUBNET_EXHAUSTED;
            case "InsufficientCidrBlocks" -> Kind.NO_CONTIGUOUS_PREFIX;
            case "PrivateIpAddressLimitExceeded" -> Kind.ADDRESS_LIMIT;
            case "AttachmentLimitExceeded", "NetworkInterfaceLimitExceeded" -> Kind.ENI_LIMIT;
            case "UnauthorizedOperation", "AuthFailure", "AccessDenied", "AccessDeniedException", "ExpiredToken" ->
                Kind.DENIED;
            default -> {
                if (code.endsWith(".NotFound")) {
                    yield Kind.NOT_FOUND;
                }
                yield service.statusCode() >= 500 ? Kind.NO_ANSWER : Kind.REFUSED;
            }
        };
    }
}
