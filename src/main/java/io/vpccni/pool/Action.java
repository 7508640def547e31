package io.vpccni.pool;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;

/** One step that somebody else carries out. How it ended comes back as a {@link PoolEvent}. */
public sealed interface Action {

    /** Ask EC2 for {@code count} more addresses or prefixes on an interface. Ends in Filled or EniFailed. */
    record FillEni(EniId eni, SlotKind kind, int count) implements Action {
        int addresses() {
            return count * kind.addresses();
        }
    }

    /**
     * Create an interface that already carries {@code count} addresses or prefixes, and attach it. Ends in EniAttached or
     * CreateFailed.
     *
     * @param number names this attempt; a repeated attempt after a lost answer uses the same one
     * @param card on which network card to attach it
     * @param deviceIndex where on the card
     */
    record CreateEni(long number, int card, int deviceIndex, SlotKind kind, int count) implements Action {
        int addresses() {
            return count * kind.addresses();
        }
    }

    /** Give the interface its routes and rules on the host, once its link is there. Ends in EniWired or EniFailed. */
    record WireEni(Eni eni) implements Action {}

    /** Ask EC2 what an interface carries, after a failure that left doubt. Ends in EniObserved or EniFailed. */
    record ObserveEni(EniId eni) implements Action {}

    /**
     * Ask EC2 which interfaces the node has: after a creation that failed, when IMDS differs, or when nobody has asked for long.
     * Ends in NodeObserved or NodeUnobserved.
     */
    record ObserveNode() implements Action {}

    /**
     * Give slots of one kind back to EC2: each kind is a call of its own, and of two calls one may be refused when the other has
     * happened. Ends in GivenBack or EniFailed.
     */
    record GiveBack(EniId eni, Slots slots) implements Action {}

    /** Remove what the kernel still has of an interface that somebody else took away. Ends in EniDeleted or EniFailed. */
    record ForgetEni(Eni eni) implements Action {}

    /** Detach and delete an interface that no pod uses. Ends in EniDeleted or EniFailed. */
    record DeleteEni(Eni eni) implements Action {}
}
