package io.vpccni.branch;

/**
 * A trunk in numbers.
 *
 * @param limit branches that the trunk may have
 * @param making being created or associated
 * @param owned pods' own
 * @param cooling resting after a pod
 * @param idle ready for a pod
 * @param leaving being deleted
 * @param waiting pods without a branch
 */
public record TrunkFigures(int limit, int making, int owned, int cooling, int idle, int leaving, int waiting) {}
