package io.vpccni.dataplane;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Which traffic of a pod with security groups of its own the VPC sees, and so enforces them on. A pod keeps the mode that it was
 * connected in: the name of its host link says which.
 */
public enum EnforcingMode {
    /** All of it, also to the pod's own node and to pods on it. */
    STRICT,
    /** What leaves the node. */
    STANDARD;

    /** Keeps the firewall's rules for pods, and Calico, away from a link. No other pod's link may be named so. */
    private static final String STRICT_PREFIX = "vlan";

    /** What the host link of such a pod begins with. */
    public String linkPrefix(String ofOrdinaryPods) {
        return switch (this) {
            case STRICT -> STRICT_PREFIX;
            case STANDARD -> ofOrdinaryPods;
        };
    }

    /** By its word in settings and in network configurations; empty for another word. */
    public static Optional<EnforcingMode> named(String word) {
        return Arrays.stream(values())
                .filter(mode -> mode.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst();
    }

    static EnforcingMode of(String hostLink) {
        return PodLink.prefix(hostLink).filter(STRICT_PREFIX::equals).isPresent() ? STRICT : STANDARD;
    }
}
