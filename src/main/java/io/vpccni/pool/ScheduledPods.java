package io.vpccni.pool;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Pods that the API server has placed on this node and whose ADD is expected.
 *
 * <p>Each counts until it has been served once, is gone from the list, or {@link Targets#SCHEDULED_PATIENCE} is over: news of
 * its end may never come when the API server is away.
 */
final class ScheduledPods {

    /** Until when each counts; a time that is over stays, so that the same list does not make it count again. */
    private final Map<PodName, Instant> until = new HashMap<>();

    /** Takes the list as it is now. Pods that have an address already do not count. */
    void replace(Set<PodName> pods, Set<PodName> served, Instant now) {
        until.keySet().retainAll(pods);
        for (PodName pod : pods) {
            until.putIfAbsent(pod, served.contains(pod) ? Instant.EPOCH : now.plus(Targets.SCHEDULED_PATIENCE));
        }
    }

    /** The pod has got an address. Should it lose it and ask again, it waits like any other. */
    void served(PodName pod) {
        until.replace(pod, Instant.EPOCH);
    }

    /** How many count, without those that are {@code known} otherwise. */
    int count(Set<PodName> known, Instant now) {
        return (int) until.entrySet().stream()
                .filter(pod -> pod.getValue().isAfter(now) && !known.contains(pod.getKey()))
                .count();
    }

    Optional<Instant> nextExpiry(Instant now) {
        return until.values().stream().filter(time -> time.isAfter(now)).min(Comparator.naturalOrder());
    }
}
