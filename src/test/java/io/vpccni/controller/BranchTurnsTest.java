package io.vpccni.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.vpccni.branch.BranchPod;
import io.vpccni.branch.BranchTerms;
import io.vpccni.branch.KnownBranch;
import io.vpccni.branch.Trunk;
import io.vpccni.branch.TrunkAction;
import io.vpccni.branch.TrunkEvent;
import io.vpccni.branch.TrunkFacts;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SubnetId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class BranchTurnsTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    /** EC2 and the API server do not answer. */
    private static final BranchEdges SILENCE = new BranchEdges() {
        @Override
        public Uni<TrunkEvent> carryOut(TrunkFacts trunk, TrunkAction action) {
            return Uni.createFrom().nothing();
        }

        @Override
        public void branchesChanged(TrunkFacts trunk, List<KnownBranch> branches) {}

        @Override
        public void interfacesLost(TrunkFacts trunk, List<BranchPod> pods) {}
    };

    private final BranchTurns turns = new BranchTurns(SILENCE, _ -> {});

    static Trunk trunkOf(String instance) {
        TrunkFacts facts = new TrunkFacts(
                instance,
                "node1",
                new EniId("eni-1"),
                new MacAddress("02:00:00:00:00:01"),
                2,
                new SubnetId("subnet-1"),
                9);
        return new Trunk(facts, BranchTerms.USUAL, "era", NOW);
    }

    private static LoopEvent found(String instance) {
        return new LoopEvent.TrunkFound(trunkOf(instance));
    }

    @Test
    void theEndOfAnInstanceWithoutATrunkIsNotTheEndOfATrunkThatComes() {
        turns.turn(List.of(new LoopEvent.InstanceGone("i-1")), NOW);

        turns.turn(List.of(found("i-1")), NOW);

        assertThat(turns.views()).containsOnlyKeys("i-1");
    }

    @Test
    void anInstanceThatIsGoneIsForgottenWithItsLastBranch() {
        turns.turn(List.of(found("i-1"), found("i-2")), NOW);

        turns.turn(List.of(new LoopEvent.InstanceGone("i-1")), NOW);

        assertThat(turns.views()).containsOnlyKeys("i-2");
    }
}
