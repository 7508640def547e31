package io.vpccni.pool;

import static io.vpccni.pool.PoolFixture.eni;
import static io.vpccni.pool.PoolFixture.ipv6Targets;
import static io.vpccni.pool.PoolFixture.sandbox;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class Ipv6ModeTest {

    private final PoolFixture fixture = new PoolFixture(ipv6Targets(1));

    @Test
    void theFirstInterfaceGetsOnePrefixAndNoMore() {
        fixture.withPrimary(0);

        assertThat(fixture.plan())
                .containsExactly(
                        new Action.FillEni(fixture.pool.enis().getFirst().id(), SlotKind.IPV6_PREFIX, 1));
    }

    @Test
    void aThousandPodsLiveInOnePrefix() {
        fixture.withPrimary(0).settle();

        IntStream.rangeClosed(1, 1000).forEach(fixture::add);

        assertThat(fixture.granted()).hasSize(1000);
        assertThat(fixture.pool.assignments())
                .extracting(Assignment::address)
                .startsWith(IpAddress.parse("2001:db8:0:0:1::"), IpAddress.parse("2001:db8:0:0:1::1"))
                .doesNotHaveDuplicates();
        assertThat(fixture.plan()).isEmpty();
    }

    @Test
    void aFreedAddressRests() {
        fixture.withPrimary(0).settle().add(1);
        IpAddress address = fixture.pool.assignments().getFirst().address();
        fixture.del(1);

        assertThat(fixture.pool.coolingUntil()).containsOnlyKeys(address);
        fixture.pass(PoolFixture.COOL_DOWN);
        assertThat(fixture.pool.coolingUntil()).isEmpty();
    }

    @Test
    void anExcludedFirstInterfaceIsReplacedByAnother() {
        fixture.pool.adopt(excluded(), fixture.now);

        fixture.settle().add(1);

        assertThat(fixture.prefixes()).containsExactly(0, 1);
        assertThat(fixture.pool.assignments().getFirst().eni().deviceIndex()).isEqualTo(1);
    }

    private static Eni excluded() {
        Eni first = eni(0, Slots.EMPTY);
        return new Eni(
                first.id(),
                first.mac(),
                0,
                0,
                first.subnet(),
                first.subnetCidr(),
                first.primaryAddress(),
                first.ipv6(),
                Slots.EMPTY,
                true,
                false);
    }

    @Test
    void whereASubnetHasNoPrefixAnotherInterfaceIsTriedAndNeverASingleAddress() {
        fixture.withPrimary(0).add(1);
        Action.FillEni fill = (Action.FillEni) fixture.plan().getFirst();
        fixture.apply(new PoolEvent.EniFailed(
                fill.eni(),
                new CloudFailure(
                        CloudFailure.Kind.NO_CONTIGUOUS_PREFIX,
                        "InsufficientCidrBlocks",
                        "none",
                        Duration.ofSeconds(20))));

        assertThat(fixture.plan()).containsExactly(new Action.CreateEni(1, 0, 1, SlotKind.IPV6_PREFIX, 1));
        assertThat(fixture.pool.diagnosis().reason()).isEqualTo(Reason.NO_CONTIGUOUS_PREFIX);
    }

    @Test
    void nothingIsGivenBackHoweverIdleTheNodeIs() {
        fixture.pool.adopt(eni(0, fixture.newSlots(SlotKind.IPV6_PREFIX, 2)), fixture.now);
        fixture.pool.adopt(eni(1, fixture.newSlots(SlotKind.IPV6_PREFIX, 1)), fixture.now);

        fixture.pass(Duration.ofHours(1));

        assertThat(fixture.plan()).isEmpty();
    }

    @Test
    void aPrefixThatIsGoneLeavesItsPodsWhatTheyHave() {
        fixture.withPrimary(0).settle().add(1).add(2).pass(Sightings.STALE_VIEW);
        IpAddress used = fixture.pool.assignmentOf(sandbox(1)).orElseThrow().address();

        fixture.apply(new PoolEvent.EniObserved(eni(0, Slots.EMPTY)));
        fixture.add(3);

        assertThat(fixture.pool.assignmentOf(sandbox(1)).orElseThrow().address())
                .isEqualTo(used);
        assertThat(fixture.pool.assignmentOf(sandbox(3))).isEmpty();
        fixture.settle();
        assertThat(fixture.pool.assignmentOf(sandbox(3)).orElseThrow().address())
                .isEqualTo(IpAddress.parse("2001:db8:0:0:2::"));
        fixture.del(1).pass(PoolFixture.COOL_DOWN);
        assertThat(fixture.pool.enis().getFirst().state(used))
                .as("nobody gets it again")
                .isNull();
        assertThat(List.copyOf(fixture.pool.coolingUntil().keySet())).isEmpty();
    }
}
