package io.vpccni.branch;

import io.vpccni.vpc.EniId;
import java.util.Optional;

/**
 * An interface of a trunk as EC2 describes it.
 *
 * @param eni empty where its tags do not say a VLAN id
 * @param associated whether it is a branch of the trunk; the tag alone says only that it was to be one
 */
public record SeenBranch(EniId id, Optional<BranchEni> eni, boolean associated, SecurityGroups groups) {}
