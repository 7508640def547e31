package io.vpccni.emulator.cloud;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The state behind {@link Cloud}: the world, free space, transitions to come, and what the wire has to be told. */
final class Ledger {
    /** The end of attaching or detaching. {@code order} keeps equal times in the order of the calls. */
    record Transition(Instant at, long order, String eniId, String attachmentId) {}

    private final IdSource ids;
    private final Map<String, Space> spaces = new HashMap<>();
    private final PriorityQueue<Transition> transitions =
            new PriorityQueue<>(Comparator.comparing(Transition::at).thenComparing(Transition::order));
    private final TreeMap<Instant, World> history = new TreeMap<>();
    private List<WireChange> changes = new ArrayList<>();
    private World world;
    private Duration historyKept = Duration.ZERO;
    private long transitionCount;

    Ledger(WorldPlan plan, IdSource ids) {
        this.ids = ids;
        this.world = plan.build(ids);
        world.subnets().values().forEach(subnet -> spaces.put(subnet.id(), Space.of(subnet)));
    }

    World world() {
        return world;
    }

    void replace(World next) {
        world = next;
    }

    IdSource ids() {
        return ids;
    }

    Space draft(String subnetId) {
        return Objects.requireNonNull(spaces.get(subnetId), subnetId).copy();
    }

    void keep(String subnetId, Space space) {
        spaces.put(subnetId, space);
        Subnet subnet = Objects.requireNonNull(world.subnets().get(subnetId));
        world = world.with(subnet.withAvailable(space.ipv4().available()));
    }

    void put(NetworkInterface next) {
        NetworkInterface before = world.interfaces().get(next.id());
        world = world.with(next);
        tellWire(before, next);
    }

    void remove(NetworkInterface eni) {
        Space space = draft(eni.subnetId());
        space.giveAll(eni);
        world = world.withoutInterface(eni.id());
        keep(eni.subnetId(), space);
        tellWire(eni, null);
    }

    void tell(WireChange change) {
        changes.add(change);
    }

    private void tellWire(@Nullable NetworkInterface before, @Nullable NetworkInterface after) {
        Attachment was = before == null ? null : before.attachment();
        Attachment is = after == null ? null : after.attachment();
        boolean wasOn = before != null && before.hasLink();
        boolean isOn = after != null && after.hasLink();
        if (before != null && was != null && wasOn && !isOn) {
            tell(new WireChange.EniDetached(was.instanceId(), nodeName(was), before.id(), before.mac()));
        } else if (after != null && is != null && isOn) {
            WireEni now = WireEni.of(after, world.subnetOf(after));
            if (before == null || !wasOn) {
                tell(new WireChange.EniAttached(is.instanceId(), nodeName(is), now));
            } else if (!WireEni.of(before, world.subnetOf(before)).equals(now)) {
                tell(new WireChange.EniChanged(is.instanceId(), nodeName(is), now));
            }
        }
    }

    private String nodeName(Attachment attachment) {
        return Objects.requireNonNull(world.instances().get(attachment.instanceId()))
                .name();
    }

    List<WireChange> drainChanges() {
        List<WireChange> drained = changes;
        changes = new ArrayList<>();
        return drained;
    }

    void schedule(Instant at, String eniId, String attachmentId) {
        transitions.add(new Transition(at, transitionCount++, eniId, attachmentId));
    }

    @Nullable
    Instant nextTransition() {
        Transition next = transitions.peek();
        return next == null ? null : next.at();
    }

    /** The next transition that is due, taken off the list. */
    @Nullable
    Transition due(Instant now) {
        Transition next = transitions.peek();
        return next == null || next.at().isAfter(now) ? null : transitions.poll();
    }

    void keepHistory(Duration kept) {
        historyKept = kept;
    }

    /** Notes that the world looks as it does from {@code at} on. */
    void note(Instant at) {
        if (historyKept.isZero()) {
            history.clear();
            return;
        }
        history.put(at, world);
        Instant oldest = history.floorKey(at.minus(historyKept));
        if (oldest != null) {
            history.headMap(oldest, false).clear();
        }
    }

    /** The world as it was; the oldest one known when history does not reach back that far. */
    World worldAt(Instant then) {
        Map.Entry<Instant, World> entry = history.floorEntry(then);
        if (entry == null) {
            entry = history.firstEntry();
        }
        return entry == null ? world : entry.getValue();
    }
}
