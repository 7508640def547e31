package io.vpccni.pool;

import static io.vpccni.pool.PoolFixture.cardTargets;
import static io.vpccni.pool.PoolFixture.eni;
import static io.vpccni.pool.PoolFixture.ipv6Targets;
import static io.vpccni.pool.PoolFixture.sandbox;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.EniId;
import io.vpccni.vpc.ForeignEni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.SlotKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NetworkCardsTest {

    private final PoolFixture fixture = new PoolFixture(cardTargets(3, 2)).withPrimary(2);

    @Test
    void eachFurtherCardHoldsOneFreeAddress() {
        fixture.settle();

        assertThat(onCards()).containsExactly(2, 1, 1);
        assertThat(fixture.plan()).isEmpty();
    }

    @Test
    void deviceIndexesAreCountedOnEachCard() {
        fixture.pool.takeNote(List.of(new ForeignEni(new EniId("eni-f"), 1, 0, true)));

        assertThat(fixture.plan())
                .containsExactly(
                        new Action.CreateEni(1, 1, 1, SlotKind.ADDRESS, 1),
                        new Action.CreateEni(2, 2, 0, SlotKind.ADDRESS, 1));
    }

    @Test
    void anOrdinaryPodGetsAnAddressOfTheFirstCard() {
        fixture.settle().add(1);

        assertThat(cardsOf(1)).containsExactly(0);
    }

    @Test
    void ordinaryPodsOverflowToTheNextCardWhenTheFirstIsFull() {
        fixture.settle();

        IntStream.rangeClosed(1, 30).forEach(fixture::add);
        fixture.settle();

        assertThat(fixture.granted()).hasSize(30);
        assertThat(onCards()).as("the first card is full").element(0).isEqualTo(27);
        assertThat(fixture.pool.assignments())
                .extracting(has -> has.eni().card())
                .contains(1, 2);
    }

    @Test
    void aPodOnEveryCardGetsOneAddressOfEach() {
        fixture.settle().addOnEveryCard(1);

        assertThat(cardsOf(1)).containsExactly(0, 1, 2);
        assertThat(fixture.pool.assignments()).hasSize(1);
        fixture.settle();
        assertThat(onCards()).as("each card has one free again").containsExactly(3, 2, 2);
    }

    @Test
    void itGetsNothingUntilEveryCardHasSomething() {
        fixture.addOnEveryCard(1);
        assertThat(fixture.granted()).isEmpty();

        List<Action> actions = fixture.plan();
        fixture.carryOut(actions.getFirst());
        assertThat(fixture.granted()).isEmpty();

        actions.stream().skip(1).forEach(fixture::carryOut);
        fixture.settle();
        assertThat(cardsOf(1)).containsExactly(0, 1, 2);
    }

    @Test
    void whatItCouldHaveIsKeptForItWhileOthersAreServedFromTheRest() {
        fixture.addOnEveryCard(1).add(2).add(3);

        assertThat(fixture.granted()).as("one of two addresses is kept").containsExactly(sandbox(2));
    }

    @Test
    void itsDelFreesAllOfThem() {
        fixture.settle().addOnEveryCard(1).del(1);

        assertThat(fixture.pool.coolingUntil()).hasSize(3);
        assertThat(fixture.answers.getLast())
                .isInstanceOfSatisfying(
                        Answer.Released.class,
                        released -> assertThat(
                                        released.assignment().orElseThrow().addresses())
                                .hasSize(3));
    }

    @Test
    void whoWaitsForACardThatIsFullIsToldWhichOne() {
        fixture.settle();
        IntStream.rangeClosed(1, 28)
                .forEach(number -> fixture.addOnEveryCard(number).settle());

        fixture.pass(Duration.ofSeconds(60));

        assertThat(fixture.granted()).hasSize(27);
        assertThat(fixture.answers.getLast()).isInstanceOfSatisfying(Answer.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Reason.ENI_LIMIT);
            assertThat(refused.detail()).contains("9 of 9 interfaces with 81 assigned addresses");
        });
    }

    @Test
    void anIdleCardKeepsItsOnlyPrefix() {
        Targets prefixes = new Targets(
                IpFamily.IPV4, 0, 0, 0, true, 1, cardTargets(2, 0).maxEnis(), 9, 110, Duration.ofSeconds(30), false);
        PoolFixture idle = new PoolFixture(prefixes).withPrimary(0).settle();

        idle.pass(Duration.ofHours(1));

        assertThat(idle.prefixes()).containsExactly(1, 1);
        assertThat(idle.plan()).isEmpty();
    }

    @Test
    void onAnIpv6NodeEachCardHasAnInterfaceWithAPrefix() {
        PoolFixture ipv6 =
                new PoolFixture(ipv6Targets(2)).withPrimary(0).settle().addOnEveryCard(1);

        assertThat(ipv6.prefixes()).containsExactly(1, 1);
        assertThat(ipv6.pool.assignmentOf(sandbox(1)).orElseThrow().addresses())
                .extracting(PodAddress::address)
                .containsExactly(IpAddress.parse("2001:db8:0:0:1::"), IpAddress.parse("2001:db8:0:0:2::"));
    }

    @Test
    void aPodThatNobodyRemembersGetsWhatItsLinkHoldsWhenNothingElseIsFree() {
        PoolFixture full = new PoolFixture(new Targets(1, 0, 0, false, 0, 1, 1, 29, PoolFixture.COOL_DOWN));
        full.pool.adopt(eni(0, full.newAddresses(1)), full.now);
        IpAddress held = full.pool.enis().getFirst().nextFree(SlotKind.ADDRESS).orElseThrow();
        full.pool.restore(held, new AddressState.Held("eni123"));

        full.add(1);
        assertThat(full.granted()).as("another pod waits").isEmpty();
        full.del(1);
        full.apply(new PoolEvent.AddRequested(
                sandbox(2), new PodName("shop", "cart-2"), Nics.ONE, Optional.of("eni123"), full.now.plusSeconds(60)));
        assertThat(full.pool.assignmentOf(sandbox(2)).orElseThrow().address()).isEqualTo(held);
    }

    private List<Integer> cardsOf(int pod) {
        return fixture.pool.assignmentOf(sandbox(pod)).orElseThrow().addresses().stream()
                .map(has -> has.eni().card())
                .toList();
    }

    /** Addresses on each card. */
    private List<Integer> onCards() {
        return IntStream.range(0, 3)
                .mapToObj(card ->
                        fixture.pool.enis(card).stream().mapToInt(PoolEni::size).sum())
                .toList();
    }
}
