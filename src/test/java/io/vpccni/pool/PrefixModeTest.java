package io.vpccni.pool;

import static io.vpccni.pool.PoolFixture.COOL_DOWN;
import static io.vpccni.pool.PoolFixture.SLOTS;
import static io.vpccni.pool.PoolFixture.eni;
import static io.vpccni.pool.PoolFixture.failure;
import static io.vpccni.pool.PoolFixture.prefixTargets;
import static io.vpccni.pool.PoolFixture.targets;
import static io.vpccni.vpc.SlotKind.ADDRESS;
import static io.vpccni.vpc.SlotKind.PREFIX;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Slots;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefixModeTest {

    private static final EniId PRIMARY = eni(0, Set.of()).id();

    /** The reference's own worked examples, m5.large with 110 pods. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            WARM_PREFIX_TARGET=1, no pod                       | 1 | 0 | 0  | 0  | 1
            WARM_PREFIX_TARGET=1, 1 pod                        | 1 | 0 | 0  | 1  | 2
            WARM_PREFIX_TARGET=1, 16 pods                      | 1 | 0 | 0  | 16 | 2
            WARM_PREFIX_TARGET=1, 17 pods                      | 1 | 0 | 0  | 17 | 3
            WARM_PREFIX_TARGET=2, no pod                       | 2 | 0 | 0  | 0  | 2
            WARM_PREFIX_TARGET=0, no pod: one at least         | 0 | 0 | 0  | 0  | 1
            WARM_PREFIX_TARGET=0, 15 pods: one address is free | 0 | 0 | 0  | 15 | 1
            WARM_PREFIX_TARGET=0, 16 pods: none is free        | 0 | 0 | 0  | 16 | 2
            WARM_IP_TARGET=5, MINIMUM_IP_TARGET=20, no pod     | 1 | 5 | 20 | 0  | 2
            WARM_IP_TARGET=5, MINIMUM_IP_TARGET=20, 28 pods    | 1 | 5 | 20 | 28 | 3
            """)
    void theFixedPointIsTheReferences(
            String name, int warmPrefixes, int warmAddresses, int minimum, int pods, String prefixes) {
        PoolFixture fixture = new PoolFixture(prefixTargets(warmPrefixes, warmAddresses, minimum))
                .withPrimary(0)
                .settle();

        IntStream.rangeClosed(1, pods).forEach(pod -> fixture.add(pod).settle());

        assertThat(fixture.prefixes())
                .isEqualTo(
                        Arrays.stream(prefixes.split(" ")).map(Integer::valueOf).toList());
        assertThat(fixture.granted()).hasSize(pods);
        fixture.pass(Duration.ofHours(1));
        assertThat(Planner.plan(fixture.pool, fixture.now)).isEqualTo(Plan.HOLD);
    }

    @Test
    void aBurstTakesOneCallAnInterface() {
        PoolFixture fixture = new PoolFixture(prefixTargets(1, 0, 0)).withPrimary(0);

        IntStream.rangeClosed(1, 100).forEach(fixture::add);

        List<Action> actions = fixture.plan();
        assertThat(actions)
                .as("the node runs 110 pods, so a whole warm prefix on top would never be used")
                .containsExactly(new Action.FillEni(PRIMARY, PREFIX, 7));
        actions.forEach(fixture::carryOut);
        assertThat(fixture.granted()).hasSize(100);
    }

    @Test
    void podsPackIntoTheFullestPrefixAndAllSixteenAddressesServe() {
        PoolFixture fixture =
                new PoolFixture(prefixTargets(2, 0, 0)).withPrimary(0).settle();

        IntStream.rangeClosed(1, 16).forEach(fixture::add);

        Set<IpCidr> used = fixture.pool.assignments().stream()
                .map(has -> IpCidr.delegatedPrefixOf(has.address()))
                .collect(java.util.stream.Collectors.toSet());
        assertThat(used).hasSize(1);
        assertThat(fixture.pool.assignments())
                .extracting(Assignment::address)
                .contains(used.iterator().next().base())
                .doesNotHaveDuplicates();
    }

    @Test
    void onlyWholeFreePrefixesGoBackAndNotTheCoolingOnes() {
        PoolFixture fixture = new PoolFixture(prefixTargets(1, 0, 0)).withPrimary(0);
        IntStream.rangeClosed(1, 40).forEach(fixture::add);
        fixture.settle();
        IntStream.rangeClosed(2, 40).forEach(fixture::del);
        assertThat(fixture.prefixes()).containsExactly(4);

        fixture.pass(COOL_DOWN.minusSeconds(1));
        assertThat(fixture.plan()).as("three prefixes rest, one is warm").isEmpty();

        fixture.pass(Duration.ofSeconds(1)).settle();
        assertThat(fixture.prefixes()).containsExactly(2);
    }

    @Test
    void aSmallerRequestFollowsARefusedOneAndAtLastSingleAddresses() {
        PoolFixture fixture = new PoolFixture(prefixTargets(1, 0, 0)).withPrimary(0);
        IntStream.rangeClosed(1, 33).forEach(fixture::add);

        assertThat(fixture.plan()).containsExactly(new Action.FillEni(PRIMARY, PREFIX, 4));
        fixture.apply(new PoolEvent.EniFailed(PRIMARY, failure(Kind.NO_CONTIGUOUS_PREFIX)));
        assertThat(fixture.plan()).containsExactly(new Action.FillEni(PRIMARY, PREFIX, 2));
        fixture.apply(new PoolEvent.EniFailed(PRIMARY, failure(Kind.NO_CONTIGUOUS_PREFIX)));
        assertThat(fixture.plan()).containsExactly(new Action.FillEni(PRIMARY, PREFIX, 1));
        fixture.apply(new PoolEvent.EniFailed(PRIMARY, failure(Kind.NO_CONTIGUOUS_PREFIX)));

        assertThat(fixture.plan())
                .as("33 pods and 16 warm addresses, one slot each")
                .startsWith(new Action.FillEni(PRIMARY, ADDRESS, SLOTS))
                .filteredOn(Action.CreateEni.class::isInstance)
                .hasSize(2);
    }

    @Test
    void aFragmentedSubnetIsAskedForPrefixesAgainOnlyAfterItsPauseAndWhenPodsCameOrWent() {
        PoolFixture fixture =
                new PoolFixture(prefixTargets(1, 0, 0)).withPrimary(0).add(1);
        withoutPrefixes(fixture);
        assertThat(fixture.granted()).hasSize(1);

        fixture.pass(Duration.ofHours(1));
        assertThat(fixture.plan()).as("an idle node asks for nothing").isEmpty();

        fixture.add(2);
        assertThat(fixture.plan())
                .contains(new Action.FillEni(fixture.pool.enis().get(1).id(), PREFIX, 1));
    }

    @Test
    void podsMoveFromSingleAddressesToPrefixesWhenTheyAreToBeHad() {
        PoolFixture fixture =
                new PoolFixture(prefixTargets(1, 0, 0)).withPrimary(0).add(1, 2, 3);
        withoutPrefixes(fixture);

        fixture.del(2)
                .pass(Duration.ofMinutes(10))
                .settle()
                .pass(Duration.ofMinutes(1))
                .settle();

        assertThat(fixture.prefixes().getFirst() + fixture.prefixes().get(1)).isEqualTo(1);
        assertThat(fixture.sizes().stream().mapToInt(size -> size).sum())
                .as("one free prefix and the two pods' own addresses")
                .isEqualTo(18);
        fixture.add(4);
        assertThat(fixture.pool
                        .assignmentOf(PoolFixture.sandbox(4))
                        .orElseThrow()
                        .address())
                .matches(address -> fixture.pool.enis().stream()
                        .anyMatch(eni -> eni.freeByPrefix().containsKey(IpCidr.delegatedPrefixOf(address))));
    }

    @Test
    void aNodeFullOfSingleAddressesGivesOneBackToTryForAPrefix() {
        PoolFixture fixture = new PoolFixture(prefixTargets(1, 0, 0));
        IntStream.range(0, 3).forEach(device -> fixture.pool.adopt(fixture.eni(device, SLOTS), fixture.now));
        fixture.add(1);

        List<Action> actions = fixture.plan();
        assertThat(actions)
                .satisfiesExactly(
                        action -> assertThat(((Action.GiveBack) action).slots().addresses())
                                .hasSize(1));
        actions.forEach(fixture::carryOut);
        fixture.settle();
        IntStream.rangeClosed(1, 3)
                .forEach(round -> fixture.pass(Duration.ofMinutes(1)).settle());

        assertThat(fixture.prefixes().stream().mapToInt(count -> count).sum()).isEqualTo(1);
        assertThat(fixture.sizes().stream().mapToInt(size -> size).sum()).isEqualTo(17);
    }

    @Test
    void afterPrefixesAreSwitchedOffPodsStayAndTheirPrefixGoesWhenTheyDo() {
        PoolFixture fixture = new PoolFixture(targets(0, 2, 0));
        Set<Ipv4Cidr> prefixes = fixture.newPrefixes(2);
        fixture.pool.adopt(eni(0, Slots.ofPrefixes(prefixes)), fixture.now);
        Ipv4Cidr first = prefixes.iterator().next();
        fixture.pool.restore(
                first.base().plus(3),
                new AddressState.Assigned(PoolFixture.sandbox(1), new PodName("shop", "old"), fixture.now));

        fixture.settle().pass(Duration.ofMinutes(1)).settle();
        assertThat(fixture.prefixes()).as("the used one stays").containsExactly(1);
        assertThat(fixture.sizes()).as("and two warm single addresses").containsExactly(18);

        fixture.add(2)
                .del(1)
                .pass(Duration.ofMinutes(1))
                .settle()
                .pass(Duration.ofMinutes(1))
                .settle();
        assertThat(fixture.prefixes()).containsExactly(0);
        assertThat(fixture.sizes()).containsExactly(3);
    }

    @Test
    void prefixesAndAddressesAreGivenBackByCallsOfTheirOwn() {
        PoolFixture fixture = new PoolFixture(targets(0, 2, 0));
        Set<Ipv4Cidr> prefixes = fixture.newPrefixes(1);
        fixture.pool.adopt(eni(0, new Slots(fixture.eni(1, 5).slots().addresses(), Set.copyOf(prefixes))), fixture.now);

        List<Action> first = fixture.plan();
        first.forEach(fixture::carryOut);
        List<Action> second = fixture.pass(Duration.ofMinutes(1)).plan();

        assertThat(first).containsExactly(new Action.GiveBack(PRIMARY, Slots.ofPrefixes(prefixes)));
        assertThat(second)
                .satisfiesExactly(action -> assertThat(((Action.GiveBack) action).slots())
                        .satisfies(back -> {
                            assertThat(back.prefixes()).isEmpty();
                            assertThat(back.addresses()).hasSize(3);
                        }));
    }

    @Test
    void whatIsLeftOfTheOtherKindServesAPodInNeed() {
        PoolFixture fixture = new PoolFixture(prefixTargets(1, 0, 0)).withPrimary(2);

        fixture.add(1);

        assertThat(fixture.granted()).hasSize(1);
    }

    /** EC2 has no prefix, but single addresses. */
    private static void withoutPrefixes(PoolFixture fixture) {
        for (List<Action> actions = fixture.plan(); !actions.isEmpty(); actions = fixture.plan()) {
            for (Action action : actions) {
                if (action instanceof Action.FillEni fill && fill.kind() == PREFIX) {
                    fixture.apply(new PoolEvent.EniFailed(fill.eni(), failure(Kind.NO_CONTIGUOUS_PREFIX)));
                } else {
                    fixture.carryOut(action);
                }
            }
        }
    }
}
