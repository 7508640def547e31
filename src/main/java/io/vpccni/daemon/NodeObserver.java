package io.vpccni.daemon;

import io.vpccni.dataplane.Repair;
import io.vpccni.explain.ApiCall;
import io.vpccni.explain.Timeline;
import io.vpccni.pool.Action;
import io.vpccni.pool.PoolEvent;
import java.time.Duration;
import java.util.List;

/** Is told what happens on a node, for metrics. Called on the loop's thread and on those of the edges: must return at once. */
public interface NodeObserver {

    /** Nobody looks. */
    NodeObserver NONE = new NodeObserver() {};

    /** An ADD arrived; nothing of it has been checked. */
    default void addAsked() {}

    /**
     * A DEL arrived; nothing of it has been checked.
     *
     * @param why the caller's word for it
     */
    default void delAsked(String why) {}

    /** An ADD found no free address. */
    default void addParked() {}

    /** An ADD was answered, or its caller hung up. */
    default void addEnded(Timeline add) {}

    default void callEnded(ApiCall call) {}

    default void stepBegan(Action action) {}

    default void stepEnded(Action action, PoolEvent outcome) {}

    /** Who said something else than the pool. */
    enum Side {
        KERNEL,
        IMDS,
        EC2
    }

    /** The pool and somebody else differed; the log says how. */
    default void differed(Side from) {}

    /** What a look at EC2 changed. */
    default void reconciled(int enisAdded, int enisRemoved, int slotsAdded, int slotsRemoved) {}

    /** The host's rules were brought up to date, or could not be. */
    default void hostSetUp(boolean succeeded) {}

    /** Something of the host's network was not as it had to be. */
    default void repaired(List<Repair> repairs) {}

    /**
     * A leaked interface could not be deleted.
     *
     * @param code EC2's error code
     */
    default void leakKept(String code) {}

    /**
     * The node could not write into its CNINode that it wants a trunk interface.
     *
     * @param eniConfig whether the name of its ENIConfig is missing there too
     */
    default void trunkNotAsked(boolean eniConfig) {}

    /**
     * The node serves, {@code took} after its start was begun.
     *
     * @param withApiServer whether the API server had answered by then
     */
    default void started(Duration took, boolean withApiServer) {}
}
