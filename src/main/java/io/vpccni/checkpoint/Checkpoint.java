package io.vpccni.checkpoint;

import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What outlives the daemon.
 *
 * @param cooling addresses at rest and until when. The reference's daemon skips this field, as its decoder skips every
 *     unknown one.
 */
public record Checkpoint(List<Entry> entries, Map<IpAddress, Instant> cooling) {

    /** A node that has no pods yet. */
    public static final Checkpoint EMPTY = new Checkpoint(List.of(), Map.of());

    public Checkpoint {
        entries = List.copyOf(entries);
        cooling = Map.copyOf(cooling);
    }

    /** What the file of a network card holds. Cooling addresses of all cards stand in the first. */
    Checkpoint ofCard(int card) {
        return new Checkpoint(
                entries.stream().filter(entry -> entry.card() == card).toList(), card == 0 ? cooling : Map.of());
    }

    /**
     * One assigned address.
     *
     * @param card the network card it is on
     * @param interfaces how many addresses the pod has in all, one on each of so many cards
     */
    public record Entry(Sandbox sandbox, PodName pod, IpAddress address, int card, int interfaces, Instant since) {

        /** The only address of a pod, on the first card. */
        public Entry(Sandbox sandbox, PodName pod, IpAddress address, Instant since) {
            this(sandbox, pod, address, 0, 1, since);
        }
    }

    private static Stream<Entry> entries(Assignment has) {
        return has.addresses().stream()
                .map(own -> new Entry(
                        has.sandbox(),
                        has.pod(),
                        own.address(),
                        own.eni().card(),
                        has.addresses().size(),
                        has.since()));
    }

    public static Checkpoint of(Collection<Assignment> assignments, Map<IpAddress, Instant> cooling) {
        return new Checkpoint(assignments.stream().flatMap(Checkpoint::entries).toList(), cooling);
    }
}
