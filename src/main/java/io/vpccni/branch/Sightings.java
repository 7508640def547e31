package io.vpccni.branch;

import io.vpccni.vpc.EniId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What EC2's lists are worth. EC2 shows what it has made, changed or deleted up to {@link #SETTLED} later, and a list may leave
 * something out. So it is believed about an interface only
 *
 * <ul>
 *   <li>that its groups are those, when it was asked so long after they were last changed;
 *   <li>that it is there, where nobody but a list says so, when a second list says the same so long after;
 *   <li>that it is gone, while a pod has it, when all lists of that time leave it out.
 * </ul>
 */
final class Sightings {

    /** After this time EC2 shows what is. */
    static final Duration SETTLED = Duration.ofMinutes(1);

    /** Interfaces that are known by hearsay, a list or a note of an earlier run, and since when. */
    private final Map<EniId, Instant> doubted = new HashMap<>();

    /** When what is known of an interface's groups became so. */
    private final Map<EniId, Instant> groupsAsOf = new HashMap<>();

    /** Interfaces that the last lists left out, and when the first of these was asked for. */
    private final Map<EniId, Instant> missing = new HashMap<>();

    private final Set<EniId> lost = new HashSet<>();

    /** The interface is known by hearsay only. */
    void doubt(EniId id, Instant now) {
        doubted.put(id, now);
    }

    /** Whether it may be gone although it was listed, or its groups may be others. */
    boolean isDoubted(EniId id) {
        return doubted.containsKey(id);
    }

    /** Its groups have been set, or may have been. */
    void groupsChanged(EniId id, Instant now) {
        groupsAsOf.put(id, now);
    }

    /** Whether a list that was asked for then has the interface's groups as they are. */
    boolean tellsGroups(EniId id, Instant asked) {
        Instant since = groupsAsOf.get(id);
        return since == null || isSettled(since, asked);
    }

    void seen(EniId id, Instant asked) {
        missing.remove(id);
        lost.remove(id);
        doubted.computeIfPresent(id, (_, since) -> isSettled(since, asked) ? null : since);
    }

    void missed(EniId id, Instant asked) {
        if (isSettled(missing.computeIfAbsent(id, _ -> asked), asked)) {
            lost.add(id);
        }
    }

    /** It is gone, as something else than a list says. */
    void lose(EniId id, Instant now) {
        missing.putIfAbsent(id, now);
        lost.add(id);
    }

    /** Whether EC2 has not had it for long enough. */
    boolean isLost(EniId id) {
        return lost.contains(id);
    }

    /** Of others nothing needs to be known any more. */
    void retain(Set<EniId> known) {
        Stream.of(doubted, groupsAsOf, missing).forEach(map -> map.keySet().retainAll(known));
        lost.retainAll(known);
    }

    /** Times at which another look decides something. */
    Stream<Instant> decisive() {
        return Stream.concat(
                        doubted.entrySet().stream()
                                .filter(entry -> !missing.containsKey(entry.getKey()))
                                .map(Map.Entry::getValue),
                        missing.entrySet().stream()
                                .filter(entry -> !lost.contains(entry.getKey()))
                                .map(Map.Entry::getValue))
                .map(since -> since.plus(SETTLED));
    }

    /** Whether what was so at {@code since} is in a list that was asked for at {@code asked}. */
    static boolean isSettled(Instant since, Instant asked) {
        return !asked.isBefore(since.plus(SETTLED));
    }
}
