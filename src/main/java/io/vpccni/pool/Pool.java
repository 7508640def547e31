package io.vpccni.pool;

import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.ForeignEni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The addresses of a node and the ADDs that wait for one.
 *
 * <p>One thread owns it. {@link #apply} is the only way in for what happened, {@link #begin} for what was sent; both are the
 * same in the daemon and in the simulation. Waiters are served in the order they came, addresses of the first card and the lowest
 * device index first, so that pods pack and the last interfaces can go.
 */
public final class Pool {

    private record Place(PoolEni eni, IpAddress address) {}

    private record Cooled(Place place, Instant until) {}

    private Targets targets;
    private Optional<Reason> freeze = Optional.empty();
    private final Interfaces interfaces = new Interfaces();

    /** What each sandbox has, in the order of the cards. */
    private final SequencedMap<Sandbox, List<Place>> assigned = new LinkedHashMap<>();

    private final SequencedMap<Sandbox, Waiter> waiters = new LinkedHashMap<>();
    private final ScheduledPods scheduled = new ScheduledPods();
    private final PriorityQueue<Cooled> cooling = new PriorityQueue<>(Comparator.comparing(Cooled::until));

    /** Addresses at rest that EC2 has on no interface of this node: it may grant them again before they have rested. */
    private final Map<IpAddress, Instant> restingElsewhere = new HashMap<>();

    private final TreeMap<Long, Action.CreateEni> creating = new TreeMap<>();
    private Instant createRetryAt = Instant.EPOCH;

    /** Whether EC2 may have an interface on this node that we do not know: a creation failed half-way. */
    private boolean nodeInDoubt;

    private boolean observingNode;

    /** When to ask EC2 again what the node has. */
    private Instant lookAt = Instant.MAX;

    /** What IMDS said when it differed the last time, and whether EC2 has been asked about it. */
    private Optional<AttachedEnis> hint = Optional.empty();

    private boolean hintAnswered;

    private final Map<SubnetId, Supply> supplies = new HashMap<>();
    private final Supply supplyOfNewEnis = new Supply();

    /** Whether the subnets have no prefix left, so that single addresses are asked for. */
    private boolean fragmented;

    private Instant fragmentedUntil = Instant.EPOCH;

    /** Whether pods came or went since no prefix was to be had: then another try is worth a call. */
    private boolean podsChanged;

    private Instant gaveBackAt = Instant.EPOCH;
    private Optional<CloudFailure> trouble = Optional.empty();
    private Optional<CloudFailure> subnetTrouble = Optional.empty();
    private long creations;

    /**
     * An empty pool.
     *
     * @param firstCreation number of the first interface to create. It goes into EC2's idempotency token, so it must differ
     *     between two lives of a daemon.
     */
    public Pool(Targets targets, long firstCreation) {
        this.targets = targets;
        this.creations = firstCreation;
    }

    /** Takes an interface in that is attached and has its routes, as found at the start. */
    public void adopt(Eni eni, Instant now) {
        PoolEni adopted = new PoolEni(eni);
        adopted.wired(now);
        interfaces.insert(adopted);
    }

    /** Notes the interfaces that are not ours: they take places that we cannot have. */
    public void takeNote(List<ForeignEni> others) {
        interfaces.foreign(others);
    }

    /** Takes an interface in that is attached but has no routes yet. */
    public void adoptUnwired(Eni eni) {
        interfaces.insert(new PoolEni(eni));
    }

    /**
     * Puts an address of an adopted interface into the state it had before a restart. What a sandbox has on several cards comes
     * in the order of its interfaces.
     *
     * @return false when no interface carries the address or somebody else has it
     */
    public boolean restore(IpAddress address, AddressState state) {
        Optional<PoolEni> carrier = interfaces.carrierOf(address);
        if (carrier.isEmpty() && state instanceof AddressState.Cooling rest) {
            restingElsewhere.put(address, rest.until());
        }
        if (carrier.isEmpty() || !carrier.get().isFree(address)) {
            return false;
        }
        Place place = new Place(carrier.get(), address);
        switch (state) {
            case AddressState.Assigned owner -> assignTo(owner.sandbox(), place);
            case AddressState.Cooling rest -> cooling.add(new Cooled(place, rest.until()));
            case AddressState.OnHold _, AddressState.Free _, AddressState.Leaving _ -> {}
        }
        place.eni().set(address, state);
        return true;
    }

    /**
     * A live pod has an address that EC2 lists on no interface of this node. It keeps it, so that nobody else gets it should EC2
     * bring it back, and gives it up for good with its DEL.
     */
    public void restoreLost(IpAddress address, int card, AddressState.Assigned owner) {
        if (interfaces.carrierOf(address).isPresent()) {
            return;
        }
        Eni unknown = Eni.unknown(card);
        PoolEni lost = interfaces.find(unknown.id()).orElseGet(() -> {
            PoolEni made = PoolEni.lost(unknown);
            interfaces.insert(made);
            return made;
        });
        lost.setDisowned(address, owner);
        assignTo(owner.sandbox(), new Place(lost, address));
    }

    private void assignTo(Sandbox sandbox, Place place) {
        assigned.computeIfAbsent(sandbox, _ -> new ArrayList<>()).add(place);
    }

    /** Takes in what happened at {@code now}. Returns what callers are to be told, in order. */
    public List<Answer> apply(PoolEvent event, Instant now) {
        List<Answer> answers = new ArrayList<>();
        switch (event) {
            case PoolEvent.AddRequested add -> add(add, answers, now);
            case PoolEvent.DelRequested del -> answers.add(release(del.sandbox(), answers, now));
            case PoolEvent.CallerGone gone -> waiters.remove(gone.sandbox());
            case PoolEvent.Tick _ -> {}
            case PoolEvent.Filled filled -> {
                subnetTrouble = Optional.empty();
                ended(filled.eni(), eni -> {
                    // Emulations of EC2 list all that the interface has now, its own address among it.
                    Slots added = filled.added().without(eni.eni().primaryAddress());
                    eni.granted(added, now);
                    moveHere(added, eni);
                });
            }
            case PoolEvent.EniAttached attached -> attached(attached, now);
            case PoolEvent.CreateFailed failed -> createFailed(failed, now);
            case PoolEvent.EniWired wired -> ended(wired.eni(), eni -> eni.wired(now));
            case PoolEvent.EniObserved seen ->
                ended(seen.eni().id(), eni -> eni.observed(interfaces.claim(seen.eni()), now));
            case PoolEvent.NodeObserved seen -> nodeObserved(seen, now);
            case PoolEvent.NodeUnobserved unseen -> nodeUnobserved(unseen.failure(), now);
            case PoolEvent.Hinted hinted -> hinted(hinted.attached(), now);
            case PoolEvent.LookDue _ -> lookAt = now;
            case PoolEvent.GivenBack back -> ended(back.eni(), eni -> eni.gaveBack(back.slots(), now));
            case PoolEvent.EniDeleted deleted ->
                interfaces.removeIf(eni -> eni.id().equals(deleted.eni()));
            case PoolEvent.EniFailed failed -> eniFailed(failed, now);
            case PoolEvent.LinkSeen seen ->
                interfaces
                        .carrierOf(seen.address())
                        .filter(eni -> eni.isFree(seen.address()))
                        .ifPresent(eni -> eni.set(seen.address(), new AddressState.Held(seen.link())));
            case PoolEvent.HeldLinkGone gone -> heldLinkGone(gone.address(), now);
            case PoolEvent.TargetsChanged changed -> targets = changed.targets();
            case PoolEvent.FreezeChanged changed -> freeze(changed.why(), now);
            case PoolEvent.PodsScheduled told -> scheduled.replace(told.pods(), podsWithAddress(), now);
        }
        settle(answers, now);
        return answers;
    }

    /** Notes that the steps of {@code plan} are under way from {@code now} on. */
    public void begin(Plan plan, Instant now) {
        for (Action action : plan.actions()) {
            switch (action) {
                case Action.FillEni fill -> started(fill.eni(), fill);
                case Action.WireEni wire -> started(wire.eni().id(), wire);
                case Action.ObserveEni observe -> started(observe.eni(), observe);
                case Action.DeleteEni delete -> {
                    started(delete.eni().id(), delete);
                    gaveBackAt = now;
                }
                case Action.ForgetEni forget -> started(forget.eni().id(), forget);
                case Action.GiveBack back -> {
                    started(back.eni(), back);
                    gaveBackAt = now;
                }
                case Action.ObserveNode _ -> {
                    observingNode = true;
                    hintAnswered = true;
                    lookAt = now.plus(isProvisionedByOthers() ? Targets.LOOK_GAP : Targets.CHECK_GAP);
                }
                case Action.CreateEni create -> {
                    creating.put(create.number(), create);
                    creations = Math.max(creations, create.number() + 1);
                }
            }
        }
    }

    /** When something changes by time alone: an address has cooled, a deadline passes, a pause ends. */
    public Optional<Instant> nextWake(Instant now) {
        List<Instant> times = new ArrayList<>();
        waiters.values().forEach(waiter -> times.add(waiter.deadline()));
        if (!cooling.isEmpty()) {
            times.add(cooling.element().until());
        }
        times.addAll(interfaces.wakes());
        scheduled.nextExpiry(now).ifPresent(times::add);
        times.add(createRetryAt);
        times.add(lookAt);
        supplies.values().forEach(supply -> times.add(supply.pausedUntil()));
        times.add(supplyOfNewEnis.pausedUntil());
        times.add(fragmentedUntil);
        times.add(gaveBackAt.plus(Targets.GIVE_BACK_GAP));
        return times.stream().filter(time -> time.isAfter(now)).min(Comparator.naturalOrder());
    }

    /** Everything that is assigned, the oldest first. */
    public List<Assignment> assignments() {
        return assigned.values().stream().map(Pool::assignment).toList();
    }

    /** Addresses at rest and until when, for the state file. */
    public Map<IpAddress, Instant> coolingUntil() {
        Map<IpAddress, Instant> result = new TreeMap<>();
        result.putAll(restingElsewhere);
        cooling.forEach(rest -> result.put(rest.place().address(), rest.until()));
        return result;
    }

    /** How many network cards pods may be on. */
    public int cards() {
        return targets.cards().size();
    }

    /** Whether an address can be assigned at once. */
    public boolean isFree(IpAddress address) {
        return interfaces.carrierOfFree(address).isPresent();
    }

    /** The addresses that are held, with the live host link that uses each. */
    public Map<IpAddress, String> held() {
        return interfaces.held();
    }

    /** The address that is held because the live host link {@code link} uses it. */
    public Optional<IpAddress> heldBy(String link) {
        return placeHeldBy(link).map(Place::address);
    }

    private Optional<Place> placeHeldBy(String link) {
        return interfaces.all().stream()
                .flatMap(eni -> eni.held().entrySet().stream()
                        .filter(held -> held.getValue().equals(link))
                        .map(held -> new Place(eni, held.getKey())))
                .findFirst();
    }

    /** Whether IMDS shows something else than what we know, and EC2 has not been heard about it. */
    public boolean isHintUnanswered() {
        return hint.isPresent() && !hintAnswered;
    }

    /** What the sandbox has. */
    public Optional<Assignment> assignmentOf(Sandbox sandbox) {
        return Optional.ofNullable(assigned.get(sandbox)).map(Pool::assignment);
    }

    /** The pool in numbers. */
    public PoolFigures figures() {
        return PoolFigures.of(this);
    }

    /** Why somebody who waits has no address yet. */
    public Diagnosis diagnosis() {
        return Diagnosis.of(this, targets.cards());
    }

    /** Why a waiter has no address yet. One that wants several lacks those of cards without a free one. */
    private Diagnosis diagnosisFor(Waiter waiter) {
        Set<Integer> lacking = targets.cards().stream()
                .filter(card -> waiter.nics() == Nics.EVERY_CARD
                        && firstFree(eni -> eni.card() == card).isEmpty())
                .collect(Collectors.toSet());
        return lacking.isEmpty() ? diagnosis() : Diagnosis.of(this, lacking);
    }

    /** A copy for readers on other threads. */
    public PoolView view() {
        return PoolView.of(this);
    }

    Targets targets() {
        return targets;
    }

    /** Why the pool may neither grow nor shrink; empty when it may. */
    Optional<Reason> freeze() {
        return freeze;
    }

    /** Whether somebody else attaches what this node has. */
    boolean isProvisionedByOthers() {
        return freeze.equals(Optional.of(Reason.PROVISIONING_DISABLED));
    }

    int assignedCount() {
        return assigned.size();
    }

    /** Pods that will ask for an address soon: scheduled here, without an address and without a waiting ADD. */
    int scheduledPods(Instant now) {
        if (scheduled.nextExpiry(now).isEmpty()) {
            return 0;
        }
        Set<PodName> known = podsWithAddress();
        waiters.values().forEach(waiter -> known.add(waiter.pod()));
        return scheduled.count(known, now);
    }

    private Set<PodName> podsWithAddress() {
        Set<PodName> pods = new HashSet<>();
        assigned.values().forEach(has -> pods.add(ownerOf(has.getFirst()).pod()));
        return pods;
    }

    /** Interfaces on a card, those of others included. */
    int attached(int card) {
        return interfaces.attached(card);
    }

    /** Places of a card that interfaces have, or that are kept for the trunk. */
    int taken(int card) {
        boolean keepsOne =
                card == 0 && targets.keepsTrunkSlot() && interfaces.trunk().isEmpty();
        return attached(card) + (keepsOne ? 1 : 0);
    }

    /** The trunk interface, if EC2 has shown one. */
    Optional<ForeignEni> trunk() {
        return interfaces.trunk();
    }

    List<PoolEni> enis() {
        return interfaces.all();
    }

    /** The interfaces on a card. */
    List<PoolEni> enis(int card) {
        return interfaces.on(card);
    }

    Collection<Waiter> waiters() {
        return waiters.values();
    }

    Collection<Action.CreateEni> creating() {
        return creating.values();
    }

    /** Interfaces that are being created for a card. */
    List<Action.CreateEni> creating(int card) {
        return creating.values().stream()
                .filter(create -> create.card() == card)
                .toList();
    }

    long nextCreation() {
        return creations;
    }

    boolean mayCreate(Instant now) {
        return !nodeInDoubt && !createRetryAt.isAfter(now) && !supplyOfNewEnis.isPaused(now);
    }

    /** Whether to ask which interfaces there are: not while one is being created, which would be seen half-way. */
    boolean mustObserveNode(Instant now) {
        return (nodeInDoubt || !lookAt.isAfter(now))
                && !observingNode
                && creating.isEmpty()
                && !createRetryAt.isAfter(now);
    }

    /** What the subnet of an interface can give. */
    Supply supplyOf(PoolEni eni) {
        return supplies.computeIfAbsent(eni.eni().subnet(), _ -> new Supply());
    }

    /** What the subnets in which new interfaces are created can give. */
    Supply supplyOfNewEnis() {
        return supplyOfNewEnis;
    }

    /** What to ask for. */
    SlotKind wanted() {
        return fragmented ? SlotKind.ADDRESS : targets.kind();
    }

    /**
     * Whether free addresses in slots of this kind are part of the warm pool. Of the other kind is what is left from before the
     * mode was switched, or from a time when no prefix was to be had: it serves a waiter in need and goes back to EC2. What an
     * excluded interface has goes back too, and serves nobody.
     */
    boolean counts(PoolEni eni, SlotKind kind) {
        return !eni.isExcluded()
                && switch (kind) {
                    case PREFIX, IPV6_PREFIX -> targets.kind() == kind;
                    case ADDRESS -> targets.kind() == kind || fragmented;
                };
    }

    boolean mayGiveBack(Instant now) {
        return !gaveBackAt.plus(Targets.GIVE_BACK_GAP).isAfter(now);
    }

    /** The last thing that EC2 refused, until something succeeds; a dry subnet until EC2 delivers addresses. */
    Optional<CloudFailure> trouble() {
        return trouble.or(() -> subnetTrouble);
    }

    private void add(PoolEvent.AddRequested add, List<Answer> answers, Instant now) {
        List<Place> places = assigned.get(add.sandbox());
        if (places != null) {
            answers.add(new Answer.Granted(assignment(places)));
            return;
        }
        Waiter waiting = waiters.get(add.sandbox());
        if (waiting != null) {
            waiters.replace(add.sandbox(), waiting.until(add.deadline()));
            return;
        }
        settle(answers, now);
        if (waiters.size() >= targets.maxPods()) {
            answers.add(new Answer.Refused(
                    add.sandbox(), Reason.MAX_PODS, waiters.size() + " pods wait, the node runs " + targets.maxPods()));
            return;
        }
        podsChanged = true;
        waiters.put(add.sandbox(), new Waiter(add.sandbox(), add.pod(), add.nics(), add.link(), add.deadline()));
    }

    private Answer release(Sandbox sandbox, List<Answer> answers, Instant now) {
        if (waiters.remove(sandbox) != null) {
            answers.add(new Answer.Refused(sandbox, Reason.DELETED, "its DEL arrived while it waited"));
        }
        Sandbox key = assigned.containsKey(sandbox) ? sandbox : sandbox.takenOverFromRuntime();
        List<Place> places = assigned.get(key);
        if (places == null) {
            return new Answer.Released(sandbox, Optional.empty());
        }
        Assignment had = assignment(places);
        assigned.remove(key);
        podsChanged = true;
        places.forEach(place -> rest(place, now.plus(targets.coolDown())));
        return new Answer.Released(sandbox, Optional.of(had));
    }

    private void rest(Place place, Instant until) {
        place.eni().set(place.address(), new AddressState.Cooling(until));
        cooling.add(new Cooled(place, until));
    }

    private void attached(PoolEvent.EniAttached event, Instant now) {
        if (creating.remove(event.number()) != null) {
            trouble = Optional.empty();
            subnetTrouble = Optional.empty();
            PoolEni attached = PoolEni.attached(event.eni(), now);
            interfaces.insert(attached);
            moveHere(event.eni().slots(), attached);
        }
    }

    /**
     * In a full subnet EC2 grants what it has just taken back from another interface, and may say so before that. What somebody
     * else took from under a pod may come back like that too: the pod keeps it.
     */
    private void moveHere(Slots granted, PoolEni here) {
        interfaces.moveFromOthers(granted, here).forEach((address, state) -> {
            Place place = new Place(here, address);
            here.set(address, state);
            switch (state) {
                case AddressState.Assigned owner ->
                    assigned.computeIfPresent(owner.sandbox(), (_, has) -> moved(has, place));
                case AddressState.Cooling rest -> cooling.add(new Cooled(place, rest.until()));
                case AddressState.Free _, AddressState.OnHold _, AddressState.Leaving _ -> {}
            }
        });
    }

    private static List<Place> moved(List<Place> places, Place to) {
        return places.stream()
                .map(place -> place.address().equals(to.address()) ? to : place)
                .toList();
    }

    private void createFailed(PoolEvent.CreateFailed event, Instant now) {
        Action.CreateEni create = creating.remove(event.number());
        nodeInDoubt = true;
        note(event.failure());
        if (create == null || !asksForLess(event.failure(), supplyOfNewEnis, create.count(), now)) {
            createRetryAt = now.plus(event.failure().retryAfter());
        }
    }

    /**
     * Draws the conclusion from a refusal for want of free addresses. Returns whether a smaller request, or one for single
     * addresses, is worth sending at once.
     */
    private boolean asksForLess(CloudFailure failure, Supply supply, int count, Instant now) {
        return switch (failure.kind()) {
            case SUBNET_EXHAUSTED -> {
                boolean empty = supply.refused(count);
                if (empty) {
                    supply.pause(failure, now);
                }
                yield !empty;
            }
            case NO_CONTIGUOUS_PREFIX -> {
                boolean none = supply.refused(count);
                if (none && targets.family() == IpFamily.IPV6) {
                    supply.pause(failure, now);
                    yield false;
                }
                if (none) {
                    fragmented = true;
                    fragmentedUntil = now.plus(failure.retryAfter());
                    podsChanged = false;
                }
                yield true;
            }
            default -> false;
        };
    }

    private void freeze(Optional<Reason> why, Instant now) {
        freeze = why;
        Instant next = now.plus(isProvisionedByOthers() ? Targets.LOOK_GAP : Targets.CHECK_GAP);
        if (next.isBefore(lookAt)) {
            lookAt = next;
        }
    }

    /** IMDS lags and has been seen to lie, so it changes nothing but what may be handed out, until EC2 has spoken. */
    private void hinted(AttachedEnis shown, Instant now) {
        if (observingNode || !creating.isEmpty() || (hintAnswered && hint.equals(Optional.of(shown)))) {
            return;
        }
        Map<EniId, Eni> seen = byId(shown.ours());
        boolean differs =
                seen.keySet().stream().anyMatch(id -> interfaces.find(id).isEmpty() && !interfaces.isForeign(id));
        for (PoolEni eni : interfaces.all()) {
            Eni found = seen.get(eni.id());
            if (found != null && !eni.isLeaving()) {
                differs |= eni.isLost() || eni.hinted(found.slots(), now);
            } else if (!eni.isLeaving() && !eni.isLost()) {
                differs |= eni.hintedMissing(now);
            }
        }
        hint = differs ? Optional.of(shown) : Optional.empty();
        hintAnswered = false;
        if (differs) {
            lookAt = now;
        }
    }

    private void nodeUnobserved(CloudFailure failure, Instant now) {
        observingNode = false;
        hintAnswered = false;
        Instant retryAt = now.plus(failure.retryAfter());
        lookAt = retryAt.isBefore(lookAt) ? retryAt : lookAt;
        if (nodeInDoubt || isProvisionedByOthers()) {
            createRetryAt = retryAt;
            note(failure);
        }
    }

    /**
     * Takes in interfaces that nobody told us of: one whose attachment was reported as failed, or, where others provision,
     * everything they changed.
     */
    private void nodeObserved(PoolEvent.NodeObserved event, Instant now) {
        observingNode = false;
        nodeInDoubt = false;
        interfaces.foreign(event.attached().foreign());
        if (isProvisionedByOthers()) {
            trouble = Optional.empty();
            takeOver(event.attached().ours(), now);
        } else {
            reconcile(event.attached().ours(), now);
        }
    }

    /** EC2 is the truth. It is asked twice before an interface counts as gone, and not believed on what it has just changed. */
    private void reconcile(List<Eni> attached, Instant now) {
        Map<EniId, Eni> seen = byId(attached);
        for (PoolEni eni : interfaces.all()) {
            Eni found = seen.get(eni.id());
            if (found != null && !eni.isLeaving()) {
                eni.found(interfaces.claim(found), now);
            } else if (!eni.isLeaving() && !eni.isLost()) {
                eni.missing(now);
                lookAt = eni.isMissing() ? now.plus(Sightings.CONFIRM_GAP) : lookAt;
            }
        }
        adoptNew(attached);
    }

    /** After those that are known have said what they carry: only then is it clear what a new one may claim. */
    private void adoptNew(List<Eni> attached) {
        attached.stream()
                .filter(eni -> interfaces.find(eni.id()).isEmpty())
                .forEach(eni -> adoptUnwired(interfaces.claim(eni)));
    }

    private static Map<EniId, Eni> byId(List<Eni> attached) {
        return attached.stream().collect(Collectors.toMap(Eni::id, eni -> eni));
    }

    /** What is no longer there serves nobody; an interface goes when no pod uses it any more. */
    private void takeOver(List<Eni> attached, Instant now) {
        Map<EniId, Eni> seen = byId(attached);
        interfaces.all().forEach(eni -> {
            Eni found = seen.get(eni.id());
            eni.observed(found == null ? eni.eni().withSlots(Slots.EMPTY) : interfaces.claim(found), now);
        });
        adoptNew(attached);
        interfaces.removeIf(eni -> !seen.containsKey(eni.id()) && eni.isIdle() && eni.isEmpty());
    }

    private void eniFailed(PoolEvent.EniFailed event, Instant now) {
        interfaces.find(event.eni()).ifPresent(eni -> {
            switch (eni.pending().orElse(null)) {
                case Action.GiveBack _
                when event.failure().kind() == CloudFailure.Kind.NO_ANSWER -> eni.givingBackUnanswered();
                case Action.GiveBack _ -> eni.givingBackRefused();
                case Action.ObserveEni _
                when event.failure().kind() == CloudFailure.Kind.NOT_FOUND -> {
                    eni.doubt();
                    lookAt = now;
                }
                case Action.FillEni _, Action.ObserveEni _ when event.failure().leavesDoubt() -> eni.doubt();
                case null, default -> {}
            }
            if (eni.pending().orElse(null) instanceof Action.WireEni) {
                eni.notWired(event.failure().message());
            } else {
                note(event.failure());
            }
            int asked = eni.filling().map(Action.FillEni::count).orElse(0);
            eni.end();
            if (!asksForLess(event.failure(), supplyOf(eni), asked, now)) {
                eni.retryAt(now.plus(event.failure().retryAfter()));
            }
        });
    }

    private void note(CloudFailure failure) {
        trouble = Optional.of(failure);
        if (failure.kind() == CloudFailure.Kind.SUBNET_EXHAUSTED) {
            subnetTrouble = trouble;
        }
    }

    private void heldLinkGone(IpAddress address, Instant now) {
        interfaces
                .carrierOf(address)
                .filter(eni -> eni.state(address) instanceof AddressState.Held)
                .ifPresent(eni -> rest(new Place(eni, address), now.plus(targets.coolDown())));
    }

    /** Lets time pass and hands out what is free: first in, first served; then whoever is past its deadline leaves. */
    private void settle(List<Answer> answers, Instant now) {
        restingElsewhere
                .entrySet()
                .removeIf(rest -> !rest.getValue().isAfter(now) || restsAgain(rest.getKey(), rest.getValue()));
        while (!cooling.isEmpty() && !cooling.element().until().isAfter(now)) {
            Place place = cooling.remove().place();
            if (place.eni().state(place.address()) instanceof AddressState.Cooling) {
                place.eni().set(place.address(), new AddressState.Free());
            }
        }
        if (podsChanged && !fragmentedUntil.isAfter(now)) {
            fragmented = false;
        }
        serveWaiters(answers, now);
        waiters.values().removeIf(waiter -> {
            if (waiter.deadline().isAfter(now)) {
                return false;
            }
            answers.add(diagnosisFor(waiter).refuse(waiter.sandbox()));
            return true;
        });
    }

    private boolean restsAgain(IpAddress address, Instant until) {
        Optional<PoolEni> carrier = interfaces.carrierOfFree(address);
        carrier.ifPresent(eni -> rest(new Place(eni, address), until));
        return carrier.isPresent();
    }

    /** What a pod that wants an address of every card can have now is kept for it while the rest is on its way. */
    private void serveWaiters(List<Answer> answers, Instant now) {
        Map<Integer, Integer> kept = new HashMap<>();
        for (Waiter waiter : List.copyOf(waiters.values())) {
            List<Place> places =
                    switch (waiter.nics()) {
                        case ONE -> one(waiter, kept);
                        case EVERY_CARD -> oneOfEachCard(kept);
                    };
            if (!places.isEmpty()) {
                grant(waiter, places, answers, now);
            } else if (waiter.nics() == Nics.ONE) {
                return; // whoever comes later finds nothing either
            }
        }
    }

    /** A pod that nobody remembers gets back what its own link holds rather than nothing. */
    private List<Place> one(Waiter waiter, Map<Integer, Integer> kept) {
        return firstFree(eni -> kept.isEmpty() || interfaces.free(eni.card()) > kept.getOrDefault(eni.card(), 0))
                .or(() -> waiter.link()
                        .flatMap(this::placeHeldBy)
                        .filter(place -> place.eni().isWired()))
                .map(List::of)
                .orElse(List.of());
    }

    private List<Place> oneOfEachCard(Map<Integer, Integer> kept) {
        List<Place> places = targets.cards().stream()
                .filter(card -> interfaces.free(card) > kept.getOrDefault(card, 0))
                .flatMap(card -> firstFree(eni -> eni.card() == card).stream())
                .toList();
        if (places.size() == targets.cards().size()) {
            return places;
        }
        places.forEach(place -> kept.merge(place.eni().card(), 1, Integer::sum));
        return List.of();
    }

    private void grant(Waiter waiter, List<Place> places, List<Answer> answers, Instant now) {
        waiters.remove(waiter.sandbox());
        places.forEach(place ->
                place.eni().set(place.address(), new AddressState.Assigned(waiter.sandbox(), waiter.pod(), now)));
        assigned.put(waiter.sandbox(), places);
        scheduled.served(waiter.pod());
        answers.add(new Answer.Granted(assignment(places)));
    }

    private Optional<Place> firstFree(Predicate<PoolEni> wanted) {
        return interfaces
                .firstWithFree(targets.kind(), wanted)
                .flatMap(eni -> eni.nextFree(targets.kind()).map(address -> new Place(eni, address)));
    }

    private static Assignment assignment(List<Place> places) {
        AddressState.Assigned owner = ownerOf(places.getFirst());
        return new Assignment(
                owner.sandbox(),
                owner.pod(),
                places.stream()
                        .map(place ->
                                new PodAddress(place.address(), place.eni().eni()))
                        .toList(),
                owner.since());
    }

    private static AddressState.Assigned ownerOf(Place place) {
        return switch (place.eni().state(place.address())) {
            case AddressState.Assigned owner -> owner;
            case null, default -> throw new IllegalStateException(place.address() + " is indexed but not assigned");
        };
    }

    private void ended(EniId id, Consumer<PoolEni> outcome) {
        interfaces.find(id).ifPresent(eni -> {
            eni.end();
            outcome.accept(eni);
            trouble = Optional.empty();
        });
    }

    private void started(EniId id, Action action) {
        interfaces
                .find(id)
                .orElseThrow(() -> new IllegalStateException("no interface " + id + " for " + action))
                .begin(action);
    }

    /** Device indexes of a card that are taken or asked for. */
    Set<Integer> usedDeviceIndexes(int card) {
        Set<Integer> used = interfaces.deviceIndexes(card);
        creating(card).forEach(create -> used.add(create.deviceIndex()));
        return used;
    }
}
