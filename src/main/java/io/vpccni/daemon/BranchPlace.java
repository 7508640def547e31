package io.vpccni.daemon;

import io.vpccni.dataplane.BranchAttachment;
import io.vpccni.dataplane.BranchLabel;
import io.vpccni.dataplane.BranchLink;
import io.vpccni.dataplane.BranchOnHost;
import io.vpccni.dataplane.PodLink;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * Where a pod with a branch interface is on the network. Nothing of it is in the pool or in the state file.
 *
 * @param pod unknown of one that an earlier daemon connected
 * @param hostLink the host end of its pair; its beginning says the mode
 * @param trunkLink index of the trunk's link on the host; 0 where it is not known
 */
public record BranchPlace(
        Sandbox sandbox, PodName pod, String hostLink, IpAddress address, BranchLink branch, int trunkLink) {

    BranchAttachment attachment(AddRequest.Connection connection, List<IpAddress> hostExceptions) {
        return new BranchAttachment(
                connection.namespace(),
                sandbox.ifName(),
                hostLink,
                address,
                connection.mtu(),
                branch,
                hostExceptions,
                owner());
    }

    /** Neither part has a slash. */
    private String owner() {
        return String.join("/", sandbox.network(), sandbox.containerId(), sandbox.ifName());
    }

    /** What the label of a host link says. Its pod's name stands nowhere; empty where the label is not of ours. */
    static Optional<BranchPlace> of(String hostLink, BranchLabel label) {
        List<String> owner = List.of(label.owner().split("/", -1));
        return owner.size() == 3
                ? Optional.of(new BranchPlace(
                        new Sandbox(owner.get(0), owner.get(1), owner.get(2)),
                        PodName.UNKNOWN,
                        hostLink,
                        label.address(),
                        label.branch(),
                        0))
                : Optional.empty();
    }

    /** The same by another host link. */
    BranchPlace on(String otherLink) {
        return new BranchPlace(sandbox, pod, otherLink, address, branch, trunkLink);
    }

    BranchOnHost onHost(List<IpAddress> hostExceptions) {
        return new BranchOnHost(address, PodLink.hash(hostLink), branch, hostExceptions);
    }
}
