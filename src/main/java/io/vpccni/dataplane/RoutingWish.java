package io.vpccni.dataplane;

import java.util.List;

/** Links, addresses, routes and rules that somebody on the host must have. What belongs to others is never touched. */
public sealed interface RoutingWish permits EniPlan, HostRules, PodsOnHost, BranchesOnHost {

    /** The smallest change that makes it so, in the order to be carried out; empty when nothing has to change. */
    List<RoutingChange> changes(RoutingState found);
}
