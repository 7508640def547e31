package io.vpccni.daemon;

import io.vpccni.dataplane.BranchAttachment;
import io.vpccni.dataplane.BranchLink;
import io.vpccni.dataplane.BranchOnHost;
import io.vpccni.dataplane.PodLink;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.util.List;

/**
 * Where a pod with a branch interface is on the network. Nothing of it is in the pool or in the state file.
 *
 * @param hostLink the host end of its pair; its beginning says the mode
 * @param trunkLink index of the trunk's link on the host
 */
public record BranchPlace(
        Sandbox sandbox, PodName pod, String hostLink, IpAddress address, BranchLink branch, int trunkLink) {

    BranchAttachment attachment(AddRequest.Connection connection, List<IpAddress> hostExceptions) {
        return new BranchAttachment(
                connection.namespace(), sandbox.ifName(), hostLink, address, connection.mtu(), branch, hostExceptions);
    }

    BranchOnHost onHost(List<IpAddress> hostExceptions) {
        return new BranchOnHost(address, PodLink.hash(hostLink), branch, hostExceptions);
    }
}
