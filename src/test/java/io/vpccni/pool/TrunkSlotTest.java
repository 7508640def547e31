package io.vpccni.pool;

import static io.vpccni.pool.PoolFixture.COOL_DOWN;
import static io.vpccni.pool.PoolFixture.SLOTS;
import static io.vpccni.pool.PoolFixture.targets;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.EniId;
import io.vpccni.vpc.ForeignEni;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SubnetId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** m5.large: three interfaces, 9 slots for pods on each. */
class TrunkSlotTest {

    private static final Targets WITH_TRUNK =
            new Targets(IpFamily.IPV4, 1, 0, 0, false, 0, new TreeMap<>(Map.of(0, 3)), SLOTS, 29, COOL_DOWN, true);

    @Test
    void oneInterfaceIsLeftForTheTrunk() {
        assertThat(full(new PoolFixture(WITH_TRUNK)).sizes()).containsExactly(9, 9);
        assertThat(full(new PoolFixture(targets(1, 0, 0))).sizes()).containsExactly(9, 9, 9);
    }

    @Test
    void aTrunkThatIsThereTakesItsPlaceAndNoFurtherOneIsKept() {
        PoolFixture fixture = new PoolFixture(WITH_TRUNK);
        ForeignEni trunk = new ForeignEni(
                new EniId("eni-trunk"),
                0,
                2,
                false,
                Optional.of(new ForeignEni.Trunk(new MacAddress("02:00:00:00:00:77"), new SubnetId("subnet-1"))));
        fixture.pool.takeNote(List.of(trunk));

        assertThat(full(fixture).sizes()).containsExactly(9, 9);
        assertThat(fixture.pool.trunk()).contains(trunk);
    }

    /** As many pods as three interfaces would serve. */
    private static PoolFixture full(PoolFixture fixture) {
        fixture.withPrimary(0).settle();
        IntStream.rangeClosed(1, 19).forEach(pod -> fixture.add(pod).settle());
        return fixture;
    }
}
