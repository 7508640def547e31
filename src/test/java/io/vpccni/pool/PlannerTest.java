package io.vpccni.pool;

import static io.vpccni.pool.PoolFixture.SLOTS;
import static io.vpccni.pool.PoolFixture.eni;
import static io.vpccni.pool.PoolFixture.failure;
import static io.vpccni.pool.PoolFixture.targets;
import static io.vpccni.vpc.SlotKind.ADDRESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Slots;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlannerTest {

    private static final EniId PRIMARY = eni(0, Set.of()).id();

    /** The reference's own worked examples, m5.large. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            WARM_ENI_TARGET=1, no pod                        | 1 | 0 | 0  | 0  | 9
            WARM_ENI_TARGET=1, 1 pod: 8 free are too few     | 1 | 0 | 0  | 1  | 9 9
            WARM_ENI_TARGET=1, 10 pods                       | 1 | 0 | 0  | 10 | 9 9 9
            WARM_ENI_TARGET=1, 19 pods: no slot is left      | 1 | 0 | 0  | 19 | 9 9 9
            WARM_ENI_TARGET=0, no pod: one address at least  | 0 | 0 | 0  | 0  | 9
            WARM_ENI_TARGET=0, 8 pods: one is free           | 0 | 0 | 0  | 8  | 9
            WARM_ENI_TARGET=0, 9 pods: none is free          | 0 | 0 | 0  | 9  | 9 9
            WARM_IP_TARGET=2, MINIMUM_IP_TARGET=5, no pod    | 1 | 2 | 5  | 0  | 5
            WARM_IP_TARGET=2, MINIMUM_IP_TARGET=5, 4 pods    | 1 | 2 | 5  | 4  | 6
            WARM_IP_TARGET=2, MINIMUM_IP_TARGET=5, 9 pods    | 1 | 2 | 5  | 9  | 9 2
            MINIMUM_IP_TARGET=10 alone, 10 pods              | 1 | 0 | 10 | 10 | 9 1
            MINIMUM_IP_TARGET=10 alone, 11 pods: the pod waits, so the pool grows | 1 | 0 | 10 | 11 | 9 2
            WARM_IP_TARGET=30: not more than the type holds  | 1 | 30 | 0 | 0  | 9 9 9
            """)
    void theFixedPointIsTheReferences(
            String name, int warmEnis, int warmAddresses, int minimum, int pods, String sizes) {
        PoolFixture fixture = new PoolFixture(targets(warmEnis, warmAddresses, minimum))
                .withPrimary(0)
                .settle();

        IntStream.rangeClosed(1, pods).forEach(pod -> fixture.add(pod).settle());

        assertThat(fixture.sizes())
                .isEqualTo(Arrays.stream(sizes.split(" ")).map(Integer::valueOf).toList());
        assertThat(fixture.granted()).hasSize(pods);
        assertThat(Planner.plan(fixture.pool, fixture.now)).isEqualTo(Plan.HOLD);
    }

    /** m5.large, 9 slots an interface; the primary has room for all. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            nobody is scheduled: the warm target alone            | 2 | 0 | ''      | ''  | 2
            three are scheduled: three more                       | 2 | 0 | 1 2 3   | ''  | 5
            one of them waits already: it counts once             | 2 | 0 | 1 2 3   | 3   | 5
            those who wait are not scheduled: all count           | 2 | 0 | 1 2     | 3 4 | 6
            MINIMUM_IP_TARGET covers them                         | 0 | 4 | 1 2 3   | ''  | 4
            MINIMUM_IP_TARGET does not cover them                 | 0 | 4 | 1 2 3 4 5 | '' | 5
            """)
    void scheduledPodsAreDemandBeforeTheirAddComes(
            String name, int warm, int minimum, String scheduled, String adds, int asked) {
        PoolFixture fixture = new PoolFixture(targets(0, warm, minimum)).withPrimary(0);

        fixture.add(numbers(adds)).scheduled(numbers(scheduled));

        assertThat(fixture.plan()).containsExactly(new Action.FillEni(PRIMARY, ADDRESS, asked));
    }

    private static int[] numbers(String text) {
        return Arrays.stream(text.split(" "))
                .filter(item -> !item.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    @Test
    void scheduledPodsReserveNothing() {
        PoolFixture fixture =
                new PoolFixture(targets(0, 1, 0)).withPrimary(1).scheduled(1).add(2);

        assertThat(fixture.granted()).containsExactly(PoolFixture.sandbox(2));
    }

    @Test
    void scheduledPodsKeepFreeAddressesFromBeingGivenBack() {
        PoolFixture fixture = new PoolFixture(targets(0, 1, 0)).withPrimary(4).scheduled(1, 2, 3);

        assertThat(fixture.plan()).isEmpty();
        fixture.scheduled();
        assertThat(fixture.plan())
                .satisfiesExactly(
                        action -> assertThat(((Action.GiveBack) action).slots().addresses())
                                .hasSize(3));
    }

    @Test
    void moreScheduledPodsThanTheNodeRunsDoNotCount() {
        PoolFixture fixture =
                new PoolFixture(new Targets(0, 1, 0, false, 0, 3, 50, 29, PoolFixture.COOL_DOWN)).withPrimary(9);
        IntStream.rangeClosed(1, 9).forEach(fixture::add);

        fixture.scheduled(IntStream.rangeClosed(10, 60).toArray());

        assertThat(fixture.plan())
                .as("29 pods, 9 of them served")
                .containsExactly(new Action.FillEni(PRIMARY, ADDRESS, 20));
    }

    @Test
    void aScheduledPodCountsUntilItIsServedGoneOrForgotten() {
        PoolFixture fixture = new PoolFixture(targets(0, 1, 0)).withPrimary(3).scheduled(1, 2, 3);
        assertThat(fixture.scheduledCount()).isEqualTo(3);

        fixture.add(1);
        assertThat(fixture.scheduledCount()).as("the first is served").isEqualTo(2);
        fixture.scheduled(1, 2);
        assertThat(fixture.scheduledCount()).as("the third is gone").isEqualTo(1);
        fixture.del(1).scheduled(1, 2);
        assertThat(fixture.scheduledCount()).as("the first was served once").isEqualTo(1);
        fixture.pass(Targets.SCHEDULED_PATIENCE).scheduled(1, 2);
        assertThat(fixture.scheduledCount())
                .as("the ADD of the second never came")
                .isZero();
        fixture.scheduled().scheduled(2);
        assertThat(fixture.scheduledCount()).as("another pod with its name").isEqualTo(1);
    }

    @Test
    void newTargetsCountFromTheNextPlanOn() {
        PoolFixture fixture = new PoolFixture(targets(0, 1, 0)).withPrimary(1);
        assertThat(fixture.plan()).isEmpty();

        fixture.apply(new PoolEvent.TargetsChanged(targets(0, 4, 0)));

        assertThat(fixture.plan()).containsExactly(new Action.FillEni(PRIMARY, ADDRESS, 3));
    }

    @Test
    void addressesThatTheNodeHasNoPodsForGoBack() {
        PoolFixture fixture =
                new PoolFixture(targets(0, 9, 0)).withPrimary(9).add(1).settle();

        fixture.apply(new PoolEvent.TargetsChanged(new Targets(0, 9, 0, false, 0, 3, SLOTS, 4, PoolFixture.COOL_DOWN)))
                .pass(Duration.ofSeconds(30))
                .settle();

        assertThat(fixture.sizes().stream().mapToInt(Integer::intValue).sum()).isEqualTo(4);
    }

    @Test
    void aLowerLimitOfInterfacesTakesNobodysAddress() {
        PoolFixture fixture = new PoolFixture(targets(1, 0, 0)).withPrimary(9);
        IntStream.rangeClosed(1, 10).forEach(pod -> fixture.add(pod).settle());
        assertThat(fixture.sizes()).containsExactly(9, 9, 9);

        fixture.apply(new PoolEvent.TargetsChanged(new Targets(1, 0, 0, false, 0, 1, SLOTS, 29, PoolFixture.COOL_DOWN)))
                .pass(Duration.ofMinutes(5));

        assertThat(fixture.plan()).isEmpty();
        assertThat(fixture.pool.assignments()).hasSize(10);
    }

    @Test
    void aFrozenPoolNeitherGrowsNorShrinksAndFinishesWhatItBegan() {
        PoolFixture fixture = new PoolFixture(targets(1, 0, 0)).withPrimary(9).add(1);
        Action.CreateEni begun = (Action.CreateEni) fixture.plan().getFirst();

        fixture.apply(new PoolEvent.FreezeChanged(Optional.of(Reason.NODE_CORDONED)))
                .apply(new PoolEvent.EniAttached(begun.number(), fixture.eni(1, 9)));
        assertThat(fixture.plan()).hasOnlyElementsOfType(Action.WireEni.class);
        fixture.apply(new PoolEvent.EniWired(eni(1, Set.of()).id()));
        IntStream.rangeClosed(2, 19).forEach(fixture::add);
        assertThat(fixture.plan()).as("a waiter does not make it grow").isEmpty();
        IntStream.rangeClosed(1, 19).forEach(fixture::del);
        fixture.pass(Duration.ofMinutes(5));
        assertThat(fixture.plan()).as("nothing is given back").isEmpty();

        fixture.apply(new PoolEvent.FreezeChanged(Optional.empty()));
        assertThat(fixture.plan()).hasOnlyElementsOfType(Action.DeleteEni.class);
    }

    @Test
    void aBurstOnAFreshNodeAsksForAllInterfacesAtOnceAndFilled() {
        PoolFixture fixture = new PoolFixture(targets(1, 0, 0)).withPrimary(SLOTS);

        IntStream.rangeClosed(1, 27).forEach(fixture::add);

        assertThat(fixture.plan())
                .containsExactly(
                        new Action.CreateEni(1, 0, 1, ADDRESS, SLOTS), new Action.CreateEni(2, 0, 2, ADDRESS, SLOTS));
        assertThat(fixture.settle().granted()).hasSize(9);
    }

    @Test
    void whatIsUnderWayIsNotAskedForAgain() {
        PoolFixture fixture = new PoolFixture(targets(1, 2, 0)).withPrimary(0).add(1, 2, 3);

        assertThat(fixture.plan()).containsExactly(new Action.FillEni(PRIMARY, ADDRESS, 5));
        assertThat(fixture.plan()).isEmpty();
    }

    @Test
    void demandThatComesDuringACallGoesIntoTheNextOne() {
        PoolFixture fixture = new PoolFixture(targets(1, 2, 0)).withPrimary(0).add(1);
        fixture.plan();

        fixture.add(2, 3, 4);

        assertThat(fixture.plan())
                .as("the interface has room, so no other is created")
                .isEmpty();
        fixture.apply(new PoolEvent.Filled(PRIMARY, Slots.ofAddresses(fixture.newAddresses(3))));
        assertThat(fixture.granted()).hasSize(3);
        assertThat(fixture.plan()).containsExactly(new Action.FillEni(PRIMARY, ADDRESS, 3));
    }

    @Test
    void aNewInterfaceIsWiredBeforeItServes() {
        PoolFixture fixture = new PoolFixture(targets(0, 1, 0)).withPrimary(0).add(1);
        fixture.pool.begin(new Plan(List.of(new Action.CreateEni(7, 0, 1, ADDRESS, 3))), fixture.now);

        fixture.apply(new PoolEvent.EniAttached(7, fixture.eni(1, 3)));

        assertThat(fixture.granted()).isEmpty();
        assertThat(fixture.plan()).hasOnlyElementsOfType(Action.WireEni.class);
        fixture.apply(new PoolEvent.EniWired(eni(1, Set.of()).id()));
        assertThat(fixture.granted()).hasSize(1);
    }

    @Test
    void aFullSubnetPausesFillingAndCreatingUntilItsTimeIsOver() {
        PoolFixture fixture = new PoolFixture(targets(0, 1, 0)).withPrimary(0).add(1);
        fixture.plan();

        fixture.apply(new PoolEvent.EniFailed(PRIMARY, failure(CloudFailure.Kind.SUBNET_EXHAUSTED)));
        assertThat(fixture.plan())
                .as("half of it may be left")
                .containsExactly(new Action.FillEni(PRIMARY, ADDRESS, 1));
        fixture.apply(new PoolEvent.EniFailed(PRIMARY, failure(CloudFailure.Kind.SUBNET_EXHAUSTED)));

        assertThat(fixture.plan())
                .as("new interfaces may come from another subnet")
                .containsExactly(new Action.CreateEni(1, 0, 1, ADDRESS, 2));
        fixture.apply(new PoolEvent.CreateFailed(1, failure(CloudFailure.Kind.DENIED)));
        assertThat(fixture.plan()).isEmpty();
        fixture.pass(Duration.ofSeconds(10));
        assertThat(fixture.plan()).contains(new Action.FillEni(PRIMARY, ADDRESS, 2));
    }

    @Test
    void anUnansweredFillIsLookedAtBeforeAnythingElse() {
        PoolFixture fixture = new PoolFixture(targets(0, 1, 0)).withPrimary(0).add(1);
        fixture.plan();
        fixture.apply(new PoolEvent.EniFailed(PRIMARY, failure(CloudFailure.Kind.NO_ANSWER)))
                .pass(Duration.ofSeconds(10));

        assertThat(fixture.plan()).contains(new Action.ObserveEni(PRIMARY));

        fixture.apply(new PoolEvent.EniObserved(fixture.eni(0, 2)));
        assertThat(fixture.granted()).as("the call had happened").hasSize(1);
    }

    @Test
    void surplusAddressesGoBackOnceAndNotTheCoolingOnes() {
        PoolFixture fixture =
                new PoolFixture(targets(1, 2, 5)).withPrimary(9).add(1, 2).del(1);

        assertThat(fixture.plan())
                .satisfiesExactly(action -> assertThat(
                                ((Action.GiveBack) action).slots().addresses())
                        .as("9 in all, 1 assigned, 1 cooling: 7 free, of which 2 stay warm but 5 in all must stay")
                        .hasSize(4));
        assertThat(fixture.plan()).isEmpty();
    }

    @Test
    void givingBackWaitsAfterTheLastTime() {
        PoolFixture fixture = new PoolFixture(targets(1, 2, 0)).withPrimary(9);
        fixture.settle().add(1, 2).settle().del(1, 2).pass(PoolFixture.COOL_DOWN.minusSeconds(1));

        assertThat(fixture.plan()).isEmpty();
        fixture.pass(Duration.ofSeconds(1));
        assertThat(fixture.plan()).hasOnlyElementsOfType(Action.GiveBack.class);
    }

    @Test
    void anAddressOnItsWayBackIsNeverAssigned() {
        PoolFixture fixture = new PoolFixture(targets(1, 1, 0)).withPrimary(3);
        Action.GiveBack back = (Action.GiveBack) fixture.plan().getFirst();

        fixture.add(1, 2, 3);

        assertThat(fixture.pool.assignments())
                .extracting(Assignment::address)
                .doesNotContainAnyElementsOf(back.slots().addresses());
        assertThat(fixture.granted()).hasSize(1);
    }

    @Test
    void anUnansweredGivingBackIsRepeatedAndItsAddressesStayOutOfReach() {
        PoolFixture fixture = new PoolFixture(targets(1, 1, 0)).withPrimary(3);
        Action.GiveBack back = (Action.GiveBack) fixture.plan().getFirst();

        fixture.apply(new PoolEvent.EniFailed(PRIMARY, failure(CloudFailure.Kind.NO_ANSWER)))
                .pass(Duration.ofSeconds(10));

        assertThat(fixture.plan()).containsExactly(back);
    }

    @Test
    void anAddressThatEc2GrantsElsewhereBeforeItSaysThatItTookItBackHasMoved() {
        PoolFixture fixture = new PoolFixture(targets(1, 1, 0)).withPrimary(3);
        Action.GiveBack back = (Action.GiveBack) fixture.plan().getFirst();
        fixture.pool.begin(new Plan(List.of(new Action.CreateEni(7, 0, 1, ADDRESS, 1))), fixture.now);

        fixture.apply(new PoolEvent.EniAttached(7, eni(1, back.slots())))
                .apply(new PoolEvent.GivenBack(PRIMARY, back.slots()));

        assertThat(fixture.sizes()).containsExactly(1, 2);
    }

    @Test
    void aRefusedGivingBackLeavesTheAddressesFree() {
        PoolFixture fixture = new PoolFixture(targets(1, 1, 0)).withPrimary(3);
        fixture.plan();

        fixture.apply(new PoolEvent.EniFailed(PRIMARY, failure(CloudFailure.Kind.DENIED)))
                .add(1, 2, 3);

        assertThat(fixture.granted()).hasSize(3);
    }

    @Test
    void anInterfaceThatNobodyUsesIsDeletedAfterAMinute() {
        PoolFixture fixture =
                new PoolFixture(targets(1, 0, 0)).withPrimary(9).add(1).settle().del(1);
        assertThat(fixture.sizes()).containsExactly(9, 9);

        fixture.pass(Duration.ofSeconds(59));
        assertThat(fixture.plan()).isEmpty();

        fixture.pass(Duration.ofSeconds(1));
        assertThat(fixture.plan())
                .satisfiesExactly(
                        action -> assertThat(((Action.DeleteEni) action).eni().deviceIndex())
                                .isEqualTo(1));
    }

    @Test
    void anInterfaceOnItsWayOutServesNobodyAndIsTriedUntilItIsGone() {
        PoolFixture fixture =
                new PoolFixture(targets(1, 0, 0)).withPrimary(9).add(1).settle().del(1);
        fixture.pass(Duration.ofSeconds(60));
        Action.DeleteEni delete = (Action.DeleteEni) fixture.plan().getFirst();
        fixture.apply(new PoolEvent.EniFailed(delete.eni().id(), failure(CloudFailure.Kind.THROTTLED)));

        IntStream.rangeClosed(2, 11).forEach(fixture::add);

        assertThat(fixture.pool.assignments())
                .allMatch(has -> has.eni().isPrimary())
                .hasSize(9);
        fixture.pass(Duration.ofSeconds(10));
        assertThat(fixture.plan()).contains(delete);
    }

    @Test
    void anInterfaceWithAPodOrACoolingAddressStays() {
        PoolFixture fixture = new PoolFixture(targets(0, 1, 0)).withPrimary(0);
        IntStream.rangeClosed(1, 10).forEach(pod -> fixture.add(pod).settle());
        IntStream.rangeClosed(1, 9).forEach(fixture::del);

        fixture.pass(Duration.ofMinutes(2)).settle();

        assertThat(fixture.sizes()).hasSize(2);
    }
}
