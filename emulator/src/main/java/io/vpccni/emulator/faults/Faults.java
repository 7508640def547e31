package io.vpccni.emulator.faults;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** The knobs, and the verdict on a call they lead to. One caller at a time; all chance comes from the seed. */
public final class Faults {
    private record Tokens(double left, Instant at) {}

    private final RandomGenerator random;
    private final Map<String, Tokens> tokens = new HashMap<>();
    private final List<InjectedError> errors = new ArrayList<>();
    private final Map<String, Integer> lostAnswers = new TreeMap<>();
    private Delays delays;
    private Throttle throttle;

    public Faults(Delays delays, Throttle throttle, long seed) {
        this.delays = delays;
        this.throttle = throttle;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    public Delays delays() {
        return delays;
    }

    public void setDelays(Delays next) {
        delays = next;
    }

    public Throttle throttle() {
        return throttle;
    }

    /** New buckets, all of them full. */
    public void setThrottle(Throttle next) {
        throttle = next;
        tokens.clear();
    }

    public List<InjectedError> errors() {
        return List.copyOf(errors);
    }

    /** Errors of one action come in the order in which they were added. */
    public void inject(InjectedError error) {
        errors.add(error);
    }

    public void clearErrors() {
        errors.clear();
    }

    public Map<String, Integer> lostAnswers() {
        return Map.copyOf(lostAnswers);
    }

    /** The next {@code count} calls of {@code action} ({@code *}: of any) are carried out and never answered. */
    public void loseAnswers(String action, int count) {
        if (count <= 0) {
            lostAnswers.remove(action);
        } else {
            lostAnswers.put(action, count);
        }
    }

    /** Throttling comes before all else, as a refused call costs nothing; injected errors before lost answers. */
    public Verdict judge(String action, Instant now) {
        Duration delay = jittered(delays.of(action));
        if (!takeToken(action, now)) {
            return new Verdict.Refuse(delay, "RequestLimitExceeded", "Request limit exceeded.", 503);
        }
        for (int i = 0; i < errors.size(); i++) {
            InjectedError error = errors.get(i);
            if (error.action().equals(action) || error.action().equals("*")) {
                if (error.count() <= 1) {
                    errors.remove(i);
                } else {
                    errors.set(i, error.spent());
                }
                return new Verdict.Refuse(delay, error.code(), error.message(), error.httpStatus());
            }
        }
        return new Verdict.Proceed(delay, !spendLostAnswer(action) && !spendLostAnswer("*"));
    }

    private boolean spendLostAnswer(String action) {
        int left = lostAnswers.getOrDefault(action, 0);
        if (left > 0) {
            loseAnswers(action, left - 1);
        }
        return left > 0;
    }

    private boolean takeToken(String action, Instant now) {
        Throttle.Bucket bucket = throttle.of(action);
        if (bucket == null) {
            return true;
        }
        Tokens before = tokens.getOrDefault(action, new Tokens(bucket.capacity(), now));
        double seconds = Duration.between(before.at(), now).toNanos() / 1e9;
        double left = Math.min(bucket.capacity(), before.left() + seconds * bucket.perSecond());
        boolean granted = left >= 1;
        tokens.put(action, new Tokens(granted ? left - 1 : left, now));
        return granted;
    }

    private Duration jittered(Duration delay) {
        if (delays.jitter() == 0 || delay.isZero()) {
            return delay;
        }
        double factor = 1 + delays.jitter() * (2 * random.nextDouble() - 1);
        return Duration.ofNanos((long) (delay.toNanos() * factor));
    }
}
