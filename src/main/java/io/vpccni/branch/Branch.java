package io.vpccni.branch;

import io.vpccni.vpc.EniId;
import java.time.Instant;
import java.util.Optional;

/**
 * What one VLAN id of a trunk is used for.
 *
 * <pre>
 *            associated                    pod gone
 *  Making ────────────────▶ Owned ──────────────────────▶ Cooling
 *    │ │                      ▲ ▲                            │ cooled
 *    │ │ associated,          │ │ another pod                ▼
 *    │ │ its pod has gone     │ └───────────────────────── Idle
 *    │ └──────────────────────┼──────────────────────────▶ ▲ │
 *    │ refused                                               │ nobody wants it
 *    └───────────────────────────────────────▶ Leaving ◀─────┘
 *                                                 │ deleted
 *                                                 ▼
 *                                          the id is free
 * </pre>
 */
sealed interface Branch {

    int vlan();

    /** The interface, once EC2 has made it and while anybody may use it. */
    Optional<BranchEni> made();

    /** One that is associated, and may be used. */
    sealed interface OfInterface extends Branch {
        BranchEni eni();

        /** What EC2 has; empty when nobody knows. */
        Optional<SecurityGroups> groups();

        @Override
        default int vlan() {
            return eni().vlan();
        }

        @Override
        default Optional<BranchEni> made() {
            return Optional.of(eni());
        }
    }

    /** A branch that a call is made for. */
    sealed interface InSteps extends Branch {
        Step step();

        InSteps with(Step next);
    }

    /**
     * Being created and associated.
     *
     * @param wish whose it will be; empty for one that is made ahead of demand, or whose pod has gone
     * @param token the same for the same creation, however often it is asked for
     */
    record Making(
            int vlan, Optional<Wish> wish, SecurityGroups groups, String token, Optional<BranchEni> made, Step step)
            implements InSteps {
        static Making of(Wish wish, int vlan, Instant now) {
            return new Making(
                    vlan, Optional.of(wish), wish.groups(), wish.token(vlan), Optional.empty(), Step.from(now));
        }

        static Making ahead(SecurityGroups groups, String token, int vlan, Instant now) {
            return new Making(vlan, Optional.empty(), groups, token, Optional.empty(), Step.from(now));
        }

        @Override
        public Making with(Step next) {
            return new Making(vlan, wish, groups, token, made, next);
        }

        Making created(BranchEni eni, Instant now) {
            return new Making(vlan, wish, groups, token, Optional.of(eni), Step.from(now));
        }

        Making withoutWish() {
            return new Making(vlan, Optional.empty(), groups, token, made, step);
        }

        boolean isFor(BranchPod pod) {
            return wish.filter(waiting -> waiting.pod().equals(pod)).isPresent();
        }
    }

    /**
     * A pod's. The pod may use it from the moment the annotation is written.
     *
     * @param groups what EC2 has; empty when nobody knows
     * @param wanted what EC2 is to have
     * @param told whether the pod carries the annotation
     */
    record Owned(
            BranchEni eni,
            Optional<SecurityGroups> groups,
            SecurityGroups wanted,
            BranchPod owner,
            boolean told,
            Step step)
            implements OfInterface, InSteps {
        @Override
        public Owned with(Step next) {
            return new Owned(eni, groups, wanted, owner, told, next);
        }

        /** Security groups first: no pod runs behind those of another one. */
        boolean hasItsGroups() {
            return groups.filter(wanted::equals).isPresent();
        }

        Owned having(SecurityGroups set, Instant now) {
            return new Owned(eni, Optional.of(set), wanted, owner, told, Step.from(now));
        }

        Owned wanting(SecurityGroups others, Instant now) {
            return new Owned(eni, groups, others, owner, told, step.pending() ? step : Step.from(now));
        }

        Owned toldBy(Instant now) {
            return new Owned(eni, groups, wanted, owner, true, Step.from(now));
        }
    }

    /** Nobody's, so that it may be lost without harm. */
    sealed interface Free extends OfInterface {
        Instant since();
    }

    /** Nobody's until its address is forgotten everywhere. */
    record Cooling(BranchEni eni, Optional<SecurityGroups> groups, Instant since) implements Free {}

    /** Nobody's, and ready for the next pod. */
    record Idle(BranchEni eni, Optional<SecurityGroups> groups, Instant since) implements Free {
        boolean has(SecurityGroups set) {
            return groups.filter(set::equals).isPresent();
        }

        Owned of(BranchPod pod, SecurityGroups wanted, Instant now) {
            return new Owned(eni, groups, wanted, pod, false, Step.from(now));
        }
    }

    /**
     * To be deleted.
     *
     * @param vlan 0 where nobody knows it
     * @param byParts whether EC2 wants the association ended first
     */
    record Leaving(EniId id, int vlan, Optional<String> association, boolean byParts, Step step) implements InSteps {
        /** @param notBefore when its address has rested */
        static Leaving of(BranchEni eni, Instant notBefore) {
            return new Leaving(eni.id(), eni.vlan(), eni.association(), false, Step.from(notBefore));
        }

        /** Its addresses and groups do not matter any more. */
        @Override
        public Optional<BranchEni> made() {
            return Optional.empty();
        }

        @Override
        public Leaving with(Step next) {
            return new Leaving(id, vlan, association, byParts, next);
        }

        Leaving inParts() {
            return new Leaving(id, vlan, association, true, step);
        }
    }
}
