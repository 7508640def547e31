package io.vpccni.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.BranchesOnHost;
import io.vpccni.dataplane.EnforcingMode;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.PodOnHost;
import io.vpccni.dataplane.PodsOnHost;
import io.vpccni.dataplane.Repair;
import io.vpccni.kernel.NodeNetwork.Part;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Pool;
import io.vpccni.pool.Sandbox;
import io.vpccni.pool.Targets;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the host's network is looked at, what is wanted of it, and who is told. */
class HostUpkeepTest {

    private static final List<Ipv4Cidr> ONE = List.of(Ipv4Cidr.parse("10.0.0.0/16"));
    private static final List<Ipv4Cidr> TWO = List.of(Ipv4Cidr.parse("10.0.0.0/16"), Ipv4Cidr.parse("100.64.0.0/10"));
    private static final Duration SHORT = Duration.ofMillis(10);

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Sandbox SANDBOX = new Sandbox("aws-cni", "c1", "eth0");
    private static final PodName POD = new PodName("shop", "cart-0");

    private final ScriptedHost host = new ScriptedHost();
    private final List<Repair> told = new CopyOnWriteArrayList<>();
    private final NodeObserver observer = new NodeObserver() {
        @Override
        public void repaired(List<Repair> repairs) {
            told.addAll(repairs);
        }
    };
    private final Pool pool = new Pool(new Targets(1, 0, 0, false, 0, 3, 9, 29, Duration.ofSeconds(30)), 1);
    private final HostUpkeep upkeep =
            new HostUpkeep(host, plan(), pool::view, () -> BranchesOnHost.NONE, () -> observer);

    @AfterEach
    void close() {
        upkeep.close();
    }

    private static HostPlan plan() {
        return new HostPlan(
                IpFamily.IPV4,
                new MacAddress("0a:00:00:00:00:01"),
                Ipv4Address.parse("10.0.0.10"),
                ONE,
                List.of(),
                List.of(),
                "eni",
                0x80,
                9001,
                false,
                true,
                "prng",
                false,
                EnforcingMode.STANDARD);
    }

    /** Interface {@code index}, with the addresses 10.0.INDEX.1 and .2. */
    private static Eni eni(int index) {
        return new Eni(
                new EniId("eni-" + index),
                new MacAddress("02:00:00:00:00:0" + index),
                0,
                index,
                new SubnetId("subnet-1"),
                Ipv4Cidr.parse("10.0.0.0/16"),
                Ipv4Address.parse("10.0.9." + index),
                Slots.ofAddresses(Set.of(address(index, 1), address(index, 2))));
    }

    private static IpAddress address(int eni, int number) {
        return IpAddress.parse("10.0.%d.%d".formatted(eni, number));
    }

    @Test
    void aDisturbanceLeadsToALookAndWhatItRepairedIsTold() throws Exception {
        Repair repair = Repair.ofSysctl("net/ipv4/ip_forward", "1");
        upkeep.begin();
        Eventually.get("the first look", () -> host.enis, looks -> !looks.isEmpty());
        host.lacking.add(repair);

        host.disturb(Part.ROUTING);

        Eventually.is(List.of(repair), "what was told", () -> List.copyOf(told));
    }

    @Test
    void onlyWhatServesIsWantedAndOnlyWhatNobodyHasIsIdle() throws Exception {
        pool.adopt(eni(0), NOW);
        pool.adopt(eni(1), NOW);
        pool.adoptUnwired(eni(2));
        pool.restore(address(1, 1), new AddressState.Assigned(SANDBOX, POD, NOW));
        pool.restore(address(0, 1), new AddressState.Held("eniunknown"));

        upkeep.begin();

        PodsOnHost wanted = Eventually.get("the first look", () -> host.pods, looks -> !looks.isEmpty())
                .getFirst();
        assertThat(host.enis.getFirst()).containsExactly(eni(1));
        assertThat(wanted.pods())
                .containsExactly(new PodOnHost(address(1, 1), 2, new LinkNames("", SANDBOX, POD).first()));
        assertThat(wanted.idle()).contains(address(0, 2), address(1, 2)).doesNotContain(address(1, 1), address(0, 1));
    }

    @Test
    void theNetworksOfTheVpcAreFollowedUntilTheHostHasThem() throws Exception {
        host.refusals.add(new IOException("the lock is held"));

        upkeep.followCidrs(() -> Uni.createFrom().item(TWO), SHORT);

        Eventually.is(2, "attempts", host.setUps::size);
        assertThat(host.setUps).extracting(HostPlan::vpcCidrs).containsExactly(TWO, TWO);
    }

    @Test
    void noNetworksAtAllAndTheSameInAnotherOrderChangeNothing() throws Exception {
        var answers = new ConcurrentLinkedQueue<>(List.of(List.<Ipv4Cidr>of(), ONE, List.<Ipv4Cidr>of(), TWO));

        upkeep.followCidrs(
                () -> Uni.createFrom().item(Optional.ofNullable(answers.poll()).orElse(TWO.reversed())), SHORT);

        Eventually.is(true, "all answers taken", answers::isEmpty);
        assertThat(host.setUps).hasSize(1);
    }
}
