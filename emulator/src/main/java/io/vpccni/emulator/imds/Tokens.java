package io.vpccni.emulator.imds;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Session tokens of IMDSv2 and when each expires. */
final class Tokens {
    /** The longest lifetime of a token: six hours. */
    static final int LONGEST_SECONDS = 21_600;

    private final Map<String, Instant> expiries = new ConcurrentHashMap<>();

    /** Empty when the time to live is missing, no number, or not within 1 and 21600 seconds. */
    Optional<String> issue(@Nullable String ttlSeconds, Instant now) {
        if (ttlSeconds == null || !ttlSeconds.matches("[0-9]{1,5}")) {
            return Optional.empty();
        }
        int seconds = Integer.parseInt(ttlSeconds);
        if (seconds < 1 || seconds > LONGEST_SECONDS) {
            return Optional.empty();
        }
        expiries.values().removeIf(expiry -> !expiry.isAfter(now));
        String token = "AQAEA" + UUID.randomUUID().toString().replace("-", "");
        expiries.put(token, now.plusSeconds(seconds));
        return Optional.of(token);
    }

    boolean valid(@Nullable String token, Instant now) {
        Instant expiry = token == null ? null : expiries.get(token);
        return expiry != null && expiry.isAfter(now);
    }
}
