package io.vpccni.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.testing.Seeds;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BranchSimulationTest {

    private static final int ACTIONS = 120;

    @BeforeAll
    static void warmUp() {
        new BranchSimulation(0).run(1);
    }

    @Test
    void everyPromiseHoldsAfterEveryEventAndEverythingSettles() {
        Seeds.hold(3_000, ACTIONS, (seed, actions) -> new BranchSimulation(seed).run(actions));
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        assertThat(new BranchSimulation(42).run(ACTIONS)).isEqualTo(new BranchSimulation(42).run(ACTIONS));
    }
}
