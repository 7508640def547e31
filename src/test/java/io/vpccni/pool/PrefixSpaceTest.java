package io.vpccni.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PrefixSpaceTest {

    private static final AddressState CHILLING = new AddressState.Cooling(Instant.EPOCH);

    private final PrefixSpace ipv4 = new PrefixSpace(IpCidr.parse("10.0.0.16/28"));
    private final PrefixSpace ipv6 = new PrefixSpace(IpCidr.parse("2001:db8:0:1:5::/80"));

    @Test
    void addressesAreHandedOutUpwardsAndTheUsedOnesInTheOrderInWhichTheyCameBack() {
        take(ipv4, "10.0.0.16");
        take(ipv4, "10.0.0.17");
        ipv4.set(IpAddress.parse("10.0.0.17"), new AddressState.Free());
        ipv4.set(IpAddress.parse("10.0.0.16"), new AddressState.Free());

        for (int host = 18; host < 32; host++) {
            takeNext(ipv4, "10.0.0." + host);
        }
        takeNext(ipv4, "10.0.0.17");
        takeNext(ipv4, "10.0.0.16");
        assertThat(ipv4.next()).isEmpty();
        assertThat(ipv4.free()).isZero();
    }

    @Test
    void anAddressThatWasTakenAheadIsPassedOver() {
        take(ipv6, "2001:db8:0:1:5::1");

        takeNext(ipv6, "2001:db8:0:1:5::");
        takeNext(ipv6, "2001:db8:0:1:5::2");
        assertThat(ipv6.taken()).hasSize(3);
    }

    @Test
    void whatWasUsedIsUsedAgainBeforeTheRecordOfItGrowsWithoutEnd() {
        for (int pod = 0; pod < 10_000; pod++) {
            IpAddress address = ipv6.next().orElseThrow();
            ipv6.set(address, CHILLING);
            ipv6.set(address, new AddressState.Free());
        }

        assertThat(ipv6.next().orElseThrow())
                .isEqualTo(IpAddress.parse("2001:db8:0:1:5::").plus(10_000 % 4096));
        assertThat(ipv6.isWhole()).isTrue();
    }

    @Test
    void nothingOfAPrefixThatIsLeavingIsFree() {
        ipv6.leaving(true);

        assertThat(ipv6.next()).isEmpty();
        assertThat(ipv6.free()).isZero();
        assertThat(ipv6.isWhole()).isFalse();
        assertThat(ipv6.state(IpAddress.parse("2001:db8:0:1:5::9"))).isEqualTo(new AddressState.Leaving());
    }

    private static void take(PrefixSpace space, String address) {
        space.set(IpAddress.parse(address), CHILLING);
    }

    private static void takeNext(PrefixSpace space, String expected) {
        assertThat(space.next()).contains(IpAddress.parse(expected));
        take(space, expected);
    }
}
