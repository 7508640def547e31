package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vpccni.vpc.CloudFailure;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets calls through as fast as EC2 takes them, the urgent ones first. One bucket an action, since EC2 throttles by action;
 * a fresh bucket holds what AWS publishes for small accounts, divided so that one node cannot use up all of it.
 */
final class ApiBudget {

    /** Who goes first when calls have to queue. */
    enum Urgency {
        WAITER,
        RELEASE,
        LOOK,
        CHORE
    }

    private static final double CALLS_PER_SECOND = 5;
    private static final double BURST = 20;

    private final double callsPerSecond;
    private final double burst;

    private record Queued(Urgency urgency, long number, UniEmitter<? super String> turn) {}

    private final class Lane {
        final TokenBudget budget = new TokenBudget(callsPerSecond, burst, clock.instant());
        final PriorityQueue<Queued> queue =
                new PriorityQueue<>(Comparator.comparing(Queued::urgency).thenComparing(Queued::number));
        boolean timerSet;
    }

    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final Map<String, Lane> lanes = new HashMap<>();
    private long numbers;

    /** The budget of one node. */
    ApiBudget(InstantSource clock, ScheduledExecutorService timer) {
        this(CALLS_PER_SECOND, BURST, clock, timer);
    }

    /**
     * @param callsPerSecond of each action while EC2 does not object
     * @param burst calls of each action at once after a rest
     */
    ApiBudget(double callsPerSecond, double burst, InstantSource clock, ScheduledExecutorService timer) {
        this.callsPerSecond = callsPerSecond;
        this.burst = burst;
        this.clock = clock;
        this.timer = timer;
    }

    /** Makes the call once its turn has come. */
    <T> Uni<T> call(String action, Urgency urgency, Supplier<Uni<T>> call) {
        return Uni.createFrom()
                .<String>emitter(turn -> enqueue(action, urgency, turn))
                .chain(call::get)
                .invoke(() -> answered(action))
                .onFailure(CloudException.class)
                .invoke(failure -> failed(action, ((CloudException) failure).failure()));
    }

    /** Calls of each action that could be made at once. */
    synchronized Map<String, Double> tokens() {
        Map<String, Double> left = new TreeMap<>();
        lanes.forEach((action, lane) -> left.put(action, lane.budget.left(clock.instant())));
        return left;
    }

    private synchronized void enqueue(String action, Urgency urgency, UniEmitter<? super String> turn) {
        Lane lane = lanes.computeIfAbsent(action, _ -> new Lane());
        lane.queue.add(new Queued(urgency, numbers++, turn));
        release(action, lane);
    }

    private synchronized void answered(String action) {
        lanes.computeIfAbsent(action, _ -> new Lane()).budget.answered();
    }

    private synchronized void failed(String action, CloudFailure failure) {
        if (failure.kind() == CloudFailure.Kind.THROTTLED) {
            lanes.computeIfAbsent(action, _ -> new Lane()).budget.throttled(clock.instant());
        }
    }

    private synchronized void release(String action, Lane lane) {
        while (!lane.queue.isEmpty()) {
            Duration wait = lane.budget.take(clock.instant());
            if (wait.isPositive()) {
                if (!lane.timerSet) {
                    lane.timerSet = true;
                    timer.schedule(() -> wake(action, lane), wait.toNanos(), TimeUnit.NANOSECONDS);
                }
                return;
            }
            lane.queue.remove().turn().complete(action);
        }
    }

    private synchronized void wake(String action, Lane lane) {
        lane.timerSet = false;
        release(action, lane);
    }
}
