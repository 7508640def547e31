package io.vpccni.pool;

import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.Ipv6Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A pool on an m5.large (3 interfaces, 9 slots each, 29 pods) with a clock that moves when told. */
final class PoolFixture {

    static final Duration COOL_DOWN = Duration.ofSeconds(30);
    static final int SLOTS = 9;

    final Pool pool;
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    final List<Answer> answers = new ArrayList<>();
    private int nextAddress = 0x0a000100;
    private int nextPrefix = 0x0a001000;
    private int nextIpv6Prefix = 1;

    PoolFixture(Targets targets) {
        pool = new Pool(targets, 1);
    }

    static Targets targets(int warmEnis, int warmAddresses, int minimum) {
        return new Targets(warmEnis, warmAddresses, minimum, false, 0, 3, SLOTS, 29, COOL_DOWN);
    }

    static Targets prefixTargets(int warmPrefixes, int warmAddresses, int minimum) {
        return new Targets(1, warmAddresses, minimum, true, warmPrefixes, 3, SLOTS, 110, COOL_DOWN);
    }

    /** IPv6 pods, on one card or several: 3 interfaces each. */
    static Targets ipv6Targets(int cards) {
        return new Targets(IpFamily.IPV6, 1, 0, 0, true, 0, cards(cards), SLOTS, 110, COOL_DOWN, false);
    }

    /** Several cards with 3 interfaces each, and single addresses. */
    static Targets cardTargets(int cards, int warmAddresses) {
        return new Targets(IpFamily.IPV4, 0, warmAddresses, 0, false, 0, cards(cards), SLOTS, 110, COOL_DOWN, false);
    }

    private static SortedMap<Integer, Integer> cards(int count) {
        SortedMap<Integer, Integer> enis = new TreeMap<>();
        for (int card = 0; card < count; card++) {
            enis.put(card, 3);
        }
        return enis;
    }

    PoolFixture withPrimary(int addresses) {
        pool.adopt(eni(0, addresses), now);
        return this;
    }

    Eni eni(int deviceIndex, int addresses) {
        return eni(deviceIndex, newAddresses(addresses));
    }

    static Eni eni(int deviceIndex, Set<Ipv4Address> addresses) {
        return eni(deviceIndex, Slots.ofAddresses(addresses));
    }

    static Eni eni(int deviceIndex, Slots slots) {
        return eni(0, deviceIndex, slots);
    }

    static Eni eni(int card, int deviceIndex, Slots slots) {
        return new Eni(
                new EniId("eni-000000000000000" + card + deviceIndex),
                new MacAddress("02:00:00:00:%02d:%02d".formatted(card, deviceIndex)),
                card,
                deviceIndex,
                new SubnetId("subnet-00000000000000001"),
                Ipv4Cidr.parse("10.0.0.0/19"),
                new Ipv4Address(0x0a00000a + 0x10 * card + deviceIndex),
                slots);
    }

    Slots newSlots(SlotKind kind, int count) {
        return switch (kind) {
            case ADDRESS -> Slots.ofAddresses(newAddresses(count));
            case PREFIX -> Slots.ofPrefixes(newPrefixes(count));
            case IPV6_PREFIX -> Slots.ofPrefixes(newIpv6Prefixes(count));
        };
    }

    Set<Ipv4Cidr> newPrefixes(int count) {
        Set<Ipv4Cidr> result = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            result.add(new Ipv4Cidr(new Ipv4Address(nextPrefix), Ipv4Cidr.DELEGATED_LENGTH));
            nextPrefix += SlotKind.PREFIX.addresses();
        }
        return result;
    }

    Set<Ipv6Cidr> newIpv6Prefixes(int count) {
        Set<Ipv6Cidr> result = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            result.add(new Ipv6Cidr(new Ipv6Address(0x2001_0db8_0000_0000L, (long) nextIpv6Prefix++ << 48), 80));
        }
        return result;
    }

    Set<Ipv4Address> newAddresses(int count) {
        Set<Ipv4Address> result = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            result.add(new Ipv4Address(nextAddress++));
        }
        return result;
    }

    static Sandbox sandbox(int number) {
        return new Sandbox("aws-cni", "container-" + number, "eth0");
    }

    PoolFixture add(int... numbers) {
        for (int number : numbers) {
            apply(new PoolEvent.AddRequested(
                    sandbox(number), new PodName("shop", "cart-" + number), now.plusSeconds(60)));
        }
        return this;
    }

    /** Pods that want an address of every card. */
    PoolFixture addOnEveryCard(int... numbers) {
        for (int number : numbers) {
            apply(new PoolEvent.AddRequested(
                    sandbox(number),
                    new PodName("shop", "cart-" + number),
                    Nics.EVERY_CARD,
                    Optional.empty(),
                    now.plusSeconds(60)));
        }
        return this;
    }

    PoolFixture del(int... numbers) {
        for (int number : numbers) {
            apply(new PoolEvent.DelRequested(sandbox(number)));
        }
        return this;
    }

    /** The API server lists exactly these pods as placed here and without an address. */
    PoolFixture scheduled(int... numbers) {
        Set<PodName> pods = new LinkedHashSet<>();
        for (int number : numbers) {
            pods.add(new PodName("shop", "cart-" + number));
        }
        return apply(new PoolEvent.PodsScheduled(pods));
    }

    int scheduledCount() {
        return pool.scheduledPods(now);
    }

    PoolFixture apply(PoolEvent event) {
        answers.addAll(pool.apply(event, now));
        return this;
    }

    PoolFixture pass(Duration time) {
        now = now.plus(time);
        return apply(new PoolEvent.Tick());
    }

    /** Plans and notes the plan as begun. */
    List<Action> plan() {
        Plan plan = Planner.plan(pool, now);
        pool.begin(plan, now);
        return plan.actions();
    }

    /** Plans and carries everything out at once, the way EC2 and the kernel do on a good day, until nothing is left. */
    PoolFixture settle() {
        for (List<Action> actions = plan(); !actions.isEmpty(); actions = plan()) {
            actions.forEach(this::carryOut);
        }
        return this;
    }

    void carryOut(Action action) {
        apply(
                switch (action) {
                    case Action.FillEni fill -> new PoolEvent.Filled(fill.eni(), newSlots(fill.kind(), fill.count()));
                    case Action.CreateEni create ->
                        new PoolEvent.EniAttached(
                                create.number(),
                                eni(create.card(), create.deviceIndex(), newSlots(create.kind(), create.count())));
                    case Action.WireEni wire ->
                        new PoolEvent.EniWired(wire.eni().id());
                    case Action.ObserveEni observe ->
                        throw new IllegalStateException("nothing was in doubt about " + observe.eni());
                    case Action.ObserveNode _ -> throw new IllegalStateException("no creation had failed");
                    case Action.GiveBack back -> new PoolEvent.GivenBack(back.eni(), back.slots());
                    case Action.DeleteEni delete ->
                        new PoolEvent.EniDeleted(delete.eni().id());
                    case Action.ForgetEni forget ->
                        new PoolEvent.EniDeleted(forget.eni().id());
                });
    }

    /** Addresses of each interface, by device index: what the reference's worked examples show. */
    List<Integer> sizes() {
        return pool.enis().stream().map(PoolEni::size).toList();
    }

    /** Prefixes of each interface, by device index. */
    List<Integer> prefixes() {
        return pool.enis().stream().map(eni -> eni.freeByPrefix().size()).toList();
    }

    List<Sandbox> granted() {
        return answers.stream()
                .filter(Answer.Granted.class::isInstance)
                .map(Answer::sandbox)
                .toList();
    }

    List<Reason> refused() {
        return answers.stream()
                .filter(Answer.Refused.class::isInstance)
                .map(answer -> ((Answer.Refused) answer).reason())
                .toList();
    }

    static CloudFailure failure(CloudFailure.Kind kind) {
        return new CloudFailure(kind, kind.name(), "words of EC2", Duration.ofSeconds(10));
    }
}
