package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * The place on the network of a pod with a branch interface.
 *
 * @param namespace file of the pod's network namespace
 * @param ifName the interface inside the pod
 * @param hostLink the host end of the pair; what it begins with, {@link EnforcingMode#linkPrefix}, says the mode
 * @param mtu bytes, of the pair; the branch link has that of its trunk
 * @param hostExceptions as {@link BranchOnHost} has them
 * @param owner as {@link BranchLabel} has it
 */
public record BranchAttachment(
        Path namespace,
        String ifName,
        String hostLink,
        IpAddress address,
        int mtu,
        BranchLink branch,
        List<IpAddress> hostExceptions,
        String owner) {

    public BranchAttachment {
        hostExceptions = List.copyOf(hostExceptions);
    }

    /** The pair, and what is inside the pod: as every pod has it. */
    public PodPlan pair() {
        return new PodPlan(new PodAttachment(namespace, ifName, hostLink, address, branch.routeTable(), mtu));
    }

    public StaticRoute hostRoute() {
        return onHost().route(hostLink);
    }

    public List<PolicyRule> hostRules() {
        return onHost().rules(hostLink);
    }

    /** What the next daemon knows the pod by. */
    public BranchLabel label() {
        return new BranchLabel(owner, address, branch);
    }

    /** What the pod has on the host, for as long as it lives. */
    public BranchOnHost onHost() {
        return new BranchOnHost(address, PodLink.hash(hostLink), branch, hostExceptions);
    }
}
