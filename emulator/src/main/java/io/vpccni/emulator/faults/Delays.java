package io.vpccni.emulator.faults;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * How long things take.
 *
 * @param actions time until the reply, by action; {@code *} for all others
 * @param jitter share of the delay by which a reply is earlier or later, 0 to 1
 * @param attach from the reply of AttachNetworkInterface until the ENI is attached and the guest has its link
 * @param detach from the reply of DetachNetworkInterface until the attachment is gone
 * @param describeLag age of the world that Describe calls see
 * @param imdsLag age of the world that IMDS shows
 */
public record Delays(
        Map<String, Duration> actions,
        double jitter,
        Duration attach,
        Duration detach,
        Duration describeLag,
        Duration imdsLag) {
    private static final Delays NONE =
            new Delays(Map.of(), 0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    public Delays {
        if (jitter < 0 || jitter > 1) {
            throw new IllegalArgumentException("jitter " + jitter + " is not within 0 and 1");
        }
        actions = Map.copyOf(actions);
    }

    /** Everything at once, for tests. */
    public static Delays none() {
        return NONE;
    }

    /** Round figures near what public reports of EC2 in one Region show; no promise of AWS stands behind them. */
    public static Delays published() {
        return new Delays(
                Map.of(
                        "*", Duration.ofMillis(80),
                        "AssignPrivateIpAddresses", Duration.ofMillis(250),
                        "UnassignPrivateIpAddresses", Duration.ofMillis(250),
                        "AssignIpv6Addresses", Duration.ofMillis(250),
                        "UnassignIpv6Addresses", Duration.ofMillis(250),
                        "CreateNetworkInterface", Duration.ofMillis(450),
                        "AttachNetworkInterface", Duration.ofMillis(600),
                        "DetachNetworkInterface", Duration.ofMillis(500),
                        "DeleteNetworkInterface", Duration.ofMillis(350),
                        "ModifyNetworkInterfaceAttribute", Duration.ofMillis(150)),
                0.1,
                Duration.ofMillis(1500),
                Duration.ofSeconds(2),
                Duration.ZERO,
                Duration.ofMillis(500));
    }

    public Duration of(String action) {
        Duration own = actions.get(action);
        return own != null ? own : Objects.requireNonNull(actions.getOrDefault("*", Duration.ZERO));
    }

    /** From the reply until what the action has begun is complete. */
    public Duration settle(String action) {
        return switch (action) {
            case "AttachNetworkInterface" -> attach;
            case "DetachNetworkInterface" -> detach;
            default -> Duration.ZERO;
        };
    }

    public Delays with(String action, Duration delay) {
        Map<String, Duration> next = new TreeMap<>(actions);
        next.put(action, delay);
        return new Delays(next, jitter, attach, detach, describeLag, imdsLag);
    }

    public Delays withAttach(Duration next) {
        return new Delays(actions, jitter, next, detach, describeLag, imdsLag);
    }

    public Delays withDetach(Duration next) {
        return new Delays(actions, jitter, attach, next, describeLag, imdsLag);
    }

    public Delays withDescribeLag(Duration next) {
        return new Delays(actions, jitter, attach, detach, next, imdsLag);
    }

    public Delays withImdsLag(Duration next) {
        return new Delays(actions, jitter, attach, detach, describeLag, next);
    }
}
