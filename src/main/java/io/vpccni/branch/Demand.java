package io.vpccni.branch;

import io.vpccni.branch.Branch.Idle;
import io.vpccni.branch.Branch.Leaving;
import io.vpccni.branch.Branch.Making;
import io.vpccni.branch.Branch.Owned;
import io.vpccni.vpc.CloudFailure;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The pods of a trunk's node that wait, and who gets what: a branch that is ready, one whose groups are changed, or a new one.
 * What nobody wants leaves.
 */
final class Demand {

    private final Branches branches;
    private final String tokenOfAhead;
    private final Map<BranchPod, Wish> wishes = new LinkedHashMap<>();
    private BranchTerms terms;
    private Set<SecurityGroups> named = Set.of();
    private Step ahead;
    private int madeAhead;

    /**
     * What may be done now.
     *
     * @param limit branches that the trunk may have
     * @param mayGive whether what is ready can be relied on
     * @param mayMake whether it is known what is there already
     */
    record Means(int limit, boolean mayGive, boolean mayMake) {}

    /** @param tokenOfAhead begins the tokens of creations that no pod waits for */
    Demand(Branches branches, BranchTerms terms, String tokenOfAhead, Instant now) {
        this.branches = branches;
        this.terms = terms;
        this.tokenOfAhead = tokenOfAhead;
        this.ahead = Step.from(now);
    }

    void setTerms(BranchTerms next) {
        terms = next;
    }

    BranchTerms terms() {
        return terms;
    }

    void setNamed(Set<SecurityGroups> next) {
        named = next;
    }

    /** Whether there may be pods for branches: one waits, or a policy is there that may select the next. */
    boolean isAny() {
        return !wishes.isEmpty() || !named.isEmpty();
    }

    // ------------------------------------------------------------------------------------------------ wishes

    void want(BranchPod pod, SecurityGroups groups, Instant now) {
        wishes.merge(
                pod,
                Wish.of(pod, groups, now),
                (before, _) -> before.groups().equals(groups) ? before : before.wanting(groups));
    }

    void drop(BranchPod pod) {
        wishes.remove(pod);
    }

    /** Whoever was to have what came to nothing waits again, with a place for the wait that the failure asks for. */
    void again(Making making, CloudFailure failure, Instant now) {
        making.wish()
                .ifPresentOrElse(
                        wish -> wishes.put(wish.pod(), wish.failed(failure, now)),
                        () -> ahead = ahead.failed(now, failure.retryAfter()));
    }

    /** The pod waits again, and its next creation has a token that has not been used. */
    void anew(Making making) {
        making.wish().ifPresent(wish -> wishes.put(wish.pod(), wish.anew()));
    }

    /** Pods without a branch, in the order in which they came. */
    List<Wish> waiting() {
        return List.copyOf(wishes.values());
    }

    /** Times at which a wait is over. */
    Stream<Instant> wakes() {
        return Stream.concat(
                wishes.values().stream().map(wish -> wish.step().notBefore()), Stream.of(ahead.notBefore()));
    }

    // ------------------------------------------------------------------------------------------------ decisions

    /** Waiting pods get branches, and what is not worth keeping leaves. */
    void settle(Means means, Instant now) {
        if (means.mayGive()) {
            due(now).forEach(wish -> idleWith(wish.groups()).ifPresent(idle -> give(idle, wish, now)));
        }
        due(now).forEach(wish -> {
            Optional<Idle> idle = hasRoom(means) ? spareIdle() : longestIdle(branches.all(Idle.class));
            idle.filter(_ -> means.mayGive())
                    .ifPresentOrElse(found -> give(found, wish, now), () -> make(wish, means, now));
        });
        branches.all(Idle.class)
                .filter(idle -> !isKept(idle, means, now))
                .forEach(idle -> branches.put(Leaving.of(idle.eni(), now)));
        if (wishes.isEmpty() && ahead.isDue(now) && means.mayMake()) {
            makeAhead(means, now);
        }
    }

    private List<Wish> due(Instant now) {
        return wishes.values().stream().filter(wish -> wish.step().isDue(now)).toList();
    }

    private boolean hasRoom(Means means) {
        return branches.size() < means.limit();
    }

    private void give(Idle idle, Wish wish, Instant now) {
        wishes.remove(wish.pod());
        branches.put(idle.of(wish.pod(), wish.groups(), now));
    }

    private void make(Wish wish, Means means, Instant now) {
        if (hasRoom(means) && means.mayMake()) {
            branches.freeVlan().ifPresent(vlan -> {
                wishes.remove(wish.pod());
                branches.put(Making.of(wish, vlan, now));
            });
        }
    }

    private Optional<Idle> idleWith(SecurityGroups groups) {
        return longestIdle(branches.all(Idle.class).filter(idle -> idle.has(groups)));
    }

    /**
     * One that is not kept ready for its own groups: other groups cost one call, a new interface two or three. Where there is no
     * room for a new one, a pod that waits comes before pods that may come.
     */
    private Optional<Idle> spareIdle() {
        return longestIdle(branches.all(Idle.class)
                .filter(idle -> idle.groups()
                        .map(groups -> idleCount(groups) > warmTarget(groups))
                        .orElse(true)));
    }

    private static Optional<Idle> longestIdle(Stream<Idle> some) {
        return some.min(Comparator.comparing(Idle::since));
    }

    /** One with unknown groups is kept until EC2 has told them. */
    private boolean isKept(Idle idle, Means means, Instant now) {
        if (idle.groups().isEmpty() && !means.mayMake()) {
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
        return branches.all(Idle.class).filter(idle -> idle.has(groups)).count();
    }

    /** Only what pods of this node have is kept ready, and only as long as a policy names it. */
    private int warmTarget(SecurityGroups groups) {
        return named.contains(groups)
                        && branches.all(Owned.class)
                                .anyMatch(owned -> owned.wanted().equals(groups))
                ? terms.warm()
                : 0;
    }

    private void makeAhead(Means means, Instant now) {
        branches.all(Owned.class).map(Owned::wanted).distinct().toList().forEach(groups -> {
            long coming = branches.all(Making.class)
                    .filter(making -> making.wish().isEmpty() && making.groups().equals(groups))
                    .count();
            for (long have = idleCount(groups) + coming; have < warmTarget(groups) && hasRoom(means); have++) {
                String token = tokenOfAhead + "-" + madeAhead++;
                branches.freeVlan().ifPresent(vlan -> branches.put(Making.ahead(groups, token, vlan, now)));
            }
        });
    }
}
