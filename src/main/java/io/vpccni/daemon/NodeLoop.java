package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.daemon.Callers.Caller;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.loop.Inbox;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Pool;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.Reason;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The one thread that owns the pool: sleeps until events arrive or the pool has to look at the clock, and gives
 * {@link NodeTurns} everything that has arrived at once.
 */
final class NodeLoop implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(NodeLoop.class);

    private final NodeTurns turns;
    private final InstantSource clock;
    private final Inbox<NodeEvent> events = new Inbox<>(new NodeEvent.Wake());
    private final Thread thread;
    private volatile PoolView view;
    private volatile Consumer<PoolView> afterTurn = _ -> {};
    private volatile boolean stopping;

    /** Starts the thread. */
    NodeLoop(Pool pool, Edges edges, AddJournal journal, InstantSource clock) {
        this.turns = new NodeTurns(pool, edges, events::add, journal);
        this.clock = clock;
        this.view = pool.view();
        this.thread = Thread.ofPlatform().name("node-loop").start(this::run);
        events.add(new NodeEvent.Wake());
    }

    /** Has {@code listener} told of the pool after each turn; it must return at once. */
    void tellViews(Consumer<PoolView> listener) {
        afterTurn = listener;
    }

    /** Gets the pod an address and connects it. Fails with a {@link Refusal}. Cancelling it gives the address back. */
    public Uni<Assignment> add(AddRequest request, Asked asked) {
        return Uni.createFrom().emitter(emitter -> {
            Caller caller = new Caller(request, asked, emitter);
            emitter.onTermination(() -> events.add(new NodeEvent.HungUp(caller)));
            events.add(new NodeEvent.Add(caller));
            refuseIfStopped();
        });
    }

    /** Disconnects the pod and lets its address rest. Empty when the pod had none. */
    public Uni<Optional<Assignment>> del(DelRequest request, Asked asked) {
        return Uni.createFrom().emitter(emitter -> {
            events.add(new NodeEvent.Del(request, asked, emitter));
            refuseIfStopped();
        });
    }

    /** The kernel shows the links of pods. */
    void linksSeen(LiveLinks live) {
        events.add(new NodeEvent.LinksSeen(live));
    }

    /** The API server or IMDS told something. */
    void learned(PoolEvent event) {
        events.add(new NodeEvent.Learned(event));
    }

    /** There is something to look at by time. */
    void wake() {
        events.add(new NodeEvent.Wake());
    }

    /** The pool as of the last turn. */
    public PoolView view() {
        return view;
    }

    private void run() {
        while (!stopping) {
            try {
                turns.turn(take(), clock.instant());
                PoolView now = turns.pool().view();
                view = now;
                afterTurn.accept(now);
            } catch (InterruptedException e) {
                break;
            } catch (RuntimeException e) {
                LOG.error("a turn of the node's loop failed; going on with the next", e);
            }
        }
        refuseRest();
    }

    private List<NodeEvent> take() throws InterruptedException {
        Instant now = clock.instant();
        return events.take(now, turns.nextWake(now));
    }

    private void refuseIfStopped() {
        if (stopping && !thread.isAlive()) {
            refuseRest();
        }
    }

    private synchronized void refuseRest() {
        Refusal refusal = new Refusal(Reason.STOPPING, "ask again when it is back");
        for (NodeEvent event : events.rest()) {
            switch (event) {
                case NodeEvent.Add add -> add.caller().answer().fail(refusal);
                case NodeEvent.Del del -> del.answer().fail(refusal);
                case NodeEvent.HungUp _,
                        NodeEvent.Served _,
                        NodeEvent.Outcome _,
                        NodeEvent.LinksSeen _,
                        NodeEvent.Learned _,
                        NodeEvent.Wake _ -> {}
            }
        }
        turns.refuseAll(refusal);
    }

    /** Stops taking events and refuses whoever still waits. Pods stay connected. */
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
