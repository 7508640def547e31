package io.vpccni.vpc;

import java.util.List;

/** What is attached to a node. */
public record AttachedEnis(List<Eni> ours, List<ForeignEni> foreign) {

    public AttachedEnis {
        ours = List.copyOf(ours);
        foreign = List.copyOf(foreign);
    }
}
