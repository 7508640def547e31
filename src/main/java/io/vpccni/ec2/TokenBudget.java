package io.vpccni.ec2;

import java.time.Duration;
import java.time.Instant;

/**
 * How often one EC2 action may be called: a token bucket that halves its rate when EC2 throttles and earns it back call by
 * call. Decides only; the caller tells the time.
 */
final class TokenBudget {

    private final double fullRate;
    private final double burst;
    private double rate;
    private double tokens;
    private Instant countedAt;

    /**
     * @param fullRate calls a second when EC2 does not object
     * @param burst calls that may be made at once after a rest
     */
    TokenBudget(double fullRate, double burst, Instant now) {
        this.fullRate = fullRate;
        this.burst = burst;
        this.rate = fullRate;
        this.tokens = burst;
        this.countedAt = now;
    }

    /** Takes a token and returns zero, or takes none and returns how long to wait before asking again. */
    Duration take(Instant now) {
        refill(now);
        if (tokens >= 1) {
            tokens -= 1;
            return Duration.ZERO;
        }
        return Duration.ofNanos((long) Math.ceil((1 - tokens) / rate * 1e9));
    }

    /** Calls that could be made now. */
    double left(Instant now) {
        refill(now);
        return tokens;
    }

    /** EC2 refused: half the rate, and nothing saved up. Never below one call in 20 seconds. */
    void throttled(Instant now) {
        refill(now);
        rate = Math.max(0.05, rate / 2);
        tokens = 0;
    }

    /** EC2 answered: a twentieth of the full rate comes back. */
    void answered() {
        rate = Math.min(fullRate, rate + fullRate / 20);
    }

    private void refill(Instant now) {
        double seconds = Math.max(0, Duration.between(countedAt, now).toNanos() / 1e9);
        tokens = Math.min(burst, tokens + seconds * rate);
        countedAt = now;
    }
}
