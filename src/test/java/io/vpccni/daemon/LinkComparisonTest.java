package io.vpccni.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.daemon.LinkComparison.Difference;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Pool;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.Sandbox;
import io.vpccni.pool.Targets;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LinkComparisonTest {

    private static final IpAddress FREE = IpAddress.parse("10.0.0.21");
    private static final IpAddress USED = IpAddress.parse("10.0.0.22");
    private static final Sandbox SANDBOX = new Sandbox("aws-cni", "c1", "eth0");
    private static final PodName POD = new PodName("shop", "cart-0");
    private static final String LINK = new LinkNames("eni", SANDBOX, POD).first();

    private final LinkComparison comparison = new LinkComparison();
    private final Pool pool = new Pool(new Targets(1, 0, 0, false, 0, 3, 9, 29, Duration.ofSeconds(30)), 1);
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    LinkComparisonTest() {
        pool.adopt(
                new Eni(
                        new EniId("eni-1"),
                        new MacAddress("02:00:00:00:00:01"),
                        0,
                        0,
                        new SubnetId("subnet-1"),
                        Ipv4Cidr.parse("10.0.0.0/24"),
                        Ipv4Address.parse("10.0.0.5"),
                        Slots.ofAddresses(Set.of(FREE, USED))),
                now);
        pool.restore(USED, new AddressState.Assigned(SANDBOX, POD, now));
    }

    @Test
    void whatAgreesIsNoDifference() {
        assertThat(compare(Map.of(LINK, Set.of(USED)))).isEmpty();
    }

    @Test
    void routesThatSomebodyTookAwayDoNotMakeAPodGone() {
        compare(Map.of(LINK, Set.of()));
        now = now.plus(Duration.ofHours(1));

        assertThat(compare(Map.of(LINK, Set.of()))).isEmpty();
    }

    @Test
    void aLinkNamedWithAnotherPrefixIsThePodsAllTheSame() {
        compare(Map.of("old" + LINK.substring(3), Set.of(USED)));
        now = now.plus(Duration.ofHours(1));

        assertThat(compare(Map.of("old" + LINK.substring(3), Set.of(USED)))).isEmpty();
    }

    @Test
    void aFreeAddressThatALinkUsesIsHeld() {
        assertThat(compare(Map.of(LINK, Set.of(USED), "eniother", Set.of(FREE))))
                .extracting(Difference::event)
                .containsExactly(new PoolEvent.LinkSeen(FREE, "eniother"));
    }

    @Test
    void aHeldAddressRestsWhenItsLinkIsGoneOrHasAnotherAddress() {
        pool.restore(FREE, new AddressState.Held("eniother"));

        assertThat(compare(Map.of(LINK, Set.of(USED), "eniother", Set.of(FREE))))
                .isEmpty();
        assertThat(compare(Map.of(LINK, Set.of(USED), "eniother", Set.of()))).isEmpty();
        assertThat(compare(Map.of(LINK, Set.of(USED))))
                .extracting(Difference::event)
                .containsExactly(new PoolEvent.HeldLinkGone(FREE));
        assertThat(compare(Map.of(LINK, Set.of(USED), "eniother", Set.of(IpAddress.parse("10.0.0.99")))))
                .extracting(Difference::event)
                .containsExactly(new PoolEvent.HeldLinkGone(FREE));
    }

    @Test
    void aPodWithoutALinkIsGoneOnlyWhenThatIsSeenTwiceAndNotRightAfterItsAdd() {
        assertThat(compare(Map.of())).as("a plugin may still be at it").isEmpty();
        now = now.plus(LinkComparison.GRACE);

        List<Difference> differences = compare(Map.of());

        assertThat(differences).extracting(Difference::event).containsExactly(new PoolEvent.DelRequested(SANDBOX));
        assertThat(differences.getFirst().words()).contains("shop/cart-0", "10.0.0.22", "2026-01-01T00:00:00Z");
    }

    @Test
    void oneLookWithoutTheLinkIsNotEnough() {
        now = now.plus(Duration.ofHours(1));
        assertThat(compare(Map.of())).isEmpty();

        compare(Map.of(LINK, Set.of(USED)));
        now = now.plusSeconds(60);
        assertThat(compare(Map.of())).as("it was there in between").isEmpty();
    }

    @Test
    void aPodWithoutANameIsNotLookedFor() {
        Sandbox nameless = new Sandbox("aws-cni", "c2", "eth0");
        pool.restore(FREE, new AddressState.Assigned(nameless, PodName.UNKNOWN, now));
        compare(Map.of(LINK, Set.of(USED)));
        now = now.plus(Duration.ofHours(1));

        assertThat(compare(Map.of(LINK, Set.of(USED)))).isEmpty();
    }

    private List<Difference> compare(Map<String, Set<IpAddress>> links) {
        return comparison.compare(pool, new LiveLinks(links), now);
    }
}
