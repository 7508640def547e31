package io.vpccni.branch;

import io.vpccni.branch.Branch.Cooling;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One trunk: its branches, and the pods of its node that wait for one. {@link #apply} takes what happened and decides what
 * becomes of it, {@link #plan} says what to do now, {@link #begin} that it has been sent.
 *
 * <p>A branch counts against the limit from the moment its creation is decided until EC2 has deleted it, whatever it does in
 * between.
 */
public final class Trunk {

    /** Ids that are given; the reference's table ends here too. */
    static final int HIGHEST_VLAN = BranchLimits.MOST;

    /** EC2 may know an interface only a little after it has made it: so often "not found" is believed to pass. */
    private static final int FORGIVEN_NOT_FOUND = 5;

    /** After this time EC2 shows what it has made. */
    private static final Duration SETTLED = Duration.ofMinutes(1);

    /** From one look at EC2 to the next, when nothing is in doubt. */
    static final Duration LOOK_PERIOD = Duration.ofMinutes(10);

    private final String era;
    private final TrunkFacts facts;
    private BranchTerms terms;
    private final Map<BranchPod, Wish> wishes = new LinkedHashMap<>();
    private final Map<String, Branch> branches = new LinkedHashMap<>();
    private Set<SecurityGroups> named = Set.of();
    private Step look;
    private Step ahead;
    private boolean observed;
    private Set<EniId> lost = Set.of();

    /** What an earlier run wrote down, and EC2 has not confirmed: it may have been deleted just before that run ended. */
    private final Set<EniId> unverified = new HashSet<>();

    /** Since when what is known of an interface's groups is true: an answer to an older question says nothing about them. */
    private final Map<EniId, Instant> groupsAsOf = new HashMap<>();

    /** EC2 has refused a branch as one too many, and the next look shows how many there are. */
    private boolean limitMet;

    /** Branches that the trunk may have, as far as is known. */
    private int limit;

    /** Until then a limit that EC2 taught is believed; then the table is, and EC2 may teach it again. */
    private Instant limitUntil = Instant.MIN;

    private int madeAhead;

    /**
     * A trunk without branches.
     *
     * @param era tells this run of the controller from earlier ones
     */
    public Trunk(TrunkFacts facts, BranchTerms terms, String era, Instant now) {
        this.facts = facts;
        this.limit = facts.limit();
        this.terms = terms;
        this.era = era;
        this.look = Step.from(now);
        this.ahead = Step.from(now);
    }

    /**
     * A trunk as an earlier run left it. What no pod has rests once more, since nobody knows for how long it has.
     *
     * @param written what was written down of its branches
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
            trunk.put(new Owned(eni, Optional.of(groups), groups, pod, true, Step.from(now)));
            trunk.unverified.add(eni.id());
        });
        written.stream()
                .filter(branch -> !trunk.branches.containsKey(branch.eni().id().value()))
                .forEach(branch -> {
                    trunk.put(new Cooling(branch.eni(), branch.groups(), now));
                    trunk.unverified.add(branch.eni().id());
                });
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
                groupsAsOf.put(set.eni(), now);
                change(Owned.class, set.eni(), owned -> owned.having(set.groups(), now));
            }
            case TrunkEvent.GroupsFailed failed -> groupsFailed(failed.eni(), failed.failure(), now);
            case TrunkEvent.Annotated annotated ->
                change(
                        Owned.class,
                        annotated.eni(),
                        owned -> owned.owner().equals(annotated.pod()) ? owned.toldBy(now) : owned);
            case TrunkEvent.AnnotateFailed failed ->
                change(
                        Owned.class,
                        failed.eni(),
                        owned -> owned.owner().equals(failed.pod())
                                ? owned.with(owned.step().failed(now, Duration.ZERO))
                                : owned);
            case TrunkEvent.Deleted deleted -> branches.remove(deleted.eni().value());
            case TrunkEvent.DeleteFailed failed -> deleteFailed(failed.eni(), failed.failure(), now);
            case TrunkEvent.Observed seen -> observed(seen, now);
            case TrunkEvent.ObserveFailed failed ->
                look = look.failed(now, failed.failure().retryAfter());
            case TrunkEvent.PoliciesChanged changed -> named = changed.named();
            case TrunkEvent.TermsChanged changed -> terms = changed.terms();
            case TrunkEvent.Tick _ -> {}
        }
        settle(now);
    }

    // ------------------------------------------------------------------------------------------------ pods

    private void place(BranchPod pod, SecurityGroups groups, Instant now) {
        Optional<Owned> owned =
                all(Owned.class).filter(branch -> branch.owner().equals(pod)).findFirst();
        if (owned.isPresent()) {
            if (!owned.get().wanted().equals(groups)) {
                unverified.remove(owned.get().eni().id());
                put(owned.get().wanting(groups, now));
            }
            return;
        }
        if (all(Making.class).anyMatch(making -> making.isFor(pod))) {
            return;
        }
        wishes.merge(
                pod,
                Wish.of(pod, groups, now),
                (before, _) -> before.groups().equals(groups) ? before : before.wanting(groups));
    }

    private void release(BranchPod pod, Instant now) {
        wishes.remove(pod);
        all(Making.class).filter(making -> making.isFor(pod)).forEach(making -> put(making.withoutWish()));
        all(Owned.class).filter(owned -> owned.owner().equals(pod)).forEach(owned -> {
            if (!owned.hasItsGroups()) {
                groupsAsOf.put(owned.eni().id(), now);
            }
            put(leftBy(owned, now));
        });
    }

    /**
     * What no pod has seen needs no rest. A call that has been sent may have happened, whatever its answer was: then a pod may
     * have seen it, or the groups are others.
     */
    private static Branch leftBy(Owned owned, Instant now) {
        boolean sent = owned.step().pending() || owned.step().failures() > 0;
        boolean seen = owned.told() || (owned.hasItsGroups() && sent);
        Optional<SecurityGroups> groups = owned.hasItsGroups() || !sent ? owned.groups() : Optional.empty();
        return seen ? new Cooling(owned.eni(), groups, now) : new Idle(owned.eni(), groups, now);
    }

    private void releaseOthers(Set<BranchPod> pods, Instant now) {
        Stream.of(
                        wishes.keySet().stream(),
                        all(Making.class)
                                .flatMap(making -> making.wish().stream())
                                .map(Wish::pod),
                        all(Owned.class).map(Owned::owner))
                .flatMap(Function.identity())
                .filter(pod -> !pods.contains(pod))
                .toList()
                .forEach(pod -> release(pod, now));
    }

    // ------------------------------------------------------------------------------------------------ EC2's answers

    private void created(String token, BranchEni eni, Instant now) {
        if (!(branches.get(token) instanceof Making making)) {
            return;
        }
        branches.remove(token);
        if (branches.containsKey(eni.id().value())) {
            // An earlier run made it with this token, and EC2 has shown it since: it rests, and another one is made.
            making.wish().ifPresent(wish -> wishes.put(wish.pod(), wish.anew()));
            return;
        }
        put(making.created(eni, now));
    }

    private void createFailed(String token, CloudFailure failure, Instant now) {
        if (!(branches.get(token) instanceof Making making)) {
            return;
        }
        if (failure.kind() == Kind.NO_ANSWER) {
            branches.put(token, making.with(making.step().failed(now, failure.retryAfter())));
            return;
        }
        branches.remove(token);
        again(making, failure, now);
    }

    /** Whoever was to have what came to nothing waits again, with a place for the wait that the failure asks for. */
    private void again(Making making, CloudFailure failure, Instant now) {
        making.wish()
                .ifPresentOrElse(
                        wish -> wishes.put(wish.pod(), wish.failed(failure, now)),
                        () -> ahead = ahead.failed(now, failure.retryAfter()));
    }

    private void associated(EniId id, String association, Instant now) {
        groupsAsOf.put(id, now);
        change(Making.class, id, making -> {
            BranchEni eni = making.made().orElseThrow().withAssociation(association);
            Optional<SecurityGroups> groups = Optional.of(making.groups());
            return making.wish()
                    .<Branch>map(wish -> new Owned(eni, groups, making.groups(), wish.pod(), false, Step.from(now)))
                    .orElseGet(() -> new Idle(eni, groups, now));
        });
    }

    private void associateFailed(EniId id, CloudFailure failure, Instant now) {
        change(Making.class, id, making -> {
            boolean passes =
                    switch (failure.kind()) {
                        case NO_ANSWER, THROTTLED -> true;
                        case NOT_FOUND -> making.step().failures() < FORGIVEN_NOT_FOUND;
                        default -> false;
                    };
            if (passes) {
                return making.with(making.step().failed(now, failure.retryAfter()));
            }
            again(making, failure, now);
            return Leaving.of(making.made().orElseThrow(), now);
        });
        limitMet |= failure.kind() == Kind.ENI_LIMIT;
        if (limitMet || failure.leavesDoubt() || failure.kind() == Kind.REFUSED) {
            lookSoon(now);
        }
    }

    /** One that has gone meanwhile is no use: its pod, which has not heard of it, waits for another. */
    private void groupsFailed(EniId id, CloudFailure failure, Instant now) {
        if (branches.get(id.value()) instanceof Owned owned && !owned.told() && isOfInterface(failure)) {
            branches.remove(id.value());
            place(owned.owner(), owned.wanted(), now);
            return;
        }
        groupsAsOf.put(id, now);
        change(Owned.class, id, owned -> owned.with(owned.step().failed(now, failure.retryAfter())));
    }

    /** Whether EC2 does not know the interface, rather than something else that the call names. */
    private static boolean isOfInterface(CloudFailure failure) {
        return failure.kind() == Kind.NOT_FOUND && failure.code().contains("NetworkInterface");
    }

    private void deleteFailed(EniId id, CloudFailure failure, Instant now) {
        if (failure.kind() == Kind.NOT_FOUND) {
            branches.remove(id.value());
            return;
        }
        change(Leaving.class, id, leaving -> {
            Leaving next = leaving.with(leaving.step().failed(now, failure.retryAfter()));
            return failure.kind() == Kind.REFUSED && leaving.association().isPresent() ? next.inParts() : next;
        });
    }

    private void observed(TrunkEvent.Observed seen, Instant now) {
        look = Step.from(now.plus(LOOK_PERIOD));
        observed = true;
        Map<String, SeenBranch> found = new LinkedHashMap<>();
        seen.found().forEach(branch -> found.put(branch.id().value(), branch));
        List<EniId> unseen = seen.known().stream()
                .filter(id -> !found.containsKey(id.value()))
                .toList();
        unseen.forEach(id -> forget(id, now));
        if (limitMet && unseen.isEmpty()) {
            // A type that allows less than the table says. Where somebody has taken branches away, the count says
            // nothing.
            long associated =
                    seen.found().stream().filter(SeenBranch::associated).count();
            limit = Math.clamp(associated, 1, facts.limit());
            limitUntil = now.plus(LOOK_PERIOD);
        }
        limitMet = false;
        lost = unseen.stream()
                .filter(id -> branches.get(id.value()) instanceof Owned owned && owned.told())
                .collect(Collectors.toUnmodifiableSet());
        found.forEach((id, branch) -> {
            Branch known = branches.get(id);
            if (known == null) {
                adopt(branch, now);
            } else if (groupsAsOf.getOrDefault(branch.id(), Instant.MIN).isBefore(seen.asked())) {
                learn(known, branch.groups());
            }
        });
        unverified.clear();
        groupsAsOf.keySet().retainAll(known());
    }

    /**
     * EC2 does not have it any more. What a pod has stays all the same: nobody else may get that VLAN id, and people have to be
     * told. EC2 may show what it has just made a little later, so young ones stay too.
     */
    private void forget(EniId id, Instant now) {
        Branch known = branches.get(id.value());
        if ((known instanceof Cooling cooling && (unverified.contains(id) || isSettled(cooling.since(), now)))
                || (known instanceof Idle idle && isSettled(idle.since(), now))) {
            branches.remove(id.value());
        }
    }

    private static boolean isSettled(Instant since, Instant now) {
        return now.isAfter(since.plus(SETTLED));
    }

    /** One that nobody remembers: it rests, since a pod may have had it, and is then like any other. */
    private void adopt(SeenBranch branch, Instant now) {
        if (!branch.associated() && isBeingMade(branch)) {
            return;
        }
        if (branch.eni().isPresent()
                && branch.associated()
                && !isTaken(branch.eni().get().vlan())) {
            put(new Cooling(branch.eni().get(), Optional.of(branch.groups()), now));
        } else {
            Step afterRest = Step.from(now.plus(terms.coolDown()));
            branches.put(branch.id().value(), new Leaving(branch.id(), 0, Optional.empty(), false, afterRest));
        }
    }

    /** Its creation is under way, and EC2 was quicker to show it than to answer. */
    private boolean isBeingMade(SeenBranch branch) {
        return all(Making.class)
                .anyMatch(making -> making.made().isEmpty()
                        && branch.eni()
                                .filter(eni -> eni.vlan() == making.vlan())
                                .isPresent());
    }

    /** What an earlier run gave a pod stays as EC2 has it: that run may not have come to write its last wish down. */
    private void learn(Branch known, SecurityGroups groups) {
        switch (known) {
            case Owned owned
            when !owned.step().pending() ->
                put(new Owned(
                        owned.eni(),
                        Optional.of(groups),
                        unverified.contains(owned.eni().id()) ? groups : owned.wanted(),
                        owned.owner(),
                        owned.told(),
                        owned.step()));
            case Cooling cooling -> put(new Cooling(cooling.eni(), Optional.of(groups), cooling.since()));
            case Idle idle -> put(new Idle(idle.eni(), Optional.of(groups), idle.since()));
            case Owned _, Making _, Leaving _ -> {}
        }
    }

    private void lookSoon(Instant now) {
        if (!look.pending() && look.notBefore().isAfter(now)) {
            look = Step.from(now);
        }
    }

    // ------------------------------------------------------------------------------------------------ decisions

    /** What follows from the state alone: rested branches serve again, waiting pods get branches, others leave. */
    private void settle(Instant now) {
        if (!now.isBefore(limitUntil)) {
            limit = facts.limit();
        }
        all(Cooling.class)
                .filter(cooling -> !unverified.contains(cooling.eni().id()))
                .filter(cooling -> !now.isBefore(cooling.since().plus(terms.coolDown())))
                .forEach(cooling -> put(new Idle(cooling.eni(), cooling.groups(), now)));
        wishesIn(now).forEach(wish -> idleWith(wish.groups()).ifPresent(idle -> give(idle, wish, now)));
        wishesIn(now).forEach(wish -> {
            Optional<Idle> idle = hasRoom() ? spareIdle() : longestIdle(all(Idle.class));
            idle.ifPresentOrElse(found -> give(found, wish, now), () -> make(wish, now));
        });
        all(Idle.class).filter(idle -> !isKept(idle, now)).forEach(idle -> put(Leaving.of(idle.eni(), now)));
        if (wishes.isEmpty() && ahead.isDue(now)) {
            makeAhead(now);
        }
    }

    private List<Wish> wishesIn(Instant now) {
        return wishes.values().stream().filter(wish -> wish.step().isDue(now)).toList();
    }

    private void give(Idle idle, Wish wish, Instant now) {
        wishes.remove(wish.pod());
        put(idle.of(wish.pod(), wish.groups(), now));
    }

    private void make(Wish wish, Instant now) {
        if (hasRoom() && knowsItsBranches()) {
            freeVlan().ifPresent(vlan -> {
                wishes.remove(wish.pod());
                put(Making.of(wish, vlan, now));
            });
        }
    }

    private Optional<Idle> idleWith(SecurityGroups groups) {
        return longestIdle(all(Idle.class).filter(idle -> idle.has(groups)));
    }

    /**
     * One that is not kept ready for its own groups: other groups cost one call, a new interface two or three. Where there is no
     * room for a new one, a pod that waits comes before pods that may come.
     */
    private Optional<Idle> spareIdle() {
        return longestIdle(all(Idle.class)
                .filter(idle -> idle.groups()
                        .map(groups -> idleCount(groups) > warmTarget(groups))
                        .orElse(true)));
    }

    private static Optional<Idle> longestIdle(Stream<Idle> some) {
        return some.min(Comparator.comparing(Idle::since));
    }

    private boolean isKept(Idle idle, Instant now) {
        if (idle.groups().isEmpty() && !observed) {
            return true;
        }
        boolean ready = idle.groups()
                .filter(groups -> idleCount(groups) <= warmTarget(groups))
                .isPresent();
        boolean worth = idle.groups().filter(named::contains).isPresent()
                && now.isBefore(idle.since().plus(terms.idle()));
        return ready || worth;
    }

    private long idleCount(SecurityGroups groups) {
        return all(Idle.class).filter(idle -> idle.has(groups)).count();
    }

    /** Only what pods of this node have is kept ready, and only as long as a policy names it. */
    private int warmTarget(SecurityGroups groups) {
        return named.contains(groups)
                        && all(Owned.class).anyMatch(owned -> owned.wanted().equals(groups))
                ? terms.warm()
                : 0;
    }

    private void makeAhead(Instant now) {
        all(Owned.class).map(Owned::wanted).distinct().toList().forEach(groups -> {
            long coming = all(Making.class)
                    .filter(making -> making.wish().isEmpty() && making.groups().equals(groups))
                    .count();
            for (long have = idleCount(groups) + coming; have < warmTarget(groups) && hasRoom(); have++) {
                String token = facts.instanceId() + "-" + era + "-" + madeAhead++;
                freeVlan().ifPresent(vlan -> put(Making.ahead(groups, token, vlan, now)));
            }
        });
    }

    /** What an earlier run was about to write down takes VLAN ids too; where EC2 does not tell, the risk is taken. */
    private boolean knowsItsBranches() {
        return observed || look.failures() > 0;
    }

    private boolean hasRoom() {
        return branches.size() < limit;
    }

    private Optional<Integer> freeVlan() {
        return Stream.iterate(BranchEni.FIRST_VLAN, vlan -> vlan <= HIGHEST_VLAN, vlan -> vlan + 1)
                .filter(vlan -> !isTaken(vlan))
                .findFirst();
    }

    private boolean isTaken(int vlan) {
        return branches.values().stream().anyMatch(branch -> branch.vlan() == vlan);
    }

    // ------------------------------------------------------------------------------------------------ plan

    /** What to do now, the most urgent first; nothing of what has been sent and not answered. */
    public List<TrunkAction> plan(Instant now) {
        List<TrunkAction> actions = new ArrayList<>();
        due(Owned.class, now)
                .filter(owned -> owned.hasItsGroups() && !owned.told())
                .forEach(owned -> actions.add(new TrunkAction.Annotate(owned.owner(), owned.eni())));
        due(Owned.class, now)
                .filter(owned -> !owned.hasItsGroups())
                .forEach(owned ->
                        actions.add(new TrunkAction.SetGroups(owned.eni().id(), owned.wanted())));
        due(Making.class, now)
                .forEach(making -> actions.add(making.made()
                        .<TrunkAction>map(
                                eni -> new TrunkAction.Associate(eni.id(), making.vlan(), eni.id() + "-" + era))
                        .orElseGet(() -> new TrunkAction.Create(
                                making.token(),
                                making.vlan(),
                                making.groups(),
                                making.wish().map(Wish::pod)))));
        due(Leaving.class, now)
                .forEach(leaving ->
                        actions.add(new TrunkAction.Delete(leaving.id(), leaving.association(), leaving.byParts())));
        if (look.isDue(now)) {
            actions.add(new TrunkAction.Observe(known(), now));
        }
        return List.copyOf(actions);
    }

    /** The action has been sent: it is not planned again until its end has come back. */
    public void begin(TrunkAction action) {
        switch (action) {
            case TrunkAction.Create create -> sent(create.token());
            case TrunkAction.Associate associate -> sent(associate.eni().value());
            case TrunkAction.SetGroups set -> sent(set.eni().value());
            case TrunkAction.Annotate annotate -> sent(annotate.eni().id().value());
            case TrunkAction.Delete delete -> sent(delete.eni().value());
            case TrunkAction.Observe _ -> look = look.sent();
        }
    }

    private void sent(String key) {
        branches.computeIfPresent(
                key,
                (_, branch) -> branch instanceof InSteps going
                        ? going.with(going.step().sent())
                        : branch);
    }

    /** When the clock alone will change something after {@code now}, of which all is planned. */
    public Optional<Instant> nextWake(Instant now) {
        Stream<Instant> steps = Stream.concat(
                        all(InSteps.class).map(InSteps::step),
                        wishes.values().stream().map(Wish::step))
                .filter(step -> !step.pending())
                .map(Step::notBefore);
        Stream<Instant> rests = Stream.concat(
                all(Cooling.class).map(cooling -> cooling.since().plus(terms.coolDown())),
                all(Idle.class).map(idle -> idle.since().plus(terms.idle())));
        Stream<Instant> looks = look.pending() ? Stream.empty() : Stream.of(look.notBefore());
        return Stream.of(steps, rests, looks, Stream.of(ahead.notBefore(), limitUntil))
                .flatMap(Function.identity())
                .filter(time -> time.isAfter(now))
                .min(Comparator.naturalOrder());
    }

    // ------------------------------------------------------------------------------------------------ views

    private Set<EniId> known() {
        return all(Branch.class)
                .flatMap(branch -> branch.made().stream())
                .map(BranchEni::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Pods whose interface EC2 did not show when it was last asked. */
    public List<BranchPod> withLostInterface() {
        return all(Owned.class)
                .filter(owned -> lost.contains(owned.eni().id()))
                .map(Owned::owner)
                .toList();
    }

    /** What has to outlive the controller: every branch that is associated. */
    public List<KnownBranch> ledger() {
        return all(OfInterface.class)
                .map(branch -> new KnownBranch(branch.eni(), branch.groups()))
                .sorted(Comparator.comparing(branch -> branch.eni().id()))
                .toList();
    }

    /** Pods without a branch, in the order in which they came. */
    public List<Wish> waiting() {
        return List.copyOf(wishes.values());
    }

    /** Which pod has which interface, for people. */
    public Map<BranchPod, BranchEni> owners() {
        return all(Owned.class).collect(Collectors.toUnmodifiableMap(Owned::owner, Owned::eni));
    }

    /** Whether nothing is left of it: no branch and no pod that waits for one. */
    public boolean isEmpty() {
        return branches.isEmpty() && wishes.isEmpty();
    }

    public TrunkFigures figures() {
        return new TrunkFigures(
                limit,
                count(Making.class),
                count(Owned.class),
                count(Cooling.class),
                count(Idle.class),
                count(Leaving.class),
                wishes.size());
    }

    private int count(Class<? extends Branch> state) {
        return Math.toIntExact(all(state).count());
    }

    // ------------------------------------------------------------------------------------------------ the map

    /** A copy, so that what is found may be replaced on the way. */
    private <T> Stream<T> all(Class<T> state) {
        return List.copyOf(branches.values()).stream().filter(state::isInstance).map(state::cast);
    }

    private <T extends InSteps> Stream<T> due(Class<T> state, Instant now) {
        return all(state).filter(branch -> branch.step().isDue(now));
    }

    private void put(Branch branch) {
        branches.put(key(branch), branch);
    }

    private static String key(Branch state) {
        return switch (state) {
            case Leaving leaving -> leaving.id().value();
            case Making making -> making.made().map(eni -> eni.id().value()).orElse(making.token());
            case OfInterface branch -> branch.eni().id().value();
        };
    }

    private <T extends Branch> void change(Class<T> state, EniId id, Function<T, Branch> next) {
        @Nullable Branch found = branches.get(id.value());
        if (state.isInstance(found)) {
            put(next.apply(state.cast(found)));
        }
    }
}
