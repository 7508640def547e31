package io.vpccni.pool;

import static io.vpccni.pool.PoolFixture.sandbox;
import static io.vpccni.pool.PoolFixture.targets;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** What the pool does when IMDS or EC2 show something else than it knows. */
class ReconciliationTest {

    private final PoolFixture fixture = new PoolFixture(targets(0, 1, 5));
    private final Eni first = fixture.eni(0, 3);
    private final Eni second = fixture.eni(1, 2);

    {
        fixture.pool.adopt(first, fixture.now);
        fixture.pool.adopt(second, fixture.now);
        fixture.apply(new PoolEvent.FreezeChanged(Optional.empty()));
    }

    @Test
    void anIdleNodeAsksEc2EveryTenMinutesWithOneCall() {
        assertThat(fixture.plan()).isEmpty();

        fixture.pass(Targets.CHECK_GAP);

        assertThat(fixture.plan()).containsExactly(new Action.ObserveNode());
        ec2Shows(first, second);
        assertThat(fixture.plan()).isEmpty();
        assertThat(fixture.pool.nextWake(fixture.now)).contains(fixture.now.plus(Targets.CHECK_GAP));
    }

    @Test
    void imdsThatShowsTheSameIsNoReasonToAsk() {
        imdsShows(first, second);

        assertThat(fixture.plan()).isEmpty();
    }

    @Test
    void whatImdsLacksIsOnHoldUntilEc2HasSpoken() {
        IpAddress doubted = lowest(first);
        imdsShows(without(first, doubted), second);

        assertThat(states(0)).containsEntry(doubted, new AddressState.Doubted());
        assertThat(fixture.plan()).as("and nothing else is asked for").containsExactly(new Action.ObserveNode());
        fixture.add(1, 2, 3, 4, 5);
        assertThat(fixture.granted()).as("everything but the doubtful one").hasSize(4);

        ec2Shows(first, second);
        assertThat(fixture.pool.assignmentOf(sandbox(5)).orElseThrow().address())
                .isEqualTo(doubted);
    }

    @Test
    void whatEc2LacksTooIsGone() {
        IpAddress gone = lowest(first);
        imdsShows(without(first, gone), second);
        fixture.plan();

        ec2Shows(without(first, gone), second);

        assertThat(states(0)).doesNotContainKey(gone);
    }

    @Test
    void aLieIsAskedAboutOnce() {
        Eni lie = without(first, lowest(first));
        imdsShows(lie, second);
        fixture.plan();
        ec2Shows(first, second);

        imdsShows(lie, second);

        assertThat(fixture.plan()).isEmpty();
        assertThat(states(0)).as("EC2 has contradicted it").containsEntry(lowest(first), new AddressState.Free());
        imdsShows(first, without(second, lowest(second)));
        assertThat(fixture.plan()).as("another one").containsExactly(new Action.ObserveNode());
    }

    @Test
    void whileEc2DoesNotAnswerTheDoubtStays() {
        imdsShows(without(first, lowest(first)), second);
        fixture.plan();

        fixture.apply(new PoolEvent.NodeUnobserved(
                new CloudFailure(CloudFailure.Kind.NO_ANSWER, "Timeout", "none", Duration.ofSeconds(7))));

        assertThat(states(0)).containsEntry(lowest(first), new AddressState.Doubted());
        assertThat(fixture.plan()).isEmpty();
        fixture.pass(Duration.ofSeconds(7));
        assertThat(fixture.plan()).containsExactly(new Action.ObserveNode());
    }

    @Test
    void aFullInterfaceIsNotFilledWhileAPodOfAnotherHasWhatEc2ShowsThere() {
        fixture.add(1);
        IpAddress moved = fixture.pool.assignmentOf(sandbox(1)).orElseThrow().address();
        Set<IpAddress> nine = new HashSet<>(fixture.newAddresses(6));
        nine.addAll(second.slots().addresses());
        nine.add(moved);

        ec2Shows(without(first, moved), second.withSlots(Slots.ofAddresses(nine)));
        fixture.apply(new PoolEvent.TargetsChanged(PoolFixture.targets(0, 20, 0)));

        assertThat(fixture.plan())
                .extracting(action -> action instanceof Action.FillEni fill ? fill.eni() : null)
                .contains(first.id())
                .doesNotContain(second.id());
    }

    @Test
    void anAddressThatAPodUsesIsNeverDoubtedNorLost() {
        fixture.add(1);
        IpAddress used = fixture.pool.assignmentOf(sandbox(1)).orElseThrow().address();
        imdsShows(without(first, used), second);
        fixture.plan();
        ec2Shows(without(first, used), second);

        assertThat(states(0).get(used)).isInstanceOf(AddressState.Assigned.class);
        fixture.del(1).pass(PoolFixture.COOL_DOWN);
        assertThat(states(0)).as("it goes with its pod").doesNotContainKey(used);
    }

    @Test
    void anInterfaceThatSomebodyTookServesNobodyAndIsForgottenWithItsLastPod() {
        fixture.add(1, 2, 3, 4);
        IpAddress ofSecond = fixture.pool.assignmentOf(sandbox(4)).orElseThrow().address();

        ec2Shows(first);
        fixture.add(5);
        assertThat(fixture.pool.assignmentOf(sandbox(5)))
                .as("one answer of EC2 is enough for doubt")
                .isEmpty();
        fixture.pass(Sightings.CONFIRM_GAP);
        assertThat(fixture.plan()).contains(new Action.ObserveNode());
        ec2Shows(first);

        assertThat(states(1).keySet()).as("only what the pod has").containsExactly(ofSecond);
        assertThat(fixture.pool.attached(0)).as("its place is free").isEqualTo(1);
        fixture.del(4).pass(PoolFixture.COOL_DOWN);
        assertThat(fixture.plan())
                .contains(new Action.ForgetEni(fixture.pool.enis().getLast().eni()));
        fixture.apply(new PoolEvent.EniDeleted(second.id()));
        assertThat(fixture.pool.enis()).hasSize(1);
    }

    @Test
    void anInterfaceThatComesBackIsWiredAnew() {
        ec2Shows(first);
        fixture.pass(Sightings.CONFIRM_GAP);
        ec2Shows(first);

        ec2Shows(first, second);

        assertThat(fixture.plan()).anyMatch(Action.WireEni.class::isInstance);
        assertThat(states(1)).hasSize(2);
    }

    @Test
    void anInterfaceThatNobodyToldOfIsTakenIn() {
        Eni third = fixture.eni(2, 4);
        imdsShows(first, second, third);
        assertThat(fixture.plan()).containsExactly(new Action.ObserveNode());

        ec2Shows(first, second, third);

        assertThat(fixture.plan()).containsExactly(new Action.WireEni(third));
    }

    @Test
    void aLinkThatUsesAFreeAddressHoldsIt() {
        IpAddress used = lowest(first);
        fixture.apply(new PoolEvent.LinkSeen(used, "eni123"));

        assertThat(states(0)).containsEntry(used, new AddressState.Held("eni123"));
        fixture.apply(new PoolEvent.HeldLinkGone(used));
        assertThat(states(0).get(used)).isInstanceOf(AddressState.Cooling.class);
    }

    @Test
    void whatEc2GrantsAgainAfterItWasTakenFromUnderAPodStaysThePods() {
        fixture.add(1, 2, 3, 4, 5, 6);
        Assignment before = fixture.pool.assignmentOf(sandbox(4)).orElseThrow();
        assertThat(before.eni().id()).isEqualTo(second.id());
        assertThat(fixture.plan()).contains(new Action.FillEni(first.id(), SlotKind.ADDRESS, 2));

        fixture.apply(new PoolEvent.Filled(first.id(), Slots.ofAddresses(Set.of(before.address()))));

        assertThat(fixture.pool.assignmentOf(sandbox(6)))
                .as("nobody else got it")
                .isEmpty();
        Assignment after = fixture.pool.assignmentOf(sandbox(4)).orElseThrow();
        assertThat(after.address()).isEqualTo(before.address());
        assertThat(after.eni().id()).isEqualTo(first.id());
    }

    @Test
    void anAddressThatEc2GrantsAgainGoesOnRestingWhereItDoes() {
        IpAddress elsewhere = IpAddress.parse("10.0.9.9");
        fixture.pool.restore(elsewhere, new AddressState.Cooling(fixture.now.plusSeconds(20)));
        assertThat(fixture.pool.coolingUntil())
                .as("and a restart would not forget it")
                .containsKey(elsewhere);

        ec2Shows(first, second.withSlots(Slots.ofAddresses(Set.of(elsewhere))));

        assertThat(states(1)).containsEntry(elsewhere, new AddressState.Cooling(fixture.now.plusSeconds(20)));
        fixture.pass(Duration.ofSeconds(20));
        assertThat(states(1)).containsEntry(elsewhere, new AddressState.Free());
    }

    @Test
    void aLivePodWhoseAddressEc2DoesNotKnowAtTheStartKeepsIt() {
        IpAddress unknown = IpAddress.parse("10.0.9.9");
        AddressState.Assigned owner = new AddressState.Assigned(sandbox(9), new PodName("shop", "cart-9"), fixture.now);
        assertThat(fixture.pool.restore(unknown, owner)).isFalse();
        fixture.pool.restoreLost(unknown, 0, owner);

        assertThat(fixture.pool.assignmentOf(sandbox(9)).orElseThrow().address())
                .isEqualTo(unknown);
        ec2Shows(first, second.withSlots(Slots.ofAddresses(Set.of(unknown))));
        fixture.add(1, 2, 3, 4);
        assertThat(fixture.pool.assignments())
                .filteredOn(has -> has.address().equals(unknown))
                .as("EC2 brought it back, and nobody else gets it")
                .extracting(Assignment::sandbox)
                .containsExactly(sandbox(9));
    }

    private SortedMap<IpAddress, AddressState> states(int deviceIndex) {
        return fixture.pool.enis().stream()
                .filter(eni -> eni.eni().deviceIndex() == deviceIndex)
                .findFirst()
                .orElseThrow()
                .addresses();
    }

    private static IpAddress lowest(Eni eni) {
        return eni.slots().addresses().iterator().next();
    }

    private static Eni without(Eni eni, IpAddress address) {
        Set<IpAddress> rest = new HashSet<>(eni.slots().addresses());
        rest.remove(address);
        return eni.withSlots(Slots.ofAddresses(rest));
    }

    private void imdsShows(Eni... enis) {
        fixture.apply(new PoolEvent.Hinted(new AttachedEnis(List.of(enis), List.of())));
    }

    private void ec2Shows(Eni... enis) {
        fixture.apply(new PoolEvent.NodeObserved(new AttachedEnis(List.of(enis), List.of())));
    }
}
