package io.vpccni.emulator.cloud;

import org.jspecify.annotations.Nullable;

/** Idle timeouts in seconds; null where the ENI keeps EC2's own. */
public record ConnectionTracking(
        @Nullable Integer tcpEstablishedSeconds,
        @Nullable Integer udpSeconds,
        @Nullable Integer udpStreamSeconds) {
    public static final ConnectionTracking DEFAULT = new ConnectionTracking(null, null, null);
}
