package io.vpccni.controller;

import io.smallrye.mutiny.Uni;
import io.vpccni.branch.BranchPod;
import io.vpccni.branch.KnownBranch;
import io.vpccni.branch.TrunkAction;
import io.vpccni.branch.TrunkEvent;
import io.vpccni.branch.TrunkFacts;
import java.util.List;

/** Carries out what the loop has decided. */
interface BranchEdges {

    /** Does it and says how it ended. A failure is an event too: this never fails. */
    Uni<TrunkEvent> carryOut(TrunkFacts trunk, TrunkAction action);

    /** The trunk's branches are these now. Returns at once. */
    void branchesChanged(TrunkFacts trunk, List<KnownBranch> branches);

    /** EC2 does not have the interfaces of these pods any more. Returns at once. */
    void interfacesLost(TrunkFacts trunk, List<BranchPod> pods);
}
