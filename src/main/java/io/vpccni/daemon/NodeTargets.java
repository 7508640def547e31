package io.vpccni.daemon;

import io.vpccni.config.NodeSettings.PoolSettings;
import io.vpccni.kube.NodeFacts;
import io.vpccni.kube.NodeFacts.WarmTargets;
import io.vpccni.pool.Targets;
import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.InstanceLimits;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many addresses the node is to hold: what its type can carry, what the environment says, and what the Node object says,
 * which counts before the environment.
 *
 * @param attached what was on the node at the start: a card that somebody keeps for an adapter alone is not ours
 * @param keepsTrunkSlot whether a place is kept for a trunk interface
 */
record NodeTargets(PoolSettings pool, InstanceLimits limits, AttachedEnis attached, boolean keepsTrunkSlot) {

    /** Why a node with these settings cannot serve pods at all. */
    Optional<String> obstacle() {
        return switch (pool.family()) {
            case IPV4 -> Optional.empty();
            case IPV6 ->
                limits.prefixDelegation()
                        ? Optional.empty()
                        : Optional.of(
                                "ENABLE_IPv6 needs an instance on Nitro or bare metal, whose interfaces carry prefixes");
        };
    }

    /** Whether prefixes are wanted and the type has none: then there are secondary addresses. */
    boolean lacksPrefixes() {
        return pool.prefixes() && !limits.prefixDelegation();
    }

    /**
     * @param facts of the Node object; empty while nobody knows it
     */
    Targets with(Optional<NodeFacts> facts) {
        WarmTargets own = facts.map(NodeFacts::warmTargets).orElse(WarmTargets.NONE);
        boolean prefixes = pool.prefixes() && limits.prefixDelegation();
        return new Targets(
                pool.family(),
                own.warmEnis().orElse(pool.warmEnis()),
                own.warmAddresses().orElse(pool.warmAddresses()),
                own.minimumAddresses().orElse(pool.minimumAddresses()),
                prefixes,
                switch (pool.family()) {
                    case IPV4 -> own.warmPrefixes().orElse(pool.warmPrefixes());
                    case IPV6 -> 0; // one prefix is more than enough
                },
                maxEnis(own.maxEnis().isPresent() ? own.maxEnis() : pool.maxEnis()),
                limits.slotsPerEni(),
                facts.map(NodeFacts::maxPods)
                        .orElse(OptionalInt.empty())
                        .orElse(prefixes ? limits.maxPodsWithPrefixes() : limits.maxPods()),
                pool.coolDown(),
                keepsTrunkSlot);
    }

    /** MAX_ENI counts for each card, as with the reference. */
    private SortedMap<Integer, Integer> maxEnis(OptionalInt ceiling) {
        Set<Integer> cards =
                pool.multiNic() ? attached.cardsForPods(limits.enisPerCard().keySet()) : Set.of(0);
        SortedMap<Integer, Integer> maxEnis = new TreeMap<>(limits.enisPerCard());
        maxEnis.keySet().retainAll(cards);
        maxEnis.replaceAll((_, limit) -> Math.min(limit, ceiling.orElse(limit)));
        return maxEnis;
    }
}
