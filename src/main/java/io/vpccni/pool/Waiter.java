package io.vpccni.pool;

import java.time.Instant;

/** An ADD that is parked until an address is free, its deadline passes or somebody ends it. */
record Waiter(Sandbox sandbox, PodName pod, Instant deadline) {

    Waiter until(Instant later) {
        return later.isAfter(deadline) ? new Waiter(sandbox, pod, later) : this;
    }
}
