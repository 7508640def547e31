package io.vpccni.pool;

import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.Slots;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What may be concluded from what EC2's Describe and IMDS show of one interface. Both lag behind EC2's own changes: what was
 * granted or taken back a moment ago proves nothing when it is not shown, or still is.
 *
 * <pre>
 *            EC2 lacks it          EC2 lacks it, CONFIRM_GAP later
 *   present -------------> missing -------------------------------> lost
 *      ^                      |                                       |
 *      +----------------------+-------- EC2 lists it -----------------+
 * </pre>
 */
final class Sightings {

    /** How long an older view may be shown. */
    static final Duration STALE_VIEW = Duration.ofSeconds(60);

    /** Between two answers of EC2 that lack the interface before it counts as gone. */
    static final Duration CONFIRM_GAP = Duration.ofSeconds(10);

    /** What EC2 granted, single addresses as networks of their own, and until when it may not be shown. */
    private final Map<IpCidr, Instant> granted = new HashMap<>();

    /** What EC2 took back, and until when it may still be shown. */
    private final Map<IpCidr, Instant> takenBack = new HashMap<>();

    private final Instant attachedAt;

    private @Nullable Instant missingSince;
    private boolean lost;

    /**
     * @param attachedAt when EC2 attached the interface; {@link Instant#EPOCH} for one that was found
     */
    Sightings(Instant attachedAt) {
        this.attachedAt = attachedAt;
    }

    void granted(Slots slots, Instant now) {
        slots.networks().forEach(network -> {
            granted.put(network, now.plus(STALE_VIEW));
            takenBack.remove(network);
        });
    }

    void takenBack(Slots slots, Instant now) {
        slots.networks().forEach(network -> {
            takenBack.put(network, now.plus(STALE_VIEW));
            granted.remove(network);
        });
    }

    /** Whether a view without it may be an old one. */
    boolean mayBeUnseen(IpCidr network, Instant now) {
        return granted.getOrDefault(network, Instant.EPOCH).isAfter(now);
    }

    /** Whether a view with it may be an old one. */
    boolean maybeGone(IpCidr network, Instant now) {
        return takenBack.getOrDefault(network, Instant.EPOCH).isAfter(now);
    }

    /** Whether what is shown contradicts what is known, so that one of the two is wrong. */
    boolean contradict(Slots known, Slots shown, Instant now) {
        return known.networks().anyMatch(network -> !shows(shown, network) && !mayBeUnseen(network, now))
                || shown.networks().anyMatch(network -> !shows(known, network) && !maybeGone(network, now));
    }

    private static boolean shows(Slots slots, IpCidr network) {
        return slots.prefixes().contains(network)
                || (network.equals(network.base().alone()) && slots.addresses().contains(network.base()));
    }

    /** Whether a view without the interface may be an old one. */
    boolean mayBeUnseen(Instant now) {
        return attachedAt.plus(STALE_VIEW).isAfter(now);
    }

    /** EC2 lists the interface. Returns whether it was lost before, and so has a new link now. */
    boolean found(Instant now) {
        boolean cameBack = lost;
        lost = false;
        missingSince = null;
        granted.values().removeIf(until -> !until.isAfter(now));
        takenBack.values().removeIf(until -> !until.isAfter(now));
        return cameBack;
    }

    /** EC2 does not list the interface. Returns whether that makes it lost. */
    boolean missing(Instant now) {
        Instant since = missingSince;
        if (since == null) {
            missingSince = now;
            return false;
        }
        if (!since.plus(CONFIRM_GAP).isAfter(now)) {
            lost = true;
            granted.clear();
        }
        return lost;
    }

    /** It was gone before anybody looked. */
    void lost() {
        missingSince = Instant.EPOCH;
        lost = true;
    }

    /** Whether EC2 lists the interface, as far as is known. */
    boolean isPresent() {
        return missingSince == null;
    }

    /** Whether EC2 has said once that the interface is not on this node, and has to be asked again. */
    boolean isMissing() {
        return missingSince != null && !lost;
    }

    boolean isLost() {
        return lost;
    }
}
