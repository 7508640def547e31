package io.vpccni.pool;

import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.Slots;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Something that happened outside and that the pool has to know. */
public sealed interface PoolEvent {

    /**
     * A pod wants an address, and its caller waits until {@code deadline}.
     *
     * @param nics whether it wants one address or one on each network card
     * @param link the host link that it will have; where nothing is free, it gets what that link holds
     */
    record AddRequested(Sandbox sandbox, PodName pod, Nics nics, Optional<String> link, Instant deadline)
            implements PoolEvent {

        /** The usual wish: one address. */
        public AddRequested(Sandbox sandbox, PodName pod, Instant deadline) {
            this(sandbox, pod, Nics.ONE, Optional.empty(), deadline);
        }
    }

    /** A pod is gone, or was never wired: its address rests. Also ends a waiting ADD. */
    record DelRequested(Sandbox sandbox) implements PoolEvent {}

    /** The caller of a waiting ADD hung up. */
    record CallerGone(Sandbox sandbox) implements PoolEvent {}

    /** The clock moved on: addresses have cooled, deadlines have passed. */
    record Tick() implements PoolEvent {}

    /** EC2 added addresses or prefixes to an interface. */
    record Filled(EniId eni, Slots added) implements PoolEvent {}

    /** EC2 created and attached an interface. */
    record EniAttached(long number, Eni eni) implements PoolEvent {}

    /** The interface could not be created or attached; nothing of it is left. */
    record CreateFailed(long number, CloudFailure failure) implements PoolEvent {}

    /** The interface has its routes and rules: its addresses may serve. */
    record EniWired(EniId eni) implements PoolEvent {}

    /** What EC2 says an interface carries. */
    record EniObserved(Eni eni) implements PoolEvent {}

    /** Which interfaces IMDS says the node has: never more than a reason to ask EC2. */
    record Hinted(AttachedEnis attached) implements PoolEvent {}

    /** Nobody has asked EC2 for a while. */
    record LookDue() implements PoolEvent {}

    /** Which interfaces EC2 says the node has. */
    record NodeObserved(AttachedEnis attached) implements PoolEvent {}

    /** EC2 did not say which interfaces the node has. */
    record NodeUnobserved(CloudFailure failure) implements PoolEvent {}

    /** EC2 took addresses and prefixes back. */
    record GivenBack(EniId eni, Slots slots) implements PoolEvent {}

    /** EC2 deleted the interface. */
    record EniDeleted(EniId eni) implements PoolEvent {}

    /** The step under way on an interface failed. */
    record EniFailed(EniId eni, CloudFailure failure) implements PoolEvent {}

    /** A live host link uses an address that is free, and nobody knows for which pod. */
    record LinkSeen(IpAddress address, String link) implements PoolEvent {}

    /** The host link that used a held address is gone. */
    record HeldLinkGone(IpAddress address) implements PoolEvent {}

    /** The node is to hold another number of addresses from now on. Nobody loses what they have. */
    record TargetsChanged(Targets targets) implements PoolEvent {}

    /** Why the pool may neither grow nor shrink; empty when it may. */
    record FreezeChanged(Optional<Reason> why) implements PoolEvent {}

    /** All pods that are placed on this node and have no address yet. Replaces what was said before. */
    record PodsScheduled(Set<PodName> pods) implements PoolEvent {
        public PodsScheduled {
            pods = Set.copyOf(pods);
        }
    }
}
