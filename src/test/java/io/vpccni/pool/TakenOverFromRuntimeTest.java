package io.vpccni.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.IpAddress;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Pods that are older than the reference's state file: their containers alone are known. */
class TakenOverFromRuntimeTest {

    private static final Sandbox OLD = new Sandbox("_migrated-from-cri", "container-1", "unknown");

    private final PoolFixture fixture = new PoolFixture(PoolFixture.targets(0, 1, 0)).withPrimary(3);
    private final IpAddress address =
            fixture.pool.enis().getFirst().eni().slots().addresses().iterator().next();

    @Test
    void theDelOfTheContainerReleasesItsAddress() {
        restoreOld();

        fixture.del(1);

        assertThat(fixture.answers).singleElement().isInstanceOfSatisfying(Answer.Released.class, released -> {
            assertThat(released.sandbox()).isEqualTo(PoolFixture.sandbox(1));
            assertThat(released.assignment().map(Assignment::address)).contains(address);
        });
        assertThat(fixture.pool.coolingUntil()).containsOnlyKeys(address);
    }

    @Test
    void theDelOfAnotherContainerDoesNot() {
        restoreOld();

        fixture.del(2);

        assertThat(fixture.answers).containsExactly(new Answer.Released(PoolFixture.sandbox(2), Optional.empty()));
        assertThat(fixture.pool.assignmentOf(OLD)).isPresent();
    }

    @Test
    void whatTheContainerHasUnderItsOwnKeyGoesFirst() {
        restoreOld();
        fixture.add(1);

        fixture.del(1);

        assertThat(fixture.pool.assignments()).extracting(Assignment::sandbox).containsExactly(OLD);
    }

    private void restoreOld() {
        fixture.pool.restore(address, new AddressState.Assigned(OLD, PodName.UNKNOWN, fixture.now));
    }
}
