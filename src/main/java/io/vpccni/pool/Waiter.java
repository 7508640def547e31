package io.vpccni.pool;

import java.time.Instant;
import java.util.Optional;

/**
 * An ADD that is parked until an address is free, its deadline passes or somebody ends it.
 *
 * @param nics whether one address is wanted or one on each network card
 * @param link the host link that the pod will have, or that an earlier sandbox of it has
 */
record Waiter(Sandbox sandbox, PodName pod, Nics nics, Optional<String> link, Instant deadline) {

    Waiter until(Instant later) {
        return later.isAfter(deadline) ? new Waiter(sandbox, pod, nics, link, later) : this;
    }
}
