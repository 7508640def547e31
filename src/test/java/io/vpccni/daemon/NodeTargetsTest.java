package io.vpccni.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings.PoolSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.pool.Targets;
import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.ForeignEni;
import io.vpccni.vpc.InstanceLimits;
import io.vpccni.vpc.IpFamily;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class NodeTargetsTest {

    private static final InstanceLimits NITRO = new InstanceLimits(3, 10, true);
    private static final InstanceLimits XEN = new InstanceLimits(3, 10, false);
    private static final InstanceLimits FOUR_CARDS =
            new InstanceLimits(new TreeMap<>(Map.of(0, 15, 1, 15, 2, 15, 3, 15)), 50, true);
    private static final AttachedEnis NOTHING = new AttachedEnis(List.of(), List.of());

    @Test
    void oneCardIsManagedUnlessAllAreAskedFor() {
        assertThat(targets(Map.of(), FOUR_CARDS, NOTHING).maxEnis()).isEqualTo(Map.of(0, 15));
        assertThat(targets(Map.of("ENABLE_MULTI_NIC", "true"), FOUR_CARDS, NOTHING)
                        .maxEnis())
                .isEqualTo(FOUR_CARDS.enisPerCard());
    }

    @Test
    void aCardThatIsKeptForAnAdapterAloneIsNotOurs() {
        AttachedEnis adapter = new AttachedEnis(List.of(), List.of(new ForeignEni(new EniId("eni-a"), 2, 0, true)));
        AttachedEnis unmanaged = new AttachedEnis(List.of(), List.of(new ForeignEni(new EniId("eni-b"), 2, 0, false)));

        assertThat(targets(Map.of("ENABLE_MULTI_NIC", "true"), FOUR_CARDS, adapter)
                        .maxEnis())
                .containsOnlyKeys(0, 1, 3);
        assertThat(targets(Map.of("ENABLE_MULTI_NIC", "true"), FOUR_CARDS, unmanaged)
                        .maxEnis())
                .containsOnlyKeys(0, 1, 2, 3);
    }

    @Test
    void maxEniLowersTheLimitOfEachCardAndRaisesNone() {
        assertThat(targets(Map.of("ENABLE_MULTI_NIC", "true", "MAX_ENI", "4"), FOUR_CARDS, NOTHING)
                        .maxEnis())
                .isEqualTo(Map.of(0, 4, 1, 4, 2, 4, 3, 4));
        assertThat(targets(Map.of("MAX_ENI", "40"), FOUR_CARDS, NOTHING).maxEnis())
                .isEqualTo(Map.of(0, 15));
    }

    @Test
    void xenHasNoPrefixes() {
        Map<String, String> prefixes = Map.of("ENABLE_PREFIX_DELEGATION", "true", "WARM_PREFIX_TARGET", "1");

        assertThat(targets(prefixes, XEN, NOTHING).prefixes()).isFalse();
        assertThat(of(prefixes, XEN, NOTHING).lacksPrefixes()).isTrue();
        assertThat(of(prefixes, XEN, NOTHING).obstacle()).isEmpty();
        assertThat(targets(prefixes, NITRO, NOTHING).maxPods()).isEqualTo(110);
    }

    @Test
    void ipv6NeedsPrefixesAndHoldsNoWarmOnes() {
        Map<String, String> ipv6 =
                Map.of("ENABLE_IPv6", "true", "ENABLE_PREFIX_DELEGATION", "true", "WARM_PREFIX_TARGET", "3");

        Targets targets = targets(ipv6, NITRO, NOTHING);
        assertThat(targets.family()).isEqualTo(IpFamily.IPV6);
        assertThat(targets.warmPrefixes()).isZero();
        assertThat(of(ipv6, NITRO, NOTHING).obstacle()).isEmpty();
        assertThat(of(ipv6, XEN, NOTHING).obstacle().orElseThrow()).contains("Nitro");
    }

    private static Targets targets(Map<String, String> variables, InstanceLimits limits, AttachedEnis attached) {
        return of(variables, limits, attached).with(Optional.empty());
    }

    private static NodeTargets of(Map<String, String> variables, InstanceLimits limits, AttachedEnis attached) {
        PoolSettings pool = new NodeSettingsReader(new Environment(variables), _ -> Map.of())
                .read()
                .pool();
        return new NodeTargets(pool, limits, attached, false);
    }
}
