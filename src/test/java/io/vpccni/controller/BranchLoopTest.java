package io.vpccni.controller;

import static io.vpccni.controller.BranchTurnsTest.trunkOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.vpccni.branch.BranchPod;
import io.vpccni.branch.KnownBranch;
import io.vpccni.branch.TrunkAction;
import io.vpccni.branch.TrunkEvent;
import io.vpccni.branch.TrunkFacts;
import io.vpccni.testing.Eventually;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class BranchLoopTest {

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch free = new CountDownLatch(1);

    /** The turn of the first trunk lasts until the test lets it go on. */
    private final BranchEdges slow = new BranchEdges() {
        @Override
        public Uni<TrunkEvent> carryOut(TrunkFacts trunk, TrunkAction action) {
            begun.countDown();
            try {
                free.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Uni.createFrom().nothing();
        }

        @Override
        public void branchesChanged(TrunkFacts trunk, List<KnownBranch> branches) {}

        @Override
        public void interfacesLost(TrunkFacts trunk, List<BranchPod> pods) {}
    };

    @Test
    void aTrunkServesFromTheMomentItIsFoundHoweverLongTheLoopIsBusy() throws Exception {
        try (BranchLoop loop = new BranchLoop(slow, InstantSource.system())) {
            loop.found(trunkOf("i-1"));
            begun.await();

            loop.found(trunkOf("i-2"));

            assertThat(loop.views()).doesNotContainKey("i-2");
            assertThat(loop.serves("i-2")).isTrue();
            assertThat(loop.serves("i-3")).isFalse();

            free.countDown();
            Eventually.get("the turn that takes it in", loop::views, views -> views.containsKey("i-2"));
            loop.gone("i-2");
            Eventually.get("its end", () -> loop.serves("i-2"), serves -> !serves);
        }
    }
}
