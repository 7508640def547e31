package io.vpccni.branch;

import java.util.Optional;

/**
 * A branch as it is written down where it outlives the controller.
 *
 * @param groups empty where nobody has written them down
 */
public record KnownBranch(BranchEni eni, Optional<SecurityGroups> groups) {}
