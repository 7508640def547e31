package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.PodsOnHost;
import io.vpccni.dataplane.Repair;
import io.vpccni.kernel.DryNodeNetwork;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** A host that lacks what a test says, and remembers what it was asked for. */
final class ScriptedHost extends DryNodeNetwork {

    /** What the next look repairs. */
    final ConcurrentLinkedQueue<Repair> lacking = new ConcurrentLinkedQueue<>();

    /** What the next set-ups fail with. */
    final ConcurrentLinkedQueue<IOException> refusals = new ConcurrentLinkedQueue<>();

    final List<HostPlan> setUps = new CopyOnWriteArrayList<>();
    final List<List<Eni>> enis = new CopyOnWriteArrayList<>();
    final List<PodsOnHost> pods = new CopyOnWriteArrayList<>();

    private final Map<Part, Runnable> listeners = new ConcurrentHashMap<>();

    /** Somebody else changes something. */
    void disturb(Part part) {
        Objects.requireNonNull(listeners.get(part), "nobody listens").run();
    }

    @Override
    public Uni<Void> setUpHost(HostPlan plan) {
        setUps.add(plan);
        IOException refusal = refusals.poll();
        return refusal == null ? Uni.createFrom().voidItem() : Uni.createFrom().failure(refusal);
    }

    @Override
    public Uni<List<Repair>> repairHost(HostPlan plan, Supplier<List<Eni>> wanted) {
        enis.add(wanted.get());
        List<Repair> repairs = new ArrayList<>();
        for (Repair next = lacking.poll(); next != null; next = lacking.poll()) {
            repairs.add(next);
        }
        return Uni.createFrom().item(repairs);
    }

    @Override
    public Uni<List<Repair>> repairPods(IpFamily family, Supplier<PodsOnHost> wanted) {
        pods.add(wanted.get());
        return Uni.createFrom().item(List.of());
    }

    @Override
    public void whenDisturbed(Part part, Runnable listener) {
        listeners.put(part, listener);
    }
}
