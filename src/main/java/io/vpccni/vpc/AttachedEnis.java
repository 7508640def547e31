package io.vpccni.vpc;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What is attached to a node. */
public record AttachedEnis(List<Eni> ours, List<ForeignEni> foreign) {

    public AttachedEnis {
        ours = List.copyOf(ours);
        foreign = List.copyOf(foreign);
    }

    /**
     * The network cards whose interfaces are for pods, of those that the type has: not one that somebody keeps for an Elastic
     * Fabric Adapter alone.
     */
    public Set<Integer> cardsForPods(Set<Integer> cards) {
        return cards.stream()
                .filter(card -> ours.stream().anyMatch(eni -> eni.card() == card)
                        || foreign.stream().noneMatch(eni -> eni.efaOnly() && eni.card() == card))
                .collect(Collectors.toUnmodifiableSet());
    }
}
