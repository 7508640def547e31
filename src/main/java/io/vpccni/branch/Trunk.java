package io.vpccni.branch;

import io.vpccni.branch.Branch.Cooling;
import io.vpccni.branch.Branch.Free;
import io.vpccni.branch.Branch.Idle;
import io.vpccni.branch.Branch.InSteps;
import io.vpccni.branch.Branch.Leaving;
import io.vpccni.branch.Branch.Making;
import io.vpccni.branch.Branch.OfInterface;
import io.vpccni.branch.Branch.Owned;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.EniId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The trunk of one instance and what becomes of its branches. {@link #apply} takes what happened, {@link #plan} says what to do
 * now, {@link #begin} that it has been sent. Who gets which branch is {@link Demand}'s.
 *
 * <p>A branch counts against the limit from the moment its creation is decided until EC2 has deleted it, whatever it does in
 * between.
 */
public final class Trunk {

    /** EC2 may know an interface only a little after it has made it: so often "not found" is believed to pass. */
    private static final int FORGIVEN_NOT_FOUND = 5;

    /** From one look at EC2 to the next, when nothing is in doubt. */
    static final Duration LOOK_PERIOD = Duration.ofMinutes(10);

    private final String era;
    private final Branches branches = new Branches();
    private final Sightings sightings = new Sightings();
    private final Demand demand;
    private final LearnedLimit limit;

    /** What an earlier run gave pods with groups that it may not have written down: EC2 knows them. */
    private final Set<EniId> inherited = new HashSet<>();

    private TrunkFacts facts;
    private Presence presence;
    private Step look;
    private boolean observed;

    /**
     * A trunk without branches.
     *
     * @param era tells this run of the controller from earlier ones
     */
    public Trunk(TrunkFacts facts, BranchTerms terms, String era, Instant now) {
        this.facts = facts;
        this.era = era;
        this.demand = new Demand(branches, terms, facts.instanceId() + "-" + era, now);
        this.limit = new LearnedLimit(facts.limit());
        this.presence = new Presence.There(now);
        this.look = Step.from(now);
    }

    /**
     * A trunk as an earlier run left it. What no pod has rests once more, since nobody knows for how long it has.
     *
     * @param written what was written down of the instance's branches, of this trunk or a former one
     * @param annotated the pods of its node that carry an annotation
     */
    public static Trunk restored(
            TrunkFacts facts,
            BranchTerms terms,
            String era,
            Collection<KnownBranch> written,
            Map<BranchPod, BranchEni> annotated,
            Instant now) {
        Trunk trunk = new Trunk(facts, terms, era, now);
        Map<EniId, KnownBranch> known = written.stream()
                .collect(Collectors.toMap(branch -> branch.eni().id(), Function.identity(), (first, _) -> first));
        annotated.forEach((pod, eni) -> {
            SecurityGroups groups = Optional.ofNullable(known.get(eni.id()))
                    .flatMap(KnownBranch::groups)
                    .orElse(SecurityGroups.NONE);
            trunk.branches.put(new Owned(eni, Optional.of(groups), groups, pod, true, Step.from(now)));
            trunk.inherited.add(eni.id());
        });
        known.values().stream()
                .filter(branch -> trunk.branches.of(branch.eni().id()).isEmpty())
                .forEach(branch -> trunk.branches.put(new Cooling(branch.eni(), branch.groups(), now)));
        trunk.branches.made().forEach(id -> trunk.sightings.doubt(id, now));
        return trunk;
    }

    public TrunkFacts facts() {
        return facts;
    }

    /** Takes in what happened. An event about something that is not so any more changes nothing. */
    public void apply(TrunkEvent event, Instant now) {
        switch (event) {
            case TrunkEvent.PodPlaced placed -> place(placed.pod(), placed.groups(), now);
            case TrunkEvent.PodGone gone -> release(gone.pod(), now);
            case TrunkEvent.PodsListed listed -> releaseOthers(listed.pods(), now);
            case TrunkEvent.Created created -> created(created.token(), created.eni(), now);
            case TrunkEvent.CreateFailed failed -> createFailed(failed.token(), failed.failure(), now);
            case TrunkEvent.Associated associated -> associated(associated.eni(), associated.association(), now);
            case TrunkEvent.AssociateFailed failed -> associateFailed(failed.eni(), failed.failure(), now);
            case TrunkEvent.GroupsSet set -> {
                sightings.groupsChanged(set.eni(), now);
                branches.change(Owned.class, set.eni(), owned -> owned.having(set.groups(), now));
            }
            case TrunkEvent.GroupsFailed failed -> groupsFailed(failed.eni(), failed.failure(), now);
            case TrunkEvent.Annotated annotated ->
                branches.change(
                        Owned.class,
                        annotated.eni(),
                        owned -> owned.owner().equals(annotated.pod()) ? owned.toldBy(now) : owned);
            case TrunkEvent.AnnotateFailed failed ->
                branches.change(
                        Owned.class,
                        failed.eni(),
                        owned -> owned.owner().equals(failed.pod())
                                ? owned.with(owned.step().failed(now, Duration.ZERO))
                                : owned);
            case TrunkEvent.Deleted deleted -> branches.remove(deleted.eni());
            case TrunkEvent.DeleteFailed failed -> deleteFailed(failed.eni(), failed.failure(), now);
            case TrunkEvent.Observed seen -> observed(seen, now);
            case TrunkEvent.ObserveFailed failed ->
                look = look.failed(now, failed.failure().retryAfter());
            case TrunkEvent.TrunkReplaced replaced -> {
                facts = replaced.facts();
                presence = new Presence.There(now);
                lookSoon(now);
            }
            case TrunkEvent.ReplaceFailed failed -> replaceFailed(failed.failure(), now);
            case TrunkEvent.PoliciesChanged changed -> demand.setNamed(changed.named());
            case TrunkEvent.TermsChanged changed -> demand.setTerms(changed.terms());
            case TrunkEvent.Tick _ -> {}
        }
        settle(now);
    }

    // ------------------------------------------------------------------------------------------------ pods

    private void place(BranchPod pod, SecurityGroups groups, Instant now) {
        Optional<Owned> owned = branches.all(Owned.class)
                .filter(branch -> branch.owner().equals(pod))
                .findFirst();
        if (owned.isPresent()) {
            inherited.remove(owned.get().eni().id());
            if (!owned.get().wanted().equals(groups)) {
                branches.put(owned.get().wanting(groups, now));
            }
        } else if (branches.all(Making.class).noneMatch(making -> making.isFor(pod))) {
            demand.want(pod, groups, now);
        }
    }

    private void release(BranchPod pod, Instant now) {
        demand.drop(pod);
        branches.all(Making.class)
                .filter(making -> making.isFor(pod))
                .forEach(making -> branches.put(making.withoutWish()));
        branches.all(Owned.class).filter(owned -> owned.owner().equals(pod)).forEach(owned -> {
            if (!owned.hasItsGroups()) {
                sightings.groupsChanged(owned.eni().id(), now);
            }
            branches.put(leftBy(owned, now));
        });
    }

    /**
     * What no pod has seen needs no rest. A call that has been sent may have happened, whatever its answer was: then a pod may
     * have seen it, or the groups are others.
     */
    private Branch leftBy(Owned owned, Instant now) {
        if (sightings.isLost(owned.eni().id())) {
            return Leaving.of(owned.eni(), now.plus(demand.terms().coolDown()));
        }
        Optional<SecurityGroups> groups = owned.hasItsGroups() || !isSent(owned) ? owned.groups() : Optional.empty();
        return mayBeKnown(owned) ? new Cooling(owned.eni(), groups, now) : new Idle(owned.eni(), groups, now);
    }

    private static boolean isSent(Owned owned) {
        return owned.step().pending() || owned.step().failures() > 0;
    }

    private static boolean mayBeKnown(Owned owned) {
        return owned.told() || (owned.hasItsGroups() && isSent(owned));
    }

    private void releaseOthers(Set<BranchPod> pods, Instant now) {
        Stream.of(
                        demand.waiting().stream().map(Wish::pod),
                        branches.all(Making.class)
                                .flatMap(making -> making.wish().stream())
                                .map(Wish::pod),
                        branches.all(Owned.class).map(Owned::owner))
                .flatMap(Function.identity())
                .filter(pod -> !pods.contains(pod))
                .toList()
                .forEach(pod -> release(pod, now));
    }

    // ------------------------------------------------------------------------------------------------ EC2's answers

    private void created(String token, BranchEni eni, Instant now) {
        branches.creation(token).ifPresent(making -> {
            branches.removeCreation(token);
            if (branches.of(eni.id()).isPresent()) {
                // An earlier run made it with this token, and EC2 has shown it since: it rests, and another one is
                // made.
                demand.anew(making);
            } else {
                branches.put(making.created(eni, now));
            }
        });
    }

    private void createFailed(String token, CloudFailure failure, Instant now) {
        branches.creation(token).ifPresent(making -> {
            if (failure.kind() == Kind.NO_ANSWER) {
                branches.put(making.with(making.step().failed(now, failure.retryAfter())));
            } else {
                branches.removeCreation(token);
                demand.again(making, failure, now);
            }
        });
    }

    private void associated(EniId id, String association, Instant now) {
        sightings.groupsChanged(id, now);
        branches.change(Making.class, id, making -> {
            BranchEni eni = making.made().orElseThrow().withAssociation(association);
            if (presence instanceof Presence.Gone) {
                demand.anew(making);
                return Leaving.of(eni, now);
            }
            Optional<SecurityGroups> groups = Optional.of(making.groups());
            return making.wish()
                    .<Branch>map(wish -> new Owned(eni, groups, making.groups(), wish.pod(), false, Step.from(now)))
                    .orElseGet(() -> new Idle(eni, groups, now));
        });
    }

    private void associateFailed(EniId id, CloudFailure failure, Instant now) {
        branches.change(Making.class, id, making -> {
            boolean passes =
                    switch (failure.kind()) {
                        case NO_ANSWER, THROTTLED -> true;
                        case NOT_FOUND ->
                            making.step().failures() < FORGIVEN_NOT_FOUND
                                    && !failure.message().contains(facts.eni().value());
                        default -> false;
                    };
            if (passes) {
                return making.with(making.step().failed(now, failure.retryAfter()));
            }
            demand.again(making, failure, now);
            return Leaving.of(making.made().orElseThrow(), now);
        });
        if (failure.kind() == Kind.ENI_LIMIT) {
            limit.refused();
        }
        if (limit.isMet() || failure.leavesDoubt() || failure.kind() == Kind.REFUSED) {
            lookSoon(now);
        }
    }

    /** One that has gone meanwhile is no use: its pod, which has not heard of it, waits for another. */
    private void groupsFailed(EniId id, CloudFailure failure, Instant now) {
        if (branches.of(id).orElse(null) instanceof Owned owned && !owned.told() && isOfInterface(failure)) {
            branches.remove(id);
            demand.want(owned.owner(), owned.wanted(), now);
            return;
        }
        sightings.groupsChanged(id, now);
        branches.change(Owned.class, id, owned -> owned.with(owned.step().failed(now, failure.retryAfter())));
    }

    /** Whether EC2 does not know the interface, rather than something else that the call names. */
    private static boolean isOfInterface(CloudFailure failure) {
        return failure.kind() == Kind.NOT_FOUND && failure.code().contains("NetworkInterface");
    }

    private void deleteFailed(EniId id, CloudFailure failure, Instant now) {
        if (failure.kind() == Kind.NOT_FOUND) {
            branches.remove(id);
            return;
        }
        branches.change(Leaving.class, id, leaving -> {
            Leaving next = leaving.with(leaving.step().failed(now, failure.retryAfter()));
            return failure.kind() == Kind.REFUSED && leaving.association().isPresent() ? next.inParts() : next;
        });
    }

    private void replaceFailed(CloudFailure failure, Instant now) {
        if (presence instanceof Presence.Gone gone) {
            presence = new Presence.Gone(gone.step().failed(now, failure.retryAfter()));
        }
    }

    // ------------------------------------------------------------------------------------------------ EC2's lists

    private void observed(TrunkEvent.Observed seen, Instant now) {
        observed = true;
        Map<EniId, SeenBranch> found = new LinkedHashMap<>();
        seen.found().forEach(branch -> found.put(branch.id(), branch));
        List<OfInterface> absent = new ArrayList<>();
        seen.known().stream()
                .sorted(Comparator.comparing(EniId::value))
                .flatMap(id -> branches.of(id).stream())
                .forEach(known -> {
                    if (known instanceof OfInterface branch && !compare(branch, found, seen.asked())) {
                        absent.add(branch);
                    }
                });
        absent.forEach(branch -> forget(branch, now));
        long associated = found.values().stream().filter(SeenBranch::associated).count();
        // Some may have been associated since EC2 was asked, and some may be yet.
        int used = branches.count(OfInterface.class) + branches.count(Making.class);
        limit.counted(Math.max(associated, used), absent.isEmpty(), now);
        found.values()
                .forEach(branch -> branches.of(branch.id())
                        .ifPresentOrElse(known -> learn(known, branch, seen.asked()), () -> adopt(branch, now)));
        // A branch that is one shows that the trunk is there.
        boolean listed = seen.trunkThere() || associated > 0;
        heed(presence.listed(listed, seen.asked(), now), now);
        sightings.retain(branches.made());
        inherited.removeIf(id -> !sightings.isDoubted(id));
        look = Step.from(nextLook(listed, now));
    }

    /** Whether the list has it, as a branch of the trunk. */
    private boolean compare(OfInterface known, Map<EniId, SeenBranch> found, Instant asked) {
        EniId id = known.eni().id();
        boolean there = Optional.ofNullable(found.get(id))
                .filter(SeenBranch::associated)
                .isPresent();
        if (there) {
            sightings.seen(id, asked);
        } else {
            sightings.missed(id, asked);
        }
        return there;
    }

    /**
     * EC2 does not list it. What nobody has is not relied on any more, and deleted, in case that it is there after all. What a
     * pod has stays: nobody else may get that VLAN id, and people have to be told. EC2 may list what it has just made a little
     * later, so young ones stay too.
     */
    private void forget(OfInterface absent, Instant now) {
        EniId id = absent.eni().id();
        switch (absent) {
            case Owned owned when sightings.isLost(id) -> lose(owned, now);
            case Free free
            when sightings.isDoubted(id) || Sightings.isSettled(free.since(), now) ->
                branches.put(leavingAfterRest(free));
            case Owned _, Free _ -> {}
        }
    }

    private Leaving leavingAfterRest(Free free) {
        Instant rested =
                free instanceof Cooling ? free.since().plus(demand.terms().coolDown()) : free.since();
        return Leaving.of(free.eni(), rested);
    }

    private void heed(Presence next, Instant now) {
        if (next instanceof Presence.Gone && !(presence instanceof Presence.Gone)) {
            branches.all(Free.class).forEach(free -> branches.put(leavingAfterRest(free)));
            branches.all(Owned.class).forEach(owned -> lose(owned, now));
        }
        presence = next;
    }

    /** A pod that cannot have heard of it waits for another one. */
    private void lose(Owned owned, Instant now) {
        if (mayBeKnown(owned)) {
            sightings.lose(owned.eni().id(), now);
        } else {
            branches.put(Leaving.of(owned.eni(), now));
            demand.want(owned.owner(), owned.wanted(), now);
        }
    }

    private Instant nextLook(boolean listed, Instant now) {
        Stream<Instant> ofTrunk =
                switch (presence) {
                    case Presence.There there
                    when !listed -> Stream.of(there.since().plus(Sightings.SETTLED));
                    case Presence.Missed missed -> Stream.of(missed.asked().plus(Presence.SECOND_LOOK));
                    case Presence.There _, Presence.Gone _ -> Stream.empty();
                };
        return Stream.of(ofTrunk, sightings.decisive(), Stream.of(now.plus(LOOK_PERIOD)))
                .flatMap(Function.identity())
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** One that nobody remembers: it rests, since a pod may have had it, and is then like any other. */
    private void adopt(SeenBranch branch, Instant now) {
        if (!branch.associated() && isBeingMade(branch)) {
            return;
        }
        if (branch.eni().isPresent()
                && branch.associated()
                && !branches.isTaken(branch.eni().get().vlan())) {
            branches.put(new Cooling(branch.eni().get(), Optional.of(branch.groups()), now));
            sightings.doubt(branch.id(), now);
        } else {
            Step afterRest = Step.from(now.plus(demand.terms().coolDown()));
            branches.put(new Leaving(branch.id(), 0, Optional.empty(), false, afterRest));
        }
    }

    /** Its creation is under way, and EC2 was quicker to show it than to answer. */
    private boolean isBeingMade(SeenBranch branch) {
        return branches.all(Making.class)
                .anyMatch(making -> making.made().isEmpty()
                        && branch.eni()
                                .filter(eni -> eni.vlan() == making.vlan())
                                .isPresent());
    }

    /** What an earlier run gave a pod stays as EC2 has it: that run may not have come to write its last wish down. */
    private void learn(Branch known, SeenBranch seen, Instant asked) {
        if (!sightings.tellsGroups(seen.id(), asked)) {
            return;
        }
        Optional<SecurityGroups> groups = Optional.of(seen.groups());
        switch (known) {
            case Owned owned
            when !owned.step().pending() ->
                branches.put(new Owned(
                        owned.eni(),
                        groups,
                        inherited.contains(seen.id()) ? seen.groups() : owned.wanted(),
                        owned.owner(),
                        owned.told(),
                        owned.step()));
            case Cooling cooling -> branches.put(new Cooling(cooling.eni(), groups, cooling.since()));
            case Idle idle -> branches.put(new Idle(idle.eni(), groups, idle.since()));
            case Owned _, Making _, Leaving _ -> {}
        }
    }

    private void lookSoon(Instant now) {
        if (!look.pending() && look.notBefore().isAfter(now)) {
            look = Step.from(now);
        }
    }

    // ------------------------------------------------------------------------------------------------ decisions

    /** What follows from the state alone. */
    private void settle(Instant now) {
        limit.settle(now);
        branches.all(Cooling.class)
                .filter(cooling -> !sightings.isDoubted(cooling.eni().id()))
                .filter(cooling ->
                        !now.isBefore(cooling.since().plus(demand.terms().coolDown())))
                .forEach(cooling -> branches.put(new Idle(cooling.eni(), cooling.groups(), now)));
        boolean there = presence instanceof Presence.There;
        demand.settle(new Demand.Means(limit.now(), there, there && knowsItsBranches()), now);
    }

    /** What an earlier run was about to write down takes VLAN ids too; where EC2 does not tell, the risk is taken. */
    private boolean knowsItsBranches() {
        return observed || look.failures() > 0;
    }

    /** What to do now, the most urgent first; nothing of what has been sent and not answered. */
    public List<TrunkAction> plan(Instant now) {
        List<TrunkAction> actions = new ArrayList<>();
        branches.due(Owned.class, now)
                .filter(owned -> owned.hasItsGroups() && !owned.told())
                .forEach(owned -> actions.add(new TrunkAction.Annotate(owned.owner(), owned.eni())));
        branches.due(Owned.class, now)
                .filter(this::needsGroups)
                .forEach(owned ->
                        actions.add(new TrunkAction.SetGroups(owned.eni().id(), owned.wanted(), owned.owner())));
        branches.due(Making.class, now).forEach(making -> actions.add(next(making)));
        branches.due(Leaving.class, now)
                .forEach(leaving ->
                        actions.add(new TrunkAction.Delete(leaving.id(), leaving.association(), leaving.byParts())));
        if (isToBeReplaced(now)) {
            actions.add(new TrunkAction.ReplaceTrunk());
        }
        if (look.isDue(now)) {
            actions.add(new TrunkAction.Observe(branches.made(), now));
        }
        return List.copyOf(actions);
    }

    private boolean needsGroups(Owned owned) {
        return !owned.hasItsGroups() && !sightings.isLost(owned.eni().id());
    }

    private TrunkAction next(Making making) {
        return making.made()
                .<TrunkAction>map(eni -> new TrunkAction.Associate(eni.id(), making.vlan(), eni.id() + "-" + era))
                .orElseGet(() -> new TrunkAction.Create(
                        making.token(),
                        making.vlan(),
                        making.groups(),
                        making.wish().map(Wish::pod)));
    }

    /** Nobody misses a trunk of a node that is gone; and what was made for the old one must not meet the new one. */
    private boolean isToBeReplaced(Instant now) {
        return presence instanceof Presence.Gone gone
                && gone.step().isDue(now)
                && demand.isAny()
                && branches.count(Making.class) == 0;
    }

    /** The action has been sent: it is not planned again until its end has come back. */
    public void begin(TrunkAction action) {
        switch (action) {
            case TrunkAction.Create create -> branches.sent(create.token());
            case TrunkAction.Associate associate -> branches.sent(associate.eni());
            case TrunkAction.SetGroups set -> branches.sent(set.eni());
            case TrunkAction.Annotate annotate -> branches.sent(annotate.eni().id());
            case TrunkAction.Delete delete -> branches.sent(delete.eni());
            case TrunkAction.ReplaceTrunk _ -> {
                if (presence instanceof Presence.Gone gone) {
                    presence = new Presence.Gone(gone.step().sent());
                }
            }
            case TrunkAction.Observe _ -> look = look.sent();
        }
    }

    /** When the clock alone will change something after {@code now}, of which all is planned. */
    public Optional<Instant> nextWake(Instant now) {
        Stream<Step> steps = Stream.concat(
                branches.all(InSteps.class).map(InSteps::step),
                Stream.concat(
                        Stream.of(look),
                        presence instanceof Presence.Gone gone ? Stream.of(gone.step()) : Stream.of()));
        Stream<Instant> rests = Stream.concat(
                branches.all(Cooling.class)
                        .map(cooling -> cooling.since().plus(demand.terms().coolDown())),
                branches.all(Idle.class)
                        .map(idle -> idle.since().plus(demand.terms().idle())));
        return Stream.of(
                        steps.filter(step -> !step.pending()).map(Step::notBefore),
                        rests,
                        demand.wakes(),
                        Stream.of(limit.until()))
                .flatMap(Function.identity())
                .filter(time -> time.isAfter(now))
                .min(Comparator.naturalOrder());
    }

    // ------------------------------------------------------------------------------------------------ views

    /** Pods whose interface EC2 does not have any more, or not as a branch of the trunk. */
    public List<BranchPod> withLostInterface() {
        return branches.all(Owned.class)
                .filter(owned -> sightings.isLost(owned.eni().id()))
                .map(Owned::owner)
                .toList();
    }

    /** What has to outlive the controller: every branch that is associated. */
    public List<KnownBranch> ledger() {
        return branches.all(OfInterface.class)
                .map(branch -> new KnownBranch(branch.eni(), branch.groups()))
                .sorted(Comparator.comparing(branch -> branch.eni().id()))
                .toList();
    }

    /** Pods without a branch, in the order in which they came. */
    public List<Wish> waiting() {
        return demand.waiting();
    }

    /** Which pod has which interface, for people. */
    public Map<BranchPod, BranchEni> owners() {
        return branches.all(Owned.class).collect(Collectors.toUnmodifiableMap(Owned::owner, Owned::eni));
    }

    /** Whether nothing is left of it: no branch and no pod that waits for one. */
    public boolean isEmpty() {
        return branches.size() == 0 && demand.waiting().isEmpty();
    }

    public TrunkFigures figures() {
        return new TrunkFigures(
                limit.now(),
                branches.count(Making.class),
                branches.count(Owned.class),
                branches.count(Cooling.class),
                branches.count(Idle.class),
                branches.count(Leaving.class),
                demand.waiting().size());
    }
}
