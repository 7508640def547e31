package io.vpccni.daemon;

import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.pool.Targets;
import io.vpccni.vpc.IpFamily;
import java.time.Duration;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * What kind of node is simulated.
 *
 * @param cards network cards that are managed
 */
record SimulatedMode(IpFamily family, int cards) {

    static SimulatedMode any(RandomGenerator random) {
        return new SimulatedMode(
                random.nextInt(4) == 0 ? IpFamily.IPV6 : IpFamily.IPV4, random.nextInt(3) == 0 ? 2 : 1);
    }

    NodePlan node() {
        NodePlan plan = NodePlan.of(cards == 1 ? "m5.large" : "c6in.32xlarge");
        return family == IpFamily.IPV6 ? plan.withIpv6() : plan;
    }

    /** Interfaces that a card of {@link #node} can have. */
    int enisPerCard() {
        return cards == 1 ? 3 : 8;
    }

    /** The targets of an annotation that somebody has put on the node. */
    Targets targets(RandomGenerator random, Duration coolDown) {
        boolean byAddress = random.nextBoolean();
        boolean prefixes = random.nextBoolean() || family == IpFamily.IPV6;
        TreeMap<Integer, Integer> maxEnis = new TreeMap<>();
        for (int card = 0; card < cards; card++) {
            maxEnis.put(card, 1 + random.nextInt(3));
        }
        return new Targets(
                family,
                random.nextInt(3),
                byAddress ? 1 + random.nextInt(5) : 0,
                byAddress ? random.nextInt(12) : 0,
                prefixes,
                family == IpFamily.IPV6 ? 0 : random.nextInt(3),
                maxEnis,
                cards == 1 ? 9 : 49,
                random.nextInt(20, 30),
                coolDown,
                false);
    }
}
