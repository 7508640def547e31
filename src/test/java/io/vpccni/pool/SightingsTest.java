package io.vpccni.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.Slots;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SightingsTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = NOW.plus(Sightings.STALE_VIEW);
    private static final Slots ONE = Slots.ofAddresses(Set.of(IpAddress.parse("10.0.0.7")));
    private static final Slots PREFIX = Slots.ofPrefixes(Set.of(IpCidr.parse("10.0.1.0/28")));

    private final Sightings sightings = new Sightings(NOW);

    @Test
    void whatWasJustGrantedMayBeMissingFromAViewForAWhile() {
        sightings.granted(ONE, NOW);

        assertThat(sightings.contradict(ONE, Slots.EMPTY, NOW)).isFalse();
        assertThat(sightings.contradict(ONE, Slots.EMPTY, LATER)).isTrue();
    }

    @Test
    void whatWasJustTakenBackMayStillBeShownForAWhile() {
        sightings.takenBack(PREFIX, NOW);

        assertThat(sightings.contradict(Slots.EMPTY, PREFIX, NOW)).isFalse();
        assertThat(sightings.contradict(Slots.EMPTY, PREFIX, LATER)).isTrue();
    }

    @Test
    void equalViewsNeverContradict() {
        assertThat(sightings.contradict(PREFIX, PREFIX, LATER)).isFalse();
        assertThat(sightings.contradict(ONE, PREFIX, LATER)).isTrue();
    }

    @Test
    void anInterfaceIsLostOnlyWhenEc2LacksItTwice() {
        assertThat(sightings.missing(LATER)).isFalse();
        assertThat(sightings.isMissing()).isTrue();
        assertThat(sightings.missing(LATER.plusSeconds(1)))
                .as("too soon to count")
                .isFalse();
        assertThat(sightings.missing(LATER.plus(Sightings.CONFIRM_GAP))).isTrue();
        assertThat(sightings.isLost()).isTrue();
        assertThat(sightings.isMissing()).isFalse();
    }

    @Test
    void aSightingInBetweenStartsAllOver() {
        sightings.missing(LATER);

        assertThat(sightings.found(LATER)).as("it was never lost").isFalse();
        assertThat(sightings.isPresent()).isTrue();
        assertThat(sightings.missing(LATER.plus(Sightings.CONFIRM_GAP))).isFalse();
    }

    @Test
    void oneThatComesBackAfterItWasLostIsKnownAsSuch() {
        sightings.lost();

        assertThat(sightings.found(LATER)).isTrue();
        assertThat(sightings.isPresent()).isTrue();
    }

    @Test
    void aNewInterfaceMayBeMissingFromAViewForAWhile() {
        assertThat(sightings.mayBeUnseen(NOW)).isTrue();
        assertThat(sightings.mayBeUnseen(LATER)).isFalse();
    }
}
