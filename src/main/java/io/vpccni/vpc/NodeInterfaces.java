package io.vpccni.vpc;

import java.util.List;

/** What is attached to a node. */
public record NodeInterfaces(List<Eni> ours, List<ForeignEni> foreign) {

    public NodeInterfaces {
        ours = List.copyOf(ours);
        foreign = List.copyOf(foreign);
    }
}
