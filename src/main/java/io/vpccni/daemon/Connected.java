package io.vpccni.daemon;

import io.vpccni.pool.Assignment;

/** What an ADD gave a pod. */
public sealed interface Connected {

    /** Addresses of the node's pool. */
    record ByPool(Assignment assignment) implements Connected {}

    /** An interface of its own. */
    record ByBranch(BranchPlace place) implements Connected {}
}
