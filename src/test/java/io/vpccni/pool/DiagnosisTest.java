package io.vpccni.pool;

import static io.vpccni.pool.PoolFixture.failure;
import static io.vpccni.pool.PoolFixture.targets;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a pod that waits is told, at any moment and not only at its deadline. */
class DiagnosisTest {

    private final PoolFixture fixture = new PoolFixture(targets(0, 1, 0));

    @Test
    void nobodyIsDiagnosedWhileNobodyWaits() {
        fixture.withPrimary(2).add(1);

        assertThat(fixture.pool.view().diagnosis()).isEmpty();
    }

    @Test
    void aWaiterIsDiagnosedBeforeItsDeadline() {
        fixture.withPrimary(0).add(1);
        fixture.plan();

        assertThat(fixture.pool.view().diagnosis())
                .hasValueSatisfying(found -> assertThat(found.reason()).isEqualTo(Reason.EC2_PENDING));
        assertThat(fixture.refused()).isEmpty();
    }

    @ParameterizedTest(name = "{0} {1} is explained as {2}")
    @CsvSource({
        "SUBNET_EXHAUSTED, InsufficientFreeAddressesInSubnet, SUBNET_EXHAUSTED",
        "NO_CONTIGUOUS_PREFIX, InsufficientCidrBlocks, NO_CONTIGUOUS_PREFIX",
        "ENI_LIMIT, AttachmentLimitExceeded, ENI_LIMIT",
        "ENI_LIMIT, NetworkInterfaceLimitExceeded, ENI_QUOTA",
    })
    void ec2sCodeTellsCausesOfOneKindApart(Kind kind, String code, Reason reason) {
        fixture.withPrimary(0).add(1);
        fixture.plan();
        fixture.apply(new PoolEvent.EniFailed(
                primary(), new CloudFailure(kind, code, "words of EC2", Duration.ofSeconds(10))));

        assertThat(fixture.pool.diagnosis()).isEqualTo(new Diagnosis(reason, code + ": words of EC2"));
    }

    @Test
    void aDrySubnetStaysTheReasonWhileSomethingElseSucceeds() {
        fixture.withPrimary(0).add(1);
        fixture.plan();
        fixture.apply(new PoolEvent.EniFailed(primary(), failure(Kind.SUBNET_EXHAUSTED)))
                .apply(new PoolEvent.EniWired(primary()));

        assertThat(fixture.pool.diagnosis().reason()).isEqualTo(Reason.SUBNET_EXHAUSTED);
    }

    @Test
    void aSubnetThatDeliversAgainIsNoReasonAnyMore() {
        fixture.withPrimary(0).add(1, 2);
        fixture.plan();
        fixture.apply(new PoolEvent.EniFailed(primary(), failure(Kind.SUBNET_EXHAUSTED)))
                .apply(new PoolEvent.Filled(primary(), Slots.ofAddresses(fixture.newAddresses(1))));

        assertThat(fixture.pool.diagnosis().reason()).isEqualTo(Reason.EC2_PENDING);
    }

    @Test
    void aLinkThatCannotBeWiredIsNoTroubleOfEc2() {
        fixture.withPrimary(0);
        IntStream.rangeClosed(1, 10).forEach(fixture::add);
        fixture.plan().forEach(action -> {
            if (action instanceof Action.CreateEni create) {
                fixture.apply(new PoolEvent.EniAttached(create.number(), fixture.eni(create.deviceIndex(), 1)));
            }
        });
        Action.WireEni wire = fixture.plan().stream()
                .filter(Action.WireEni.class::isInstance)
                .map(Action.WireEni.class::cast)
                .findFirst()
                .orElseThrow();

        fixture.apply(new PoolEvent.EniFailed(
                wire.eni().id(), new CloudFailure(Kind.REFUSED, "Netlink", "no such link", Duration.ofSeconds(5))));

        assertThat(fixture.pool.diagnosis())
                .isEqualTo(new Diagnosis(
                        Reason.ENI_NOT_WIRED,
                        wire.eni().id() + " (" + wire.eni().mac() + "): no such link"));
    }

    @Test
    void anInterfaceWithoutItsLinkIsNamedBeforeAddressesThatRest() {
        fixture.withPrimary(9);
        IntStream.rangeClosed(1, 9).forEach(fixture::add);
        fixture.del(1).add(10);
        creations()
                .forEach(create -> fixture.apply(
                        new PoolEvent.EniAttached(create.number(), fixture.eni(create.deviceIndex(), 1))));

        assertThat(fixture.pool.diagnosis().reason()).isEqualTo(Reason.ENI_NOT_WIRED);
    }

    @Test
    void aRefusalIsTheReasonWhileTheLastPlacesAreTriedAgain() {
        fixture.withPrimary(9);
        IntStream.rangeClosed(1, 28).forEach(fixture::add);
        fixture.del(1);
        List<Action.CreateEni> refused = creations();
        refused.forEach(create -> fixture.apply(new PoolEvent.CreateFailed(create.number(), failure(Kind.THROTTLED))));
        fixture.pass(Duration.ofSeconds(20)).plan();
        fixture.apply(new PoolEvent.NodeObserved(
                new AttachedEnis(fixture.pool.enis().stream().map(PoolEni::eni).toList(), List.of())));

        assertThat(creations()).as("tried again").hasSameSizeAs(refused).hasSize(2);
        assertThat(fixture.pool.diagnosis().reason()).isEqualTo(Reason.EC2_THROTTLED);
    }

    private List<Action.CreateEni> creations() {
        return fixture.plan().stream()
                .filter(Action.CreateEni.class::isInstance)
                .map(Action.CreateEni.class::cast)
                .toList();
    }

    @Test
    void addressesThatAreHeldAreNotCalledUsedByPods() {
        PoolFixture small =
                new PoolFixture(new Targets(1, 0, 0, false, 0, 1, 1, 29, PoolFixture.COOL_DOWN)).withPrimary(1);
        IpAddress address =
                small.pool.enis().getFirst().nextFree(SlotKind.ADDRESS).orElseThrow();
        small.pool.restore(address, new AddressState.Held("eni1"));
        small.add(1);

        assertThat(small.pool.diagnosis()).isEqualTo(new Diagnosis(Reason.ADDRESSES_HELD, "1 addresses are held"));
    }

    @Test
    void figuresCountEachStateOnce() {
        fixture.withPrimary(4).add(1, 2).del(1);
        fixture.pool.restore(
                fixture.pool.enis().getFirst().nextFree(SlotKind.ADDRESS).orElseThrow(), new AddressState.Held("eni1"));

        assertThat(fixture.pool.figures()).isEqualTo(new PoolFigures(1, 1, 1, 1, 0, 4, 1, 3, 27, 0));
    }

    @ParameterizedTest
    @EnumSource
    void everyReasonSaysWhatItMeansWhatIsDoneAndWhatHelps(Reason reason) {
        assertThat(List.of(reason.meaning(), reason.doing(), reason.advice()))
                .allSatisfy(text -> assertThat(text).isNotBlank().doesNotEndWith("."));
        assertThat(reason.explain("3 of 3"))
                .startsWith(reason + ": ")
                .contains("(3 of 3)", reason.meaning(), reason.doing(), reason.advice());
    }

    private EniId primary() {
        return fixture.pool.enis().getFirst().id();
    }
}
