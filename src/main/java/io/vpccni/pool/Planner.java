package io.vpccni.pool;

import io.vpccni.vpc.Ipv4Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What to ask of EC2 and of the kernel, from the whole state of the pool.
 *
 * <p>Growth is computed from the distance to the target, not from what happened last: what is under way counts as if it were
 * here, so planning twice asks once. While a call for an interface is under way, new demand that fits on it waits for the
 * answer and goes into the next call: a group commit without a timer.
 *
 * <pre>
 * m5.large, 9 slots an interface         free  wait  coming   asks for
 * WARM_ENI_TARGET=1, fresh node            9     0      0     nothing
 * WARM_ENI_TARGET=1, 1 pod                 8     0      0     an interface with 9
 * WARM_ENI_TARGET=1, 27 ADDs at once       0    18      0     two interfaces with 9, no third: the type has 3
 * WARM_IP_TARGET=2, MINIMUM_IP_TARGET=5    0     0      0     5 addresses
 * WARM_IP_TARGET=2, 3 ADDs, none free      0     3      0     5 addresses
 * WARM_IP_TARGET=2, 3 ADDs, 5 coming       0     3      5     nothing
 * WARM_IP_TARGET=2, 3 pods scheduled       2     0      0     3 addresses
 * </pre>
 */
public final class Planner {

    private Planner() {}

    /** The plan for {@code pool} at {@code now}; {@link Plan#HOLD} when all is as it should be. */
    public static Plan plan(Pool pool, Instant now) {
        List<Action> actions = new ArrayList<>();
        for (PoolEni eni : pool.enis()) {
            if (eni.isLeaving()) {
                finishLeaving(eni, actions, now);
            } else if (eni.mayTry(now) && eni.isInDoubt()) {
                actions.add(new Action.ObserveEni(eni.id()));
            } else if (eni.mayTry(now) && !eni.isWired()) {
                actions.add(new Action.WireEni(eni.eni()));
            }
        }
        if (pool.mustObserveNode(now)) {
            actions.add(new Action.ObserveNode());
        }
        retryGivingBack(pool, actions, now);
        if (!pool.isFrozen()) {
            growOrShrink(pool, actions, now);
        }
        return actions.isEmpty() ? Plan.HOLD : new Plan(actions);
    }

    private static void growOrShrink(Pool pool, List<Action> actions, Instant now) {
        Stock stock = Stock.of(pool, now);
        int shortfall = stock.shortfall(pool.targets());
        if (shortfall > 0) {
            grow(pool, shortfall, actions, now);
        } else {
            shrink(pool, stock, actions, now);
        }
    }

    private static void finishLeaving(PoolEni eni, List<Action> actions, Instant now) {
        if (eni.mayTry(now)) {
            actions.add(new Action.DeleteEni(eni.eni()));
        }
    }

    /** Fills the interfaces that have room, all at the same time, then creates more. */
    private static void grow(Pool pool, int shortfall, List<Action> actions, Instant now) {
        Targets targets = pool.targets();
        boolean wholeEnis = !targets.countAddresses();
        int remaining = shortfall;
        for (PoolEni eni : pool.enis()) {
            int room = targets.slotsPerEni() - eni.size() - eni.filling();
            if (remaining <= 0 || room <= 0 || eni.isLeaving()) {
                continue;
            }
            if (!eni.isIdle() || isAskedFor(eni, actions)) {
                remaining -= room; // joins the next call on this interface
            } else if (eni.mayTry(now) && !pool.isSubnetPaused(now)) {
                int count = wholeEnis ? room : Math.min(room, remaining);
                actions.add(new Action.FillEni(eni.id(), count));
                remaining -= count;
            }
        }
        for (Action.CreateEni create : pool.creating()) {
            remaining -= targets.slotsPerEni() - create.count();
        }
        create(pool, remaining, wholeEnis, actions, now);
    }

    private static void create(Pool pool, int shortfall, boolean wholeEnis, List<Action> actions, Instant now) {
        int slots = pool.targets().slotsPerEni();
        int enis = pool.enis().size() + pool.creating().size();
        Set<Integer> used = pool.usedDeviceIndexes();
        long number = pool.nextCreation();
        int remaining = shortfall;
        while (remaining > 0 && slots > 0 && enis < pool.targets().maxEnis() && pool.mayCreate(now)) {
            int count = wholeEnis ? slots : Math.min(slots, remaining);
            int deviceIndex = lowestFree(used);
            actions.add(new Action.CreateEni(number++, deviceIndex, count));
            used.add(deviceIndex);
            remaining -= count;
            enis++;
        }
    }

    private static int lowestFree(Set<Integer> used) {
        int index = 0;
        while (used.contains(index)) {
            index++;
        }
        return index;
    }

    /** Lets go of one interface that nobody would miss, or of single free addresses, the last interface's first. */
    private static void shrink(Pool pool, Stock stock, List<Action> actions, Instant now) {
        if (!pool.mayGiveBack(now) || stock.isGrowing()) {
            return;
        }
        for (PoolEni eni : pool.enis().reversed()) {
            if (!isAskedFor(eni, actions) && mayDelete(pool, stock, eni, now)) {
                actions.add(new Action.DeleteEni(eni.eni()));
                return;
            }
        }
        int surplus = stock.surplus(pool.targets());
        for (PoolEni eni : pool.enis().reversed()) {
            if (surplus > 0
                    && eni.isWired()
                    && eni.mayTry(now)
                    && !eni.isInDoubt()
                    && !eni.free().isEmpty()) {
                Set<Ipv4Address> back = new LinkedHashSet<>();
                eni.free().stream().limit(surplus).forEach(back::add);
                actions.add(new Action.GiveBack(eni.id(), back));
                surplus -= back.size();
            }
        }
    }

    /** An unanswered call may have happened: its addresses stay out of reach until EC2 confirms. */
    private static void retryGivingBack(Pool pool, List<Action> actions, Instant now) {
        for (PoolEni eni : pool.enis()) {
            boolean leftBehind = eni.isWired() && !eni.isLeaving() && eni.count(AddressState.Leaving.class) > 0;
            if (leftBehind && eni.mayTry(now) && !isAskedFor(eni, actions)) {
                Set<Ipv4Address> back = new LinkedHashSet<>();
                eni.addresses().forEach((address, state) -> {
                    if (state instanceof AddressState.Leaving) {
                        back.add(address);
                    }
                });
                actions.add(new Action.GiveBack(eni.id(), back));
            }
        }
    }

    private static boolean mayDelete(Pool pool, Stock stock, PoolEni eni, Instant now) {
        return !eni.eni().isPrimary()
                && !eni.isLeaving()
                && eni.mayTry(now)
                && eni.isUnused()
                && eni.isOlderThan(Targets.ENI_MINIMUM_AGE, now)
                && stock.without(eni).shortfall(pool.targets()) <= 0;
    }

    private static boolean isAskedFor(PoolEni eni, List<Action> actions) {
        return actions.stream().anyMatch(action -> switch (action) {
            case Action.FillEni fill -> fill.eni().equals(eni.id());
            case Action.ObserveEni observe -> observe.eni().equals(eni.id());
            case Action.WireEni wire -> wire.eni().id().equals(eni.id());
            case Action.GiveBack back -> back.eni().equals(eni.id());
            case Action.DeleteEni delete -> delete.eni().id().equals(eni.id());
            case Action.CreateEni _, Action.ObserveNode _ -> false;
        });
    }
}
