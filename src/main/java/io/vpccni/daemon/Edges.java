package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.checkpoint.Checkpoint;
import io.vpccni.daemon.AddRequest.Connection;
import io.vpccni.pool.Action;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodName;
import io.vpccni.pool.PoolEvent;
import io.vpccni.vpc.IpAddress;
import java.util.List;
import java.util.Optional;

/** Where decisions leave the loop. A call returns at once; its end comes from any thread. */
interface Edges {

    /** Brings the state to disk; a later state may be written in its place. */
    Uni<Void> write(Checkpoint state);

    /** Why the state cannot be brought to disk now; empty as far as anybody knows. */
    default Optional<String> stateFileTrouble() {
        return Optional.empty();
    }

    /** Connects a pod to its address. After a failure nothing is left of it. */
    Uni<Void> connect(Assignment assignment, Connection connection);

    /** Takes down what is named; what is gone already is no error. */
    Uni<Void> disconnect(List<IpAddress> addresses, List<String> hostLinks);

    /** The pod is disconnected and no other sandbox has its name: its network policies can go. Never fails. */
    default Uni<Void> forget(PodName pod) {
        return Uni.createFrom().voidItem();
    }

    /** The host ends that the pod of an assignment has. */
    List<String> hostLinks(Assignment assignment);

    /** Carries out one step. Never fails: a failure is an outcome too. */
    Uni<PoolEvent> carryOut(Action action);
}
