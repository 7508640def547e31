package io.vpccni.branch;

import io.vpccni.branch.Branch.InSteps;
import io.vpccni.branch.Branch.Leaving;
import io.vpccni.branch.Branch.Making;
import io.vpccni.branch.Branch.OfInterface;
import io.vpccni.vpc.EniId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The branches of one trunk in the order in which they came: a creation is known by its token, an interface by its id. */
final class Branches {

    /** Ids that are given; the reference's table ends here too. */
    private static final int HIGHEST_VLAN = BranchLimits.MOST;

    private final Map<String, Branch> byKey = new LinkedHashMap<>();

    /** A copy, so that what is found may be replaced on the way. */
    <T> Stream<T> all(Class<T> state) {
        return List.copyOf(byKey.values()).stream().filter(state::isInstance).map(state::cast);
    }

    <T extends InSteps> Stream<T> due(Class<T> state, Instant now) {
        return all(state).filter(branch -> branch.step().isDue(now));
    }

    int count(Class<? extends Branch> state) {
        return Math.toIntExact(all(state).count());
    }

    int size() {
        return byKey.size();
    }

    Optional<Branch> of(EniId id) {
        return Optional.ofNullable(byKey.get(id.value()));
    }

    /** The creation with this token, while EC2 has not answered it. */
    Optional<Making> creation(String token) {
        return byKey.get(token) instanceof Making making ? Optional.of(making) : Optional.empty();
    }

    void put(Branch branch) {
        byKey.put(key(branch), branch);
    }

    private static String key(Branch state) {
        return switch (state) {
            case Leaving leaving -> leaving.id().value();
            case Making making -> making.made().map(eni -> eni.id().value()).orElse(making.token());
            case OfInterface branch -> branch.eni().id().value();
        };
    }

    void remove(EniId id) {
        byKey.remove(id.value());
    }

    void removeCreation(String token) {
        byKey.remove(token);
    }

    <T extends Branch> void change(Class<T> state, EniId id, Function<T, Branch> next) {
        @Nullable Branch found = byKey.get(id.value());
        if (state.isInstance(found)) {
            put(next.apply(state.cast(found)));
        }
    }

    void sent(EniId id) {
        sent(id.value());
    }

    /** The creation with this token, or what is known by it, has been sent. */
    void sent(String key) {
        byKey.computeIfPresent(
                key,
                (_, branch) -> branch instanceof InSteps going
                        ? going.with(going.step().sent())
                        : branch);
    }

    /** Interfaces that EC2 has made and that may be used. */
    Set<EniId> made() {
        return all(Branch.class)
                .flatMap(branch -> branch.made().stream())
                .map(BranchEni::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean isTaken(int vlan) {
        return byKey.values().stream().anyMatch(branch -> branch.vlan() == vlan);
    }

    Optional<Integer> freeVlan() {
        return Stream.iterate(BranchEni.FIRST_VLAN, vlan -> vlan <= HIGHEST_VLAN, vlan -> vlan + 1)
                .filter(vlan -> !isTaken(vlan))
                .findFirst();
    }
}
