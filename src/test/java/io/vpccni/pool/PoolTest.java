package io.vpccni.pool;

import static io.vpccni.pool.PoolFixture.COOL_DOWN;
import static io.vpccni.pool.PoolFixture.failure;
import static io.vpccni.pool.PoolFixture.sandbox;
import static io.vpccni.pool.PoolFixture.targets;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolTest {

    private final PoolFixture fixture = new PoolFixture(targets(0, 1, 0));

    @Test
    void aPodGetsAFreeAddressAtOnce() {
        fixture.withPrimary(2).add(1);

        assertThat(fixture.granted()).containsExactly(sandbox(1));
    }

    @Test
    void aRepeatedAddGetsTheSameAddress() {
        fixture.withPrimary(2).add(1).add(1);

        assertThat(fixture.answers).hasSize(2);
        assertThat(fixture.answers.getFirst()).isEqualTo(fixture.answers.getLast());
    }

    @Test
    void aPodWithoutAFreeAddressWaitsAndGetsTheNextOneInTurn() {
        fixture.withPrimary(1).add(1, 2, 3);
        assertThat(fixture.granted()).containsExactly(sandbox(1));

        fixture.plan();
        fixture.apply(
                new PoolEvent.Filled(fixture.pool.enis().getFirst().id(), Slots.ofAddresses(fixture.newAddresses(1))));

        assertThat(fixture.granted()).containsExactly(sandbox(1), sandbox(2));
    }

    /** As emulations of EC2 answer; EC2 itself lists what is new. */
    @Test
    void anAnswerThatListsAllOfTheInterfaceGivesNeitherItsOwnAddressNorWhatAPodHas() {
        fixture.withPrimary(1).add(1, 2, 3);
        Eni primary = fixture.pool.enis().getFirst().eni();
        Set<IpAddress> all = new TreeSet<>(primary.slots().addresses());
        all.add(primary.primaryAddress());
        all.addAll(fixture.newAddresses(1));

        fixture.plan();
        fixture.apply(new PoolEvent.Filled(primary.id(), Slots.ofAddresses(all)));

        assertThat(fixture.granted()).containsExactly(sandbox(1), sandbox(2));
        assertThat(fixture.pool.assignments())
                .extracting(assignment -> (Object) assignment.address())
                .doesNotHaveDuplicates()
                .doesNotContain(primary.primaryAddress());
    }

    @Test
    void aReleasedAddressRestsBeforeTheNextPodGetsIt() {
        fixture.withPrimary(1).add(1).del(1).add(2);
        assertThat(fixture.granted()).containsExactly(sandbox(1));

        fixture.pass(COOL_DOWN.minusMillis(1));
        assertThat(fixture.granted()).containsExactly(sandbox(1));

        fixture.pass(Duration.ofMillis(1));
        assertThat(fixture.granted()).containsExactly(sandbox(1), sandbox(2));
    }

    @Test
    void theAddressThatRestedLongestIsTakenFirst() {
        fixture.withPrimary(3).add(1).del(1).pass(COOL_DOWN).add(2, 3, 4);

        List<IpAddress> order = fixture.answers.stream()
                .filter(Answer.Granted.class::isInstance)
                .map(answer -> ((Answer.Granted) answer).assignment().address())
                .toList();
        assertThat(order).element(3).isEqualTo(order.getFirst());
    }

    @Test
    void delOfAnUnknownSandboxIsAnsweredWithNothing() {
        fixture.withPrimary(1).del(9);

        assertThat(fixture.answers).containsExactly(new Answer.Released(sandbox(9), Optional.empty()));
    }

    @Test
    void delEndsAWaitingAddWithBothAnswered() {
        fixture.withPrimary(0).add(1).del(1);

        assertThat(fixture.refused()).containsExactly(Reason.DELETED);
        assertThat(fixture.answers).hasSize(2);
        assertThat(fixture.pool.waiters()).isEmpty();
    }

    @Test
    void aCallerThatHangsUpLeavesTheQueue() {
        fixture.withPrimary(0).add(1, 2).apply(new PoolEvent.CallerGone(sandbox(1)));

        assertThat(fixture.pool.waiters()).extracting(Waiter::sandbox).containsExactly(sandbox(2));
        assertThat(fixture.answers).isEmpty();
    }

    @Test
    void aSecondAddOfAWaitingSandboxWaitsLonger() {
        fixture.withPrimary(0).add(1).pass(Duration.ofSeconds(50)).add(1).pass(Duration.ofSeconds(20));
        assertThat(fixture.refused()).isEmpty();

        fixture.pass(Duration.ofSeconds(40));
        assertThat(fixture.refused()).hasSize(1);
    }

    @Test
    void noMorePodsWaitThanTheNodeRuns() {
        fixture.withPrimary(0);
        IntStream.rangeClosed(1, 29).forEach(fixture::add);
        assertThat(fixture.refused()).isEmpty();

        fixture.add(30);
        assertThat(fixture.refused()).containsExactly(Reason.MAX_PODS);
    }

    @Test
    void theTwentyEighthPodOfAnM5LargeEndsAtItsDeadlineWithEniLimit() {
        fixture.withPrimary(0);
        IntStream.rangeClosed(1, 28).forEach(fixture::add);
        fixture.settle();
        assertThat(fixture.granted()).hasSize(27);

        fixture.pass(Duration.ofSeconds(60));

        assertThat(fixture.refused()).containsExactly(Reason.ENI_LIMIT);
    }

    @Test
    void aPodThatLeavesInTimeServesTheOneThatWaits() {
        fixture.withPrimary(0);
        IntStream.rangeClosed(1, 28).forEach(fixture::add);
        fixture.settle().del(5).pass(COOL_DOWN);

        assertThat(fixture.granted()).hasSize(28).endsWith(sandbox(28));
    }

    @Test
    void atTheDeadlineCoolingAddressesAreNamedAsTheReason() {
        fixture.withPrimary(0);
        IntStream.rangeClosed(1, 27).forEach(fixture::add);
        fixture.settle().add(28).pass(Duration.ofSeconds(50)).del(1).pass(Duration.ofSeconds(10));

        assertThat(fixture.refused()).containsExactly(Reason.NO_FREE_ADDRESS_COOLING);
    }

    @ParameterizedTest(name = "{0} is explained as {1}")
    @CsvSource({
        "SUBNET_EXHAUSTED, SUBNET_EXHAUSTED",
        "THROTTLED, EC2_THROTTLED",
        "DENIED, IAM_DENIED",
        "NO_ANSWER, EC2_UNREACHABLE",
        "REFUSED, EC2_REFUSED",
    })
    void theLastTroubleWithEc2IsTheReason(Kind kind, Reason reason) {
        fixture.withPrimary(0).add(1);
        fixture.plan();
        fixture.apply(new PoolEvent.EniFailed(fixture.pool.enis().getFirst().id(), failure(kind)))
                .pass(Duration.ofSeconds(60));

        assertThat(fixture.refused()).containsExactly(reason);
        assertThat(((Answer.Refused) fixture.answers.getFirst()).detail()).contains("words of EC2");
    }

    @Test
    void onACordonedNodeTheCordonIsTheReason() {
        fixture.withPrimary(1)
                .add(1)
                .apply(new PoolEvent.FreezeChanged(Optional.of(Reason.NODE_CORDONED)))
                .add(2)
                .pass(Duration.ofSeconds(60));

        assertThat(fixture.refused()).containsExactly(Reason.NODE_CORDONED);
        assertThat(((Answer.Refused) fixture.answers.getLast()).detail()).isEqualTo("1 addresses assigned, 0 cooling");
    }

    @Test
    void aShorterCoolDownCountsForPodsThatLeaveAfterIt() {
        fixture.withPrimary(1)
                .add(1)
                .apply(new PoolEvent.TargetsChanged(new Targets(0, 1, 0, false, 0, 3, 9, 29, Duration.ofSeconds(3))))
                .del(1)
                .add(2)
                .pass(Duration.ofSeconds(3));

        assertThat(fixture.granted()).containsExactly(sandbox(1), sandbox(2));
    }

    @Test
    void whileEc2IsAtWorkThatIsTheReason() {
        fixture.withPrimary(0).add(1);
        fixture.plan();
        fixture.pass(Duration.ofSeconds(60));

        assertThat(fixture.refused()).containsExactly(Reason.EC2_PENDING);
    }

    @Test
    void aHeldAddressIsNotAssignedUntilItsLinkIsGoneAndItHasRested() {
        fixture.withPrimary(1);
        IpAddress address =
                fixture.pool.enis().getFirst().nextFree(SlotKind.ADDRESS).orElseThrow();
        assertThat(fixture.pool.restore(address, new AddressState.Held("eni123")))
                .isTrue();

        fixture.add(1);
        assertThat(fixture.granted()).isEmpty();

        fixture.apply(new PoolEvent.HeldLinkGone(address)).pass(COOL_DOWN);
        assertThat(fixture.granted()).containsExactly(sandbox(1));
    }

    @Test
    void whatEc2NoLongerListsIsDroppedUnlessAPodHasIt() {
        fixture.withPrimary(3).add(1);
        IpAddress used = fixture.pool.assignments().getFirst().address();

        fixture.apply(new PoolEvent.EniObserved(PoolFixture.eni(0, Set.of())));

        assertThat(fixture.pool.enis().getFirst().addresses()).containsOnlyKeys(used);
        fixture.del(1).pass(COOL_DOWN);
        assertThat(fixture.pool.enis().getFirst().addresses())
                .as("it is not EC2's word that it is ours, so nobody gets it again")
                .isEmpty();
    }

    @Test
    void anOldViewOfEc2DoesNotBringBackWhatWasGivenBack() {
        fixture.withPrimary(3);
        Action.GiveBack back = (Action.GiveBack) fixture.plan().getFirst();
        fixture.apply(new PoolEvent.GivenBack(back.eni(), back.slots()));

        fixture.apply(new PoolEvent.EniObserved(PoolFixture.eni(0, back.slots())));

        assertThat(fixture.pool.enis().getFirst().addresses())
                .doesNotContainKeys(back.slots().addresses().toArray(Ipv4Address[]::new));
    }

    @Test
    void aFailedCreationIsTriedAgainAfterItsPause() {
        PoolFixture burst = new PoolFixture(targets(1, 0, 0)).withPrimary(9).add(1);
        Action.CreateEni create = (Action.CreateEni) burst.plan().getFirst();

        burst.apply(new PoolEvent.CreateFailed(
                create.number(), new CloudFailure(Kind.ENI_LIMIT, "code", "words", Duration.ofSeconds(5))));

        assertThat(burst.plan()).isEmpty();
        burst.pass(Duration.ofSeconds(5));
        assertThat(burst.plan()).as("it may have left something").containsExactly(new Action.ObserveNode());
        burst.apply(new PoolEvent.NodeObserved(new AttachedEnis(List.of(), List.of())));
        assertThat(burst.plan()).containsExactly(new Action.CreateEni(create.number() + 1, 0, 1, SlotKind.ADDRESS, 9));
    }

    @Test
    void anInterfaceThatAFailedCreationLeftBehindIsTakenIn() {
        PoolFixture burst = new PoolFixture(targets(1, 0, 0)).withPrimary(9).add(1);
        Action.CreateEni create = (Action.CreateEni) burst.plan().getFirst();
        burst.apply(new PoolEvent.CreateFailed(create.number(), failure(Kind.REFUSED)))
                .pass(Duration.ofSeconds(10));

        burst.plan();
        burst.apply(new PoolEvent.NodeObserved(new AttachedEnis(List.of(burst.eni(1, 9)), List.of())))
                .settle();

        assertThat(burst.sizes()).containsExactly(9, 9);
    }
}
