package io.vpccni.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.emulator.cloud.World;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.InjectedError;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SomebodyElseTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final InProcess emulator =
            InProcess.usual(1, "m5.large", Delays.none().withDetach(Duration.ofSeconds(2)), 5, START);
    private final Instance node = emulator.nodes().getFirst();

    private NetworkInterface attached() {
        NetworkInterface eni = ((Ec2Result.Created) emulator.somebodyElse()
                        .call(
                                Ec2Request.CreateNetworkInterface.in(node.subnetId())
                                        .withIpv4(AddressWish.prefixes("10.0.8.16/28"))
                                        .withIpv6(AddressWish.addresses("2600:1f14:e00:7c00::77")),
                                START))
                .eni();
        emulator.somebodyElse().call(new Ec2Request.AttachNetworkInterface(eni.id(), node.id(), 1, 0), START);
        return Objects.requireNonNull(emulator.cloud().world().interfaces().get(eni.id()));
    }

    private NetworkInterface now(NetworkInterface eni) {
        return Objects.requireNonNull(emulator.cloud().world().interfaces().get(eni.id()));
    }

    @Test
    void theNodesJournalAndFaultsAreNoneOfTheirBusiness() {
        emulator.faults().inject(new InjectedError("*", "InternalError", "x", 500, 9));

        attached();

        assertThat(emulator.journal().entries()).isEmpty();
        assertThat(emulator.faults().errors()).singleElement().returns(9, InjectedError::count);
    }

    @Test
    void aDetachTakesItsTime() {
        NetworkInterface eni = attached();
        emulator.advance(START);

        emulator.somebodyElse().detach(eni.id(), START);

        assertThat(emulator.advance(START.plusMillis(1999))).isEmpty();
        assertThat(emulator.advance(START.plusMillis(2000))).singleElement().isInstanceOf(WireChange.EniDetached.class);
        assertThat(now(eni).status()).isEqualTo("available");
        assertThatThrownBy(() -> emulator.somebodyElse().detach(eni.id(), START.plusSeconds(2)))
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("IncorrectState"));
    }

    @Test
    void anAttachedInterfaceIsDeletedAtOnce() {
        NetworkInterface eni = attached();
        emulator.advance(START);

        emulator.somebodyElse().delete(eni.id(), START);

        assertThat(emulator.cloud().world().interfaces()).doesNotContainKey(eni.id());
        assertThat(emulator.advance(START)).singleElement().isInstanceOf(WireChange.EniDetached.class);
        assertThatThrownBy(() -> emulator.somebodyElse().delete(eni.id(), START))
                .isInstanceOfSatisfying(
                        CloudError.class,
                        error -> assertThat(error.code()).isEqualTo("InvalidNetworkInterfaceID.NotFound"));
    }

    @Test
    void addressesAndPrefixesOfBothFamiliesAreTaken() {
        NetworkInterface eni = attached();

        emulator.somebodyElse().unassign(eni.id(), List.of("2600:1f14:e00:7c00:0::77", "10.0.8.16/28"), START);

        assertThat(now(eni).prefixes()).isEmpty();
        assertThat(now(eni).ipv6Addresses()).isEmpty();
    }

    @Test
    void ec2RefusesWhatItAlwaysRefuses() {
        NetworkInterface primary =
                emulator.cloud().world().primaryInterface(node.id()).orElseThrow();
        World before = emulator.cloud().world();
        SomebodyElse other = emulator.somebodyElse();

        assertThatThrownBy(() -> other.detach(primary.id(), START)).hasMessageContaining("cannot be detached");
        assertThatThrownBy(() -> other.delete(primary.id(), START)).hasMessageContaining("cannot be detached");
        assertThatThrownBy(() -> other.unassign(
                        primary.id(), List.of(primary.primaryAddress().toString()), START))
                .hasMessageContaining("primary IP address");
        assertThat(emulator.cloud().world()).isEqualTo(before);
    }
}
