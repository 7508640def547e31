package io.vpccni.pool;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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
 * WARM_PREFIX_TARGET=1, 1 pod             15     0      0     a prefix
 * WARM_PREFIX_TARGET=1, no prefix left     0     1      0     17 addresses
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
            } else if (eni.isLost()) {
                forget(eni, actions, now);
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
        if (pool.freeze().isEmpty()) {
            growOrShrink(pool, actions, now);
        }
        return actions.isEmpty() ? Plan.HOLD : new Plan(actions);
    }

    /** Card by card: pods that the first one cannot serve are for the next. */
    private static void growOrShrink(Pool pool, List<Action> actions, Instant now) {
        int onEachCard = Demand.onEachCard(pool);
        Demand forAnyCard = Demand.forAnyCard(pool, now);
        for (int card : pool.targets().cards()) {
            Stock stock = Stock.of(pool, card, forAnyCard.withWaiters(onEachCard));
            int shortfall = stock.shortfall(pool.targets().of(card));
            if (shortfall > 0) {
                grow(pool, card, shortfall, actions, now);
            } else {
                shrink(pool, card, stock, actions, now);
            }
            forAnyCard = forAnyCard.beyond(stock.free() + stock.coming() + roomFor(pool, card) - onEachCard);
        }
    }

    /** Pod addresses that a card could get beyond what it has and has been asked for. */
    private static int roomFor(Pool pool, int card) {
        int slotsPerEni = pool.targets().slotsPerEni();
        int slots = slotsPerEni
                * Math.max(
                        0,
                        pool.targets().maxEnis(card)
                                - pool.taken(card)
                                - pool.creating(card).size());
        for (PoolEni eni : pool.enis(card)) {
            slots += eni.mayBeFilled() ? Math.max(0, eni.room(slotsPerEni)) : 0;
        }
        for (Action.CreateEni create : pool.creating(card)) {
            slots += slotsPerEni - create.count();
        }
        return slots * pool.wanted().addresses();
    }

    private static void finishLeaving(PoolEni eni, List<Action> actions, Instant now) {
        if (eni.mayTry(now)) {
            actions.add(new Action.DeleteEni(eni.eni()));
        }
    }

    private static void forget(PoolEni eni, List<Action> actions, Instant now) {
        if (eni.isEmpty() && eni.mayTry(now)) {
            actions.add(new Action.ForgetEni(eni.eni()));
        }
    }

    /** Fills the interfaces that have room, all at the same time, then creates more. */
    private static void grow(Pool pool, int card, int shortfall, List<Action> actions, Instant now) {
        Targets targets = pool.targets().of(card);
        SlotKind kind = pool.wanted();
        int remaining = kind.slotsFor(shortfall);
        for (PoolEni eni : pool.enis(card)) {
            int room = eni.room(targets.slotsPerEni());
            if (remaining <= 0 || room <= 0 || !eni.mayBeFilled()) {
                continue;
            }
            Supply supply = pool.supplyOf(eni);
            if (!eni.isIdle() || isAskedFor(eni, actions)) {
                remaining -= room; // joins the next call on this interface
            } else if (eni.mayTry(now) && !supply.isPaused(now)) {
                int count = Math.min(targets.countEnis() ? room : Math.min(room, remaining), supply.limit());
                actions.add(new Action.FillEni(eni.id(), kind, count));
                remaining -= count == supply.limit() ? room : count; // what the subnet cannot give at once comes later
            }
        }
        for (Action.CreateEni create : pool.creating(card)) {
            remaining -= targets.slotsPerEni() - create.count();
        }
        if (remaining > 0 && !makesRoom(pool, card, actions, now)) {
            create(pool, card, remaining, kind, actions, now);
        }
    }

    private static void create(Pool pool, int card, int wanted, SlotKind kind, List<Action> actions, Instant now) {
        Targets targets = pool.targets().of(card);
        int slots = Math.min(targets.slotsPerEni(), pool.supplyOfNewEnis().limit());
        int enis = pool.taken(card) + pool.creating(card).size();
        Set<Integer> used = pool.usedDeviceIndexes(card);
        long number = pool.nextCreation()
                + actions.stream().filter(Action.CreateEni.class::isInstance).count();
        int remaining = wanted;
        while (remaining > 0 && slots > 0 && enis < targets.maxEnis(card) && pool.mayCreate(now)) {
            int count = targets.countEnis() ? slots : Math.min(slots, remaining);
            int deviceIndex = lowestFree(used);
            actions.add(new Action.CreateEni(number++, card, deviceIndex, kind, count));
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

    /**
     * Gives one slot of the kind that the pool is leaving behind back, rather than attach another interface. Only one: a prefix
     * may not be to be had, and what was given back may be lost to somebody else. Returns whether a slot is becoming free.
     */
    private static boolean makesRoom(Pool pool, int card, List<Action> actions, Instant now) {
        int slots = pool.targets().slotsPerEni();
        if (!pool.waiters().isEmpty()
                || pool.enis(card).stream().anyMatch(eni -> eni.mayBeFilled() && eni.room(slots) > 0)) {
            return false;
        }
        for (PoolEni eni : pool.enis(card).reversed()) {
            if (eni.pending().orElse(null) instanceof Action.GiveBack) {
                return true;
            }
            Slots leftBehind = leftBehind(pool, eni);
            if (mayGiveBack(eni, now) && !isAskedFor(eni, actions) && !leftBehind.isEmpty()) {
                actions.add(new Action.GiveBack(eni.id(), first(leftBehind)));
                return true;
            }
        }
        return false;
    }

    private static Slots first(Slots slots) {
        return slots.prefixes().isEmpty()
                ? Slots.ofAddresses(Set.of(slots.addresses().iterator().next()))
                : Slots.ofPrefixes(Set.of(slots.prefixes().iterator().next()));
    }

    /** Lets go of one interface that nobody would miss, or of single slots, the last interface's first. */
    private static void shrink(Pool pool, int card, Stock stock, List<Action> actions, Instant now) {
        if (!pool.mayGiveBack(now) || stock.isGrowing()) {
            return;
        }
        for (PoolEni eni : pool.enis(card).reversed()) {
            if (!isAskedFor(eni, actions) && mayDelete(pool, card, stock, eni, now)) {
                actions.add(new Action.DeleteEni(eni.eni()));
                return;
            }
        }
        Targets targets = pool.targets().of(card);
        int surplus = stock.surplus(targets);
        int surplusPrefixes =
                targets.countPrefixes() ? stock.freePrefixes() - targets.warmPrefixes() : stock.freePrefixes();
        for (PoolEni eni : pool.enis(card).reversed()) {
            if (!mayGiveBack(eni, now) || isAskedFor(eni, actions)) {
                continue;
            }
            Slots leftBehind = leftBehind(pool, eni);
            Set<IpAddress> addresses = new LinkedHashSet<>(leftBehind.addresses());
            Set<IpCidr> prefixes = new LinkedHashSet<>(leftBehind.prefixes());
            if (pool.counts(eni, SlotKind.ADDRESS)) {
                eni.freeSingles().stream().limit(surplus).forEach(addresses::add);
                surplus -= addresses.size();
            }
            if (pool.counts(eni, SlotKind.PREFIX)) {
                int whole = Math.min(surplus / SlotKind.PREFIX.addresses(), surplusPrefixes);
                eni.freePrefixes().reversed().stream().limit(Math.max(0, whole)).forEach(prefixes::add);
                surplus -= prefixes.size() * SlotKind.PREFIX.addresses();
                surplusPrefixes -= prefixes.size();
            }
            Slots back = prefixes.isEmpty() ? Slots.ofAddresses(addresses) : Slots.ofPrefixes(prefixes);
            if (!back.isEmpty()) {
                actions.add(new Action.GiveBack(eni.id(), back));
            }
        }
    }

    /** Whole free slots of the kind that the pool no longer asks for. */
    private static Slots leftBehind(Pool pool, PoolEni eni) {
        return new Slots(
                pool.counts(eni, SlotKind.ADDRESS) ? Set.of() : eni.freeSingles(),
                eni.freePrefixes().stream()
                        .filter(prefix -> !pool.counts(eni, SlotKind.of(prefix)))
                        .collect(Collectors.toSet()));
    }

    private static boolean mayGiveBack(PoolEni eni, Instant now) {
        return eni.isWired()
                && !eni.isLeaving()
                && !eni.isMissing()
                && !eni.isLost()
                && eni.mayTry(now)
                && !eni.isInDoubt();
    }

    /** An unanswered call may have happened: its addresses stay out of reach until EC2 confirms. */
    private static void retryGivingBack(Pool pool, List<Action> actions, Instant now) {
        for (PoolEni eni : pool.enis()) {
            if (mayGiveBack(eni, now) && !isAskedFor(eni, actions)) {
                Slots left = eni.leavingSlots();
                if (!left.isEmpty()) {
                    actions.add(new Action.GiveBack(eni.id(), left));
                }
            }
        }
    }

    private static boolean mayDelete(Pool pool, int card, Stock stock, PoolEni eni, Instant now) {
        return eni.mayGo()
                && pool.targets().family() == IpFamily.IPV4
                && eni.mayTry(now)
                && eni.isUnused()
                && eni.isOlderThan(Targets.ENI_MINIMUM_AGE, now)
                && stock.without(eni, pool).shortfall(pool.targets().of(card)) <= 0;
    }

    private static boolean isAskedFor(PoolEni eni, List<Action> actions) {
        return actions.stream().anyMatch(action -> switch (action) {
            case Action.FillEni fill -> fill.eni().equals(eni.id());
            case Action.ObserveEni observe -> observe.eni().equals(eni.id());
            case Action.WireEni wire -> wire.eni().id().equals(eni.id());
            case Action.GiveBack back -> back.eni().equals(eni.id());
            case Action.DeleteEni delete -> delete.eni().id().equals(eni.id());
            case Action.ForgetEni forget -> forget.eni().id().equals(eni.id());
            case Action.CreateEni _, Action.ObserveNode _ -> false;
        });
    }
}
