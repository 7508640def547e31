package io.vpccni.pool;

import java.time.Instant;

/**
 * What may be done with an address.
 *
 * <pre>
 *            assign            release            cool-down over
 *   Free ------------> Assigned ------> Cooling ------------------> Free
 *    | |                                   ^
 *    | | give back                         | its pod is gone
 *    | v                                   |
 *    | Leaving ---> (no longer ours)     Held  <--- found in use, owner unknown
 *    |
 *    +--> Doubted ---> Free, or no longer ours
 *   IMDS lacks it    EC2 has spoken
 * </pre>
 */
public sealed interface AddressState {

    /** Can be assigned at once. */
    record Free() implements AddressState {}

    /** Belongs to a pod. */
    record Assigned(Sandbox sandbox, PodName pod, Instant since) implements AddressState {}

    /** Rests until {@code until}, so that late packets of its last pod reach nobody else. Serves no waiter meanwhile. */
    record Cooling(Instant until) implements AddressState {}

    /** Neither assigned nor given back while something is unclear. */
    sealed interface OnHold extends AddressState permits Held, Doubted {}

    /**
     * Somebody uses it, nobody knows who.
     *
     * @param link the live host link that uses it
     */
    record Held(String link) implements OnHold {}

    /** IMDS does not show it, and EC2 has not been heard yet. */
    record Doubted() implements OnHold {}

    /** EC2 has been asked to take it back. */
    record Leaving() implements AddressState {}
}
