package io.vpccni.emulator.cloud;

/** A rule that a request names. */
public record RuleWish(Traffic traffic, Peer peer, String description) {
    public static RuleWish of(Traffic traffic, Peer peer) {
        return new RuleWish(traffic, peer, "");
    }
}
