package io.vpccni.branch;

import io.vpccni.vpc.EniId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** One thing to do for a trunk. Its end comes back as a {@link TrunkEvent}. */
public sealed interface TrunkAction {

    /**
     * {@code CreateNetworkInterface}.
     *
     * @param token makes the call idempotent: the same token never makes two interfaces
     * @param owner who waits for it; empty for one that is made ahead of demand
     */
    record Create(String token, int vlan, SecurityGroups groups, Optional<BranchPod> owner) implements TrunkAction {}

    /**
     * {@code AssociateTrunkInterface}.
     *
     * @param token makes the call idempotent, in this run of the controller only: an answer to an earlier run may be about an
     *     interface that has been deleted since
     */
    record Associate(EniId eni, int vlan, String token) implements TrunkAction {}

    /** {@code ModifyNetworkInterfaceAttribute} with groups. */
    record SetGroups(EniId eni, SecurityGroups groups, BranchPod owner) implements TrunkAction {}

    /** Writes the pod's annotation. */
    record Annotate(BranchPod pod, BranchEni eni) implements TrunkAction {}

    /**
     * {@code DeleteNetworkInterface}.
     *
     * @param association the trunk's with it, if it is known
     * @param byParts {@code DisassociateTrunkInterface} first
     */
    record Delete(EniId eni, Optional<String> association, boolean byParts) implements TrunkAction {}

    /** The trunk is gone: finds the instance another one, or makes it. */
    record ReplaceTrunk() implements TrunkAction {}

    /**
     * Asks EC2 whether the trunk is there and which interfaces it has.
     *
     * @param known those that it has as far as is known: of younger ones the answer will say nothing
     * @param asked when
     */
    record Observe(Set<EniId> known, Instant asked) implements TrunkAction {}
}
