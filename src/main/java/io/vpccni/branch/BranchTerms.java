package io.vpccni.branch;

import java.time.Duration;

/**
 * How long branches rest and stay.
 *
 * @param coolDown from the end of a pod until another may have its address; at least {@link #SHORTEST_COOL_DOWN}
 * @param idle how long a branch without a pod is kept for the next pod with the same security groups, if a policy still
 *     names them
 * @param warm branches to keep ready for each set of security groups that pods of the node have
 */
public record BranchTerms(Duration coolDown, Duration idle, int warm) {

    public static final Duration SHORTEST_COOL_DOWN = Duration.ofSeconds(30);

    /** The reference's cool-down; nothing kept ahead. */
    public static final BranchTerms USUAL = new BranchTerms(Duration.ofSeconds(60), Duration.ofSeconds(60), 0);

    public BranchTerms {
        coolDown = coolDown.compareTo(SHORTEST_COOL_DOWN) < 0 ? SHORTEST_COOL_DOWN : coolDown;
    }

    public BranchTerms withCoolDown(Duration other) {
        return new BranchTerms(other, idle, warm);
    }
}
