package io.vpccni.controller;

import io.vpccni.branch.BranchPod;
import io.vpccni.branch.KnownBranch;
import io.vpccni.branch.Trunk;
import io.vpccni.branch.TrunkAction;
import io.vpccni.branch.TrunkEvent;
import io.vpccni.branch.TrunkFacts;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * All trunks of the cluster: takes in what has happened, asks the trunks that it is about what to do, and has that carried out.
 * The ends come back as events. For one thread.
 */
final class BranchTurns {

    private final BranchEdges edges;
    private final Consumer<LoopEvent> later;
    private final Map<String, Trunk> trunks = new LinkedHashMap<>();
    private final Map<String, TrunkView> views = new ConcurrentHashMap<>();
    private final Map<String, Instant> wakes = new HashMap<>();
    private final Map<String, List<KnownBranch>> written = new HashMap<>();
    private final Map<String, List<BranchPod>> lost = new HashMap<>();
    private final Map<Class<? extends TrunkEvent>, TrunkEvent> everywhere = new LinkedHashMap<>();
    private final Set<String> closing = new HashSet<>();

    /** @param later takes the events that carried-out actions end with, from any thread */
    BranchTurns(BranchEdges edges, Consumer<LoopEvent> later) {
        this.edges = edges;
        this.later = later;
    }

    /** The trunks by the ids of their instances; for the one thread. */
    Map<String, Trunk> trunks() {
        return Collections.unmodifiableMap(trunks);
    }

    /** The same as of the last turn that concerned each, for any thread. */
    Map<String, TrunkView> views() {
        return Collections.unmodifiableMap(views);
    }

    void turn(List<LoopEvent> events, Instant now) {
        Set<String> touched = new LinkedHashSet<>();
        events.forEach(event -> take(event, now, touched));
        wakes.forEach((instance, wake) -> {
            if (!wake.isAfter(now)) {
                touched.add(instance);
                tell(instance, new TrunkEvent.Tick(), now);
            }
        });
        touched.forEach(instance -> carryOn(instance, now));
    }

    private void take(LoopEvent event, Instant now, Set<String> touched) {
        switch (event) {
            case LoopEvent.TrunkFound found -> {
                String instance = found.trunk().facts().instanceId();
                if (trunks.putIfAbsent(instance, found.trunk()) == null) {
                    everywhere.values().forEach(known -> tell(instance, known, now));
                }
                touched.add(instance);
            }
            case LoopEvent.InstanceGone gone -> {
                if (trunks.containsKey(gone.instanceId())) {
                    closing.add(gone.instanceId());
                }
                tell(gone.instanceId(), new TrunkEvent.PodsListed(Set.of()), now);
                tell(gone.instanceId(), new TrunkEvent.PoliciesChanged(Set.of()), now);
                touched.add(gone.instanceId());
            }
            case LoopEvent.Happened happened -> {
                tell(happened.instanceId(), happened.event(), now);
                touched.add(happened.instanceId());
            }
            case LoopEvent.Everywhere all -> {
                everywhere.put(all.event().getClass(), all.event());
                trunks.keySet().stream()
                        .filter(instance -> !closing.contains(instance))
                        .forEach(instance -> tell(instance, all.event(), now));
                touched.addAll(trunks.keySet());
            }
            case LoopEvent.Wake _ -> {}
        }
    }

    private void tell(String instance, TrunkEvent event, Instant now) {
        Trunk trunk = trunks.get(instance);
        if (trunk != null) {
            trunk.apply(event, now);
        }
    }

    private void carryOn(String instance, Instant now) {
        Trunk trunk = trunks.get(instance);
        if (trunk == null) {
            return;
        }
        TrunkFacts facts = trunk.facts();
        for (TrunkAction action : trunk.plan(now)) {
            trunk.begin(action);
            edges.carryOut(facts, action)
                    .subscribe()
                    .with(event -> later.accept(new LoopEvent.Happened(instance, event)));
        }
        tellOfBranches(trunk);
        tellOfLost(trunk);
        if (closing.contains(instance) && trunk.isEmpty()) {
            closing.remove(instance);
            trunks.remove(instance);
            written.remove(instance);
            lost.remove(instance);
            wakes.remove(instance);
            views.remove(instance);
            return;
        }
        views.put(instance, TrunkView.of(trunk));
        trunk.nextWake(now).ifPresentOrElse(wake -> wakes.put(instance, wake), () -> wakes.remove(instance));
    }

    private void tellOfBranches(Trunk trunk) {
        List<KnownBranch> branches = trunk.ledger();
        if (!branches.equals(written.put(trunk.facts().instanceId(), branches))) {
            edges.branchesChanged(trunk.facts(), branches);
        }
    }

    private void tellOfLost(Trunk trunk) {
        List<BranchPod> pods = trunk.withLostInterface();
        List<BranchPod> before =
                Objects.requireNonNullElse(lost.put(trunk.facts().instanceId(), pods), List.of());
        List<BranchPod> more =
                pods.stream().filter(pod -> !before.contains(pod)).toList();
        if (!more.isEmpty()) {
            edges.interfacesLost(trunk.facts(), more);
        }
    }

    /** When the clock alone will change something. */
    Optional<Instant> nextWake() {
        return wakes.values().stream().min(Comparator.naturalOrder());
    }
}
