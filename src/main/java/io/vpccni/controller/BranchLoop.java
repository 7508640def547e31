package io.vpccni.controller;

import io.vpccni.branch.BranchPod;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.branch.Trunk;
import io.vpccni.branch.TrunkEvent;
import io.vpccni.loop.Inbox;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * The one thread that owns all trunks: sleeps until events arrive or a trunk has to look at the clock, and gives
 * {@link BranchTurns} everything that has arrived at once.
 */
final class BranchLoop implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(BranchLoop.class);

    private final Inbox<LoopEvent> events = new Inbox<>(new LoopEvent.Wake());
    private final BranchTurns turns;
    private final InstantSource clock;

    /** Instances whose trunk the next turn takes in. */
    private final Set<String> arriving = ConcurrentHashMap.newKeySet();

    private final Thread thread;
    private volatile boolean stopping;
    private volatile Instant lastTurn;

    /** Starts the thread. */
    BranchLoop(BranchEdges edges, InstantSource clock) {
        this.turns = new BranchTurns(edges, events::add);
        this.clock = clock;
        this.lastTurn = clock.instant();
        this.thread = Thread.ofPlatform().name("branch-loop").start(this::run);
    }

    /** A trunk serves from now on. */
    void found(Trunk trunk) {
        arriving.add(trunk.facts().instanceId());
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
        return turns.views();
    }

    /** When the last turn ended. It takes one every few seconds, also when nothing happens. */
    Instant lastTurn() {
        return lastTurn;
    }

    /** Whether the instance has a trunk, also before the turn that takes it in. */
    boolean serves(String instanceId) {
        return arriving.contains(instanceId) || turns.views().containsKey(instanceId);
    }

    private void run() {
        while (!stopping) {
            try {
                List<LoopEvent> arrived = events.take(clock.instant(), turns.nextWake());
                try {
                    turns.turn(arrived, clock.instant());
                } finally {
                    arrived.forEach(this::hasArrived);
                }
                lastTurn = clock.instant();
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException e) {
                LOG.error("a turn of the controller's loop failed; going on with the next", e);
            }
        }
    }

    private void hasArrived(LoopEvent event) {
        if (event instanceof LoopEvent.TrunkFound(Trunk trunk)) {
            arriving.remove(trunk.facts().instanceId());
        }
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
