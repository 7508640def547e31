package io.vpccni.controller;

import io.vpccni.branch.BranchEni;
import io.vpccni.branch.BranchPod;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.branch.Trunk;
import io.vpccni.branch.TrunkEvent;
import io.vpccni.branch.TrunkFacts;
import io.vpccni.branch.TrunkFigures;
import io.vpccni.branch.Wish;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The one thread that owns all trunks: sleeps until events arrive or a trunk has to look at the clock, and gives
 * {@link BranchTurns} everything that has arrived at once.
 */
final class BranchLoop implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(BranchLoop.class);

    /** Longest sleep: an upper bound for noticing what no event tells. */
    private static final Duration LONGEST_SLEEP = Duration.ofSeconds(5);

    private final LinkedBlockingQueue<LoopEvent> events = new LinkedBlockingQueue<>();
    private final BranchTurns turns;
    private final InstantSource clock;
    private final Thread thread;
    private volatile Map<String, TrunkView> views = Map.of();
    private volatile boolean stopping;

    /** A trunk as of the last turn. */
    record TrunkView(
            TrunkFacts facts,
            TrunkFigures figures,
            Map<BranchPod, BranchEni> owners,
            List<Wish> waiting,
            List<BranchPod> lost) {
        static TrunkView of(Trunk trunk) {
            return new TrunkView(
                    trunk.facts(), trunk.figures(), trunk.owners(), trunk.waiting(), trunk.withLostInterface());
        }
    }

    /** Starts the thread. */
    BranchLoop(BranchEdges edges, InstantSource clock) {
        this.turns = new BranchTurns(edges, events::add);
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("branch-loop").start(this::run);
    }

    /** A trunk serves from now on. */
    void found(Trunk trunk) {
        events.add(new LoopEvent.TrunkFound(trunk));
    }

    /** The instance is gone. */
    void gone(String instanceId) {
        events.add(new LoopEvent.InstanceGone(instanceId));
    }

    /** A pod on the instance is to have these groups. */
    void place(String instanceId, BranchPod pod, SecurityGroups groups) {
        events.add(new LoopEvent.Happened(instanceId, new TrunkEvent.PodPlaced(pod, groups)));
    }

    /** A pod of the instance has ended. */
    void release(String instanceId, BranchPod pod) {
        events.add(new LoopEvent.Happened(instanceId, new TrunkEvent.PodGone(pod)));
    }

    /** Something that all trunks have to know. */
    void tellAll(TrunkEvent event) {
        events.add(new LoopEvent.Everywhere(event));
    }

    /** The trunks as of the last turn, by the ids of their instances. */
    Map<String, TrunkView> views() {
        return views;
    }

    /** The instances that have a trunk. */
    Set<String> instances() {
        return views.keySet();
    }

    private void run() {
        while (!stopping) {
            try {
                turns.turn(take(), clock.instant());
                views = turns.trunks().entrySet().stream()
                        .collect(Collectors.toUnmodifiableMap(
                                Map.Entry::getKey, entry -> TrunkView.of(entry.getValue())));
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException e) {
                LOG.error("a turn of the controller's loop failed; going on with the next", e);
            }
        }
    }

    private List<LoopEvent> take() throws InterruptedException {
        List<LoopEvent> batch = new ArrayList<>();
        LoopEvent first = events.poll(sleep().toNanos(), TimeUnit.NANOSECONDS);
        batch.add(first == null ? new LoopEvent.Wake() : first);
        events.drainTo(batch);
        return batch;
    }

    private Duration sleep() {
        Instant now = clock.instant();
        return turns.nextWake()
                .map(wake -> Duration.between(now, wake))
                .filter(wait -> wait.compareTo(LONGEST_SLEEP) < 0)
                .orElse(LONGEST_SLEEP);
    }

    /** Stops. What EC2 has been asked for goes on, and is found by whoever comes next. */
    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
