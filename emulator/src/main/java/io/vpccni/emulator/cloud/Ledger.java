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
import java.util.stream.Stream;
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
    private AccountLimits limits;

    Ledger(World world, IdSource ids, AccountLimits limits) {
        this.ids = ids;
        this.world = world;
        this.limits = limits;
        world.subnets().values().forEach(subnet -> spaces.put(subnet.id(), Space.of(subnet)));
    }

    World world() {
        return world;
    }

    void replace(World next) {
        world = next;
    }

    AccountLimits limits() {
        return limits;
    }

    void setLimits(AccountLimits next) {
        limits = next;
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
        World before = world;
        world = world.with(next);
        changes.addAll(Wire.between(before, world, next.id()));
    }

    void remove(NetworkInterface eni) {
        World before = world;
        Space space = draft(eni.subnetId());
        space.giveAll(eni);
        world = world.withoutInterface(eni.id());
        keep(eni.subnetId(), space);
        changes.addAll(Wire.between(before, world, eni.id()));
    }

    /** Makes the world another one with the same nodes. Links that go make room before others come. */
    void become(World next) {
        World before = world;
        world = next;
        List<WireChange> all = Stream.concat(before.interfaces().keySet().stream(), next.interfaces().keySet().stream())
                .distinct()
                .flatMap(id -> Wire.between(before, next, id).stream())
                .toList();
        all.stream().filter(Ledger::isEnd).forEach(this::tell);
        next.groups().values().stream()
                .filter(group -> !group.equals(before.groups().get(group.id())))
                .forEach(group -> tell(new WireChange.GroupChanged(group)));
        all.stream().filter(change -> !isEnd(change)).forEach(this::tell);
    }

    private static boolean isEnd(WireChange change) {
        return change instanceof WireChange.EniDetached || change instanceof WireChange.BranchGone;
    }

    void put(SecurityGroup group) {
        world = world.with(group);
        tell(new WireChange.GroupChanged(group));
    }

    void remove(SecurityGroup group) {
        world = world.withoutGroup(group.id());
        tell(new WireChange.GroupGone(group.id()));
    }

    void tell(WireChange change) {
        changes.add(change);
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
