package io.vpccni.emulator.faults;

import io.vpccni.emulator.cloud.WireChange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * When the links of ENIs come to their nodes: as soon as EC2 says {@code attached}, later, or not at all.
 *
 * <p>Only links yet to come are held back. What happens to a held ENI meanwhile is not told: its link comes as the ENI is
 * then, and never when the ENI has been detached before.
 */
public final class Links {
    /** How the links of a node are held back. */
    public sealed interface Fault {
        /** Each comes {@code by} after its time. */
        record Late(Duration by) implements Fault {}

        /** None comes before {@link Links#clear}. */
        record Missing() implements Fault {}
    }

    private record Held(WireChange.EniAttached change, Instant due) {
        Held with(WireChange.EniChanged changed) {
            return new Held(new WireChange.EniAttached(changed.instanceId(), changed.node(), changed.eni()), due);
        }
    }

    private final Map<String, Fault> faults = new HashMap<>();

    /** By ENI, in the order in which their links should have come. */
    private final Map<String, Held> held = new LinkedHashMap<>();

    private List<WireChange> ready = new ArrayList<>();

    /** For the links of that node from now on; those that are held stay so. */
    public void set(String instanceId, Fault fault) {
        faults.put(instanceId, fault);
    }

    /** Links of the node come in time again, and those that were held at once. */
    public void clear(String instanceId) {
        faults.remove(instanceId);
        release(held.values().stream()
                .filter(one -> one.change().instanceId().equals(instanceId))
                .toList());
    }

    public Optional<Fault> fault(String instanceId) {
        return Optional.ofNullable(faults.get(instanceId));
    }

    /** ENIs of the node that are attached and whose links have not come. */
    public List<String> held(String instanceId) {
        return held.entrySet().stream()
                .filter(one -> one.getValue().change().instanceId().equals(instanceId))
                .map(Map.Entry::getKey)
                .toList();
    }

    public boolean isHeld(String eniId) {
        return held.containsKey(eniId);
    }

    /** Takes changes that happened at {@code now}; instants must not go back. */
    public void accept(List<WireChange> changes, Instant now) {
        changes.forEach(change -> accept(change, now));
        release(held.values().stream()
                .filter(one -> !one.due().isAfter(now))
                .sorted(Comparator.comparing(Held::due))
                .toList());
    }

    private void accept(WireChange change, Instant now) {
        switch (change) {
            case WireChange.EniAttached attached
            when faults.containsKey(attached.instanceId()) ->
                held.put(attached.eni().eniId(), new Held(attached, due(attached, now)));
            case WireChange.EniChanged changed
            when isHeld(changed.eni().eniId()) ->
                held.computeIfPresent(changed.eni().eniId(), (id, one) -> one.with(changed));
            case WireChange.EniDetached detached when isHeld(detached.eniId()) -> held.remove(detached.eniId());
            case WireChange.NodeRemoved removed -> {
                faults.remove(removed.instanceId());
                ready.add(removed);
            }
            default -> ready.add(change);
        }
    }

    private Instant due(WireChange.EniAttached attached, Instant now) {
        return switch (faults.get(attached.instanceId())) {
            case Fault.Late late -> now.plus(late.by());
            case Fault.Missing _ -> Instant.MAX;
            case null -> now;
        };
    }

    private void release(List<Held> links) {
        for (Held link : links) {
            held.remove(link.change().eni().eniId());
            ready.add(link.change());
        }
    }

    /** When {@link #accept} should be called next even without changes. */
    public Optional<Instant> next() {
        return held.values().stream()
                .map(Held::due)
                .filter(due -> due.isBefore(Instant.MAX))
                .min(Comparator.naturalOrder());
    }

    /** What the wire has to be told since the last time, in order. */
    public List<WireChange> drain() {
        List<WireChange> drained = ready;
        ready = new ArrayList<>();
        return drained;
    }
}
