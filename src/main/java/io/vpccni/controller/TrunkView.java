package io.vpccni.controller;

import io.vpccni.branch.BranchEni;
import io.vpccni.branch.BranchPod;
import io.vpccni.branch.Trunk;
import io.vpccni.branch.TrunkFacts;
import io.vpccni.branch.TrunkFigures;
import io.vpccni.branch.Wish;
import java.util.List;
import java.util.Map;

/** A trunk as of its last turn. */
record TrunkView(
        TrunkFacts facts,
        TrunkFigures figures,
        Map<BranchPod, BranchEni> owners,
        List<Wish> waiting,
        List<BranchPod> lost) {

    static TrunkView of(Trunk trunk) {
        return new TrunkView(
                trunk.facts(), trunk.figures(), trunk.owners(), trunk.waiting(), trunk.withLostInterface());
    }
}
