package io.vpccni.daemon;

import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.util.Optional;

/**
 * A pod is gone that may have had a branch interface.
 *
 * @param uid which pod of that name; empty when the runtime did not say
 * @param links how its links are named; empty when the caller takes the pod down itself
 * @param namespaceGone whether the pod's network namespace has been taken away, as before a repeated DEL: the VLAN id may be
 *     another pod's by then
 */
public record BranchDel(Sandbox sandbox, PodName pod, String uid, Optional<LinkNames> links, boolean namespaceGone) {

    /** What a result of ours or of the reference says. */
    public record Remembered(int vlanId, String hostLink, Optional<IpAddress> address) {}
}
