package io.vpccni.daemon;

import io.smallrye.mutiny.subscription.UniEmitter;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PoolEvent;
import java.util.Optional;

/** What enters the loop. */
sealed interface NodeEvent {

    /** A caller wants an address for its pod. */
    record Add(Callers.Caller caller) implements NodeEvent {}

    /** A caller of an ADD hung up. */
    record HungUp(Callers.Caller caller) implements NodeEvent {}

    /** A pod is gone. */
    record Del(DelRequest request, Asked asked, UniEmitter<? super Optional<Assignment>> answer) implements NodeEvent {}

    /** An ADD that got an address is connected and on disk, or could not be. */
    record Served(Assignment assignment, Optional<Refusal> failure) implements NodeEvent {}

    /** EC2 or the kernel finished a step. */
    record Outcome(PoolEvent event) implements NodeEvent {}

    /** The kernel shows the links of pods. */
    record LinksSeen(LiveLinks live) implements NodeEvent {}

    /** The API server told something that the pool has to know. */
    record Learned(PoolEvent event) implements NodeEvent {}

    /** Look at everything again. */
    record Wake() implements NodeEvent {}
}
