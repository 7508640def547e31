package io.vpccni.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.Query;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.emulator.faults.Links;
import io.vpccni.emulator.faults.Throttle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class InProcessTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private record Run(List<Journal.Entry> journal, Object world, List<WireChange> changes) {}

    /** A day of nonsense calls, all from one seed. */
    private static Run run(long seed) {
        InProcess emulator = InProcess.usual(2, "m5.large", Delays.published(), seed, START);
        emulator.faults().setThrottle(Throttle.published());
        emulator.faults().inject(new InjectedError("AttachNetworkInterface", "InternalError", "x", 500, 2));
        emulator.faults().loseAnswers("CreateNetworkInterface", 3);
        emulator.links().set(emulator.nodes().getFirst().id(), new Links.Fault.Late(Duration.ofMillis(700)));
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        List<WireChange> changes = new ArrayList<>();
        Instant now = START;
        for (int i = 0; i < 400; i++) {
            now = now.plusMillis(random.nextInt(300));
            emulator.submit(request(emulator, random), now);
            changes.addAll(emulator.advance(now));
        }
        return new Run(emulator.journal().entries(), emulator.cloud().world(), changes);
    }

    private static Ec2Request request(InProcess emulator, RandomGenerator random) {
        var world = emulator.cloud().world();
        String subnet = world.subnets().keySet().iterator().next();
        List<String> enis = List.copyOf(world.interfaces().keySet());
        String eni = enis.get(random.nextInt(enis.size()));
        String node = emulator.nodes().get(random.nextInt(2)).id();
        return switch (random.nextInt(6)) {
            case 0 -> Ec2Request.CreateNetworkInterface.in(subnet).withIpv4(AddressWish.count(random.nextInt(12)));
            case 1 -> new Ec2Request.AttachNetworkInterface(eni, node, random.nextInt(4), 0);
            case 2 -> new Ec2Request.AssignPrivateIpAddresses(eni, AddressWish.prefixCount(1), false);
            case 3 -> new Ec2Request.DeleteNetworkInterface(eni);
            case 4 -> new Ec2Request.AssignIpv6Addresses(eni, AddressWish.prefixCount(1));
            default -> new Ec2Request.DescribeNetworkInterfaces(Query.ids(eni));
        };
    }

    @Test
    void theSameSeedGivesTheSameJournalAndWorld() {
        Run first = run(42);

        assertThat(run(42)).isEqualTo(first);
        assertThat(run(43).journal()).isNotEqualTo(first.journal());
        assertThat(first.journal())
                .extracting(Journal.Entry::outcome)
                .contains(Journal.OK, "InternalError", "InvalidParameterValue");
    }

    @Test
    void aReplySaysWhenTheCallerHearsOfIt() {
        Delays delays = Delays.none()
                .with("AttachNetworkInterface", Duration.ofMillis(600))
                .withAttach(Duration.ofMillis(1500));
        InProcess emulator = InProcess.usual(1, "m5.large", delays, 1, START);
        String subnet = emulator.nodes().getFirst().subnetId();
        Ec2Result.Created created =
                (Ec2Result.Created) emulator.submit(Ec2Request.CreateNetworkInterface.in(subnet), START)
                        .result();
        emulator.advance(START);

        Reply reply = emulator.submit(
                new Ec2Request.AttachNetworkInterface(
                        created.eni().id(), emulator.nodes().getFirst().id(), 1, 0),
                START);

        assertThat(reply.after()).isEqualTo(Duration.ofMillis(600));
        assertThat(reply.answered()).isTrue();
        assertThat(emulator.nextTransition()).contains(START.plusMillis(2100));
        assertThat(emulator.advance(START.plusMillis(2099))).isEmpty();
        assertThat(emulator.advance(START.plusMillis(2100))).singleElement().isInstanceOf(WireChange.EniAttached.class);
    }

    @Test
    void aLostAnswerHasHappened() {
        InProcess emulator = InProcess.usual(1, "m5.large", Delays.none(), 1, START);
        emulator.faults().loseAnswers("*", 1);

        Reply reply = emulator.submit(
                Ec2Request.CreateNetworkInterface.in(emulator.nodes().getFirst().subnetId()), START);

        assertThat(reply.answered()).isFalse();
        assertThat(emulator.cloud().world().interfaces()).hasSize(2);
        assertThat(emulator.journal().entries()).singleElement().satisfies(entry -> {
            assertThat(entry.outcome()).isEqualTo(Journal.OK);
            assertThat(entry.answered()).isFalse();
        });
    }

    @Test
    void associationsHaveTheirOwnBucketDelayAndErrors() {
        Delays delays = Delays.none().with("AssociateTrunkInterface", Duration.ofMillis(300));
        InProcess emulator = InProcess.usual(1, "m5.large", delays, 1, START);
        String node = emulator.nodes().getFirst().id();
        Ec2Request.CreateNetworkInterface create =
                Ec2Request.CreateNetworkInterface.in(emulator.nodes().getFirst().subnetId());
        String trunk = created(emulator, create.withInterfaceType("trunk"));
        emulator.submit(new Ec2Request.AttachNetworkInterface(trunk, node, 1, 0), START);
        emulator.faults().setThrottle(new Throttle(Map.of("AssociateTrunkInterface", new Throttle.Bucket(2, 0))));
        emulator.faults().inject(new InjectedError("AssociateTrunkInterface", "InternalError", "x", 500, 1));
        String branch = created(emulator, create);
        Ec2Request associate = new Ec2Request.AssociateTrunkInterface(branch, trunk, 1, "token");

        List<Reply> replies = List.of(
                emulator.submit(associate, START),
                emulator.submit(associate, START),
                emulator.submit(associate, START));

        assertThat(replies).extracting(Reply::after).containsOnly(Duration.ofMillis(300));
        assertThat(emulator.journal().entries().subList(3, 6))
                .extracting(Journal.Entry::outcome)
                .containsExactly("InternalError", Journal.OK, "RequestLimitExceeded");
    }

    private static String created(InProcess emulator, Ec2Request request) {
        return ((Ec2Result.Created) emulator.submit(request, START).result())
                .eni()
                .id();
    }
}
