package io.vpccni.pool;

import java.time.Instant;

/**
 * What may be done with an address.
 *
 * <pre>
 *            assign            release            cool-down over
 *   Free ------------> Assigned ------> Cooling ------------------> Free
 *    |                                     ^
 *    | give back                           | its pod is gone
 *    v                                     |
 *   Leaving ---> (no longer ours)        Held  <--- found in use, owner unknown
 * </pre>
 */
public sealed interface AddressState {

    /** Can be assigned at once. */
    record Free() implements AddressState {}

    /** Belongs to a pod. */
    record Assigned(Sandbox sandbox, PodName pod, Instant since) implements AddressState {}

    /** Rests until {@code until}, so that late packets of its last pod reach nobody else. Serves no waiter meanwhile. */
    record Cooling(Instant until) implements AddressState {}

    /**
     * Neither assigned nor given back while something is unclear.
     *
     * @param link the live host link that uses it
     */
    record Held(String link) implements AddressState {}

    /** EC2 has been asked to take it back. */
    record Leaving() implements AddressState {}
}
