package io.vpccni.pool;

import static io.vpccni.pool.PoolFixture.eni;
import static io.vpccni.pool.PoolFixture.sandbox;
import static io.vpccni.pool.PoolFixture.targets;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Slots;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A pool whose interfaces and addresses somebody else attaches. */
class ProvisionedByOthersTest {

    private static final Ipv4Address A = Ipv4Address.parse("10.0.2.1");
    private static final Ipv4Address B = Ipv4Address.parse("10.0.2.2");

    private final PoolFixture fixture = new PoolFixture(targets(2, 0, 0));

    @Test
    void itOnlyEverLooksAndWires() {
        frozen(Set.of(A)).add(1);
        assertThat(fixture.plan()).as("before a minute").isEmpty();

        fixture.pass(Targets.LOOK_GAP);
        assertThat(fixture.plan()).containsExactly(new Action.ObserveNode());
        fixture.add(2, 3);
        seen(eni(0, Set.of(A)), eni(1, Set.of(B)));
        assertThat(fixture.plan()).hasOnlyElementsOfType(Action.WireEni.class);
        fixture.apply(new PoolEvent.EniWired(eni(1, Set.of()).id()))
                .del(1, 2, 3)
                .pass(Duration.ofSeconds(59));
        assertThat(fixture.plan()).as("nothing goes back").isEmpty();
        assertThat(fixture.granted()).containsExactly(sandbox(1), sandbox(2));
    }

    @Test
    void whenToLookNextIsKnownToTheClock() {
        frozen(Set.of(A));

        assertThat(fixture.pool.nextWake(fixture.now.plusSeconds(59))).contains(fixture.now.plus(Targets.LOOK_GAP));
    }

    @Test
    void beingToldAgainDoesNotPutTheLookOff() {
        frozen(Set.of(A)).pass(Duration.ofSeconds(50)).apply(disabled()).pass(Duration.ofSeconds(10));

        assertThat(fixture.plan()).containsExactly(new Action.ObserveNode());
    }

    @Test
    void aLookThatFailedComesAgainAMinuteLater() {
        frozen(Set.of(A)).pass(Targets.LOOK_GAP);
        fixture.plan();
        fixture.apply(new PoolEvent.NodeUnobserved(
                new CloudFailure(CloudFailure.Kind.NO_ANSWER, "Timeout", "no answer", Duration.ofSeconds(1))));
        assertThat(fixture.plan()).isEmpty();

        fixture.pass(Targets.LOOK_GAP);
        assertThat(fixture.plan()).containsExactly(new Action.ObserveNode());
    }

    @Test
    void aPodKeepsAnAddressThatWasMovedToAnotherInterface() {
        frozen(Set.of(A)).add(1);
        look(eni(0, Set.of()), eni(1, Set.of(A)));
        fixture.apply(new PoolEvent.EniWired(eni(1, Set.of()).id())).add(2);
        assertThat(fixture.granted()).as("nobody else gets it").containsExactly(sandbox(1));

        fixture.del(1).pass(PoolFixture.COOL_DOWN);
        look(eni(0, Set.of()), eni(1, Set.of(A)));
        fixture.add(3);
        assertThat(fixture.granted()).as("from its new interface").containsExactly(sandbox(1), sandbox(3));
    }

    @Test
    void aMovedFreeAddressServesFromItsNewInterface() {
        frozen(Set.of(A));
        look(eni(0, Set.of()), eni(1, Set.of(A)));
        fixture.apply(new PoolEvent.EniWired(eni(1, Set.of()).id())).add(1);

        assertThat(fixture.pool.assignmentOf(sandbox(1)))
                .hasValueSatisfying(has -> assertThat(has.eni().deviceIndex()).isEqualTo(1));
    }

    @Test
    void anInterfaceThatIsGoneStaysWhileAPodUsesIt() {
        frozen(Set.of());
        look(eni(0, Set.of()), eni(1, Set.of(A, B)));
        fixture.apply(new PoolEvent.EniWired(eni(1, Set.of()).id())).add(1);
        look(eni(0, Set.of()));
        assertThat(fixture.sizes()).containsExactly(0, 1);

        fixture.del(1).pass(PoolFixture.COOL_DOWN);
        look(eni(0, Set.of()));
        assertThat(fixture.sizes()).containsExactly(0);
    }

    @Test
    void anInterfaceWithoutRoutesIsTheReasonWhileItIsThere() {
        frozen(Set.of(A)).add(1, 2);
        assertThat(fixture.pool.diagnosis().reason()).isEqualTo(Reason.PROVISIONING_DISABLED);

        look(eni(0, Set.of(A)), eni(1, Set.of(B)));

        assertThat(fixture.pool.diagnosis().reason()).isEqualTo(Reason.ENI_NOT_WIRED);
    }

    @Test
    void aFullPoolIsNoMatterOfItsTypesLimits() {
        fixture.withPrimary(PoolFixture.SLOTS);
        fixture.pool.adopt(fixture.eni(1, PoolFixture.SLOTS), fixture.now);
        fixture.pool.adopt(fixture.eni(2, PoolFixture.SLOTS), fixture.now);
        fixture.apply(disabled());

        assertThat(fixture.pool.diagnosis().reason()).isEqualTo(Reason.PROVISIONING_DISABLED);
    }

    private PoolFixture frozen(Set<Ipv4Address> addresses) {
        fixture.pool.adopt(eni(0, Slots.ofAddresses(addresses)), fixture.now);
        return fixture.apply(disabled());
    }

    private static PoolEvent disabled() {
        return new PoolEvent.FreezeChanged(Optional.of(Reason.PROVISIONING_DISABLED));
    }

    /** A minute passes, and the look brings this. */
    private void look(Eni... enis) {
        fixture.pass(Targets.LOOK_GAP);
        fixture.plan();
        seen(enis);
        fixture.plan();
    }

    private void seen(Eni... enis) {
        fixture.apply(new PoolEvent.NodeObserved(new AttachedEnis(List.of(enis), List.of())));
    }
}
