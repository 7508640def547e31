package io.vpccni.checkpoint;

import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.Ipv4Address;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What outlives the daemon.
 *
 * @param cooling addresses at rest and until when. The reference's daemon skips this field, as its decoder skips every
 *     unknown one.
 */
public record Checkpoint(List<Entry> entries, Map<Ipv4Address, Instant> cooling) {

    /** A node that has no pods yet. */
    public static final Checkpoint EMPTY = new Checkpoint(List.of(), Map.of());

    public Checkpoint {
        entries = List.copyOf(entries);
        cooling = Map.copyOf(cooling);
    }

    /** One assigned address. */
    public record Entry(Sandbox sandbox, PodName pod, Ipv4Address address, Instant since) {}

    public static Checkpoint of(Collection<Assignment> assignments, Map<Ipv4Address, Instant> cooling) {
        return new Checkpoint(
                assignments.stream()
                        .map(has -> new Entry(has.sandbox(), has.pod(), has.address(), has.since()))
                        .toList(),
                cooling);
    }
}
