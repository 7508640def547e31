package io.vpccni.emulator.faults;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Token buckets of the account, one for each action.
 *
 * @param buckets by action; the keys {@code Describe*} and {@code *} stand for the reading and for all other actions
 *     that are not named. An action without a bucket is not throttled.
 */
public record Throttle(Map<String, Bucket> buckets) {
    /** Most tokens, which are there at first, and how many come back in a second. */
    public record Bucket(double capacity, double perSecond) {}

    public Throttle {
        buckets = Map.copyOf(buckets);
    }

    public static Throttle off() {
        return new Throttle(Map.of());
    }

    /**
     * The published classes ("Request throttling for the Amazon EC2 API"): reading actions 100 tokens and 20 a second;
     * changing actions 50 and 5 a second; the ENI, address and tag actions have figures of their own, 100 and 10 a
     * second. The lower figures for reads without filter and page are not modelled.
     */
    public static Throttle published() {
        Bucket interfaceBucket = new Bucket(100, 10);
        return new Throttle(Map.ofEntries(
                Map.entry("Describe*", new Bucket(100, 20)),
                Map.entry("*", new Bucket(50, 5)),
                Map.entry("CreateNetworkInterface", interfaceBucket),
                Map.entry("DeleteNetworkInterface", interfaceBucket),
                Map.entry("DetachNetworkInterface", interfaceBucket),
                Map.entry("AssignPrivateIpAddresses", interfaceBucket),
                Map.entry("UnassignPrivateIpAddresses", interfaceBucket),
                Map.entry("CreateTags", interfaceBucket),
                Map.entry("DeleteTags", interfaceBucket)));
    }

    @Nullable
    Bucket of(String action) {
        Bucket own = buckets.get(action);
        if (own != null) {
            return own;
        }
        return buckets.get(action.startsWith("Describe") ? "Describe*" : "*");
    }
}
