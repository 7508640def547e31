package io.vpccni.emulator.cloud;

import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Ids, MACs and choices of addresses, all from one seed. Resource ids are 17 hex digits and begin with 0, as EC2's. */
final class IdSource {
    private final RandomGenerator random;
    private final Set<String> macs = new HashSet<>();

    IdSource(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    RandomGenerator random() {
        return random;
    }

    String next(String kind) {
        return kind + "-0%016x".formatted(random.nextLong());
    }

    /** A locally administered unicast address, {@code 02:…}, used once. */
    String mac() {
        while (true) {
            long bits = random.nextLong();
            String mac = "02:%02x:%02x:%02x:%02x:%02x"
                    .formatted(bits & 255, bits >> 8 & 255, bits >> 16 & 255, bits >> 24 & 255, bits >> 32 & 255);
            if (macs.add(mac)) {
                return mac;
            }
        }
    }
}
