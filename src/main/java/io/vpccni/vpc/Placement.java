package io.vpccni.vpc;

import java.util.List;

/** Where a new interface is created. */
public record Placement(SubnetId subnet, List<String> securityGroups) {

    public Placement {
        securityGroups = List.copyOf(securityGroups);
    }
}
