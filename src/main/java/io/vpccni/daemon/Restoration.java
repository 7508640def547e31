package io.vpccni.daemon;

import io.vpccni.checkpoint.Checkpoint;
import io.vpccni.checkpoint.Checkpoint.Entry;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.Pool;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a restart makes of the state file, with the kernel as witness: a pod lives when its host link does.
 *
 * <pre>
 * in the file   live link   becomes
 *     yes          yes      assigned as before
 *     yes          no       cooling: the pod is gone, its last packets may not be
 *     no           yes      held until the link is gone: somebody uses the address, nobody knows who
 *     no           no       free
 * </pre>
 *
 * @param gone addresses whose pods are gone; their rules may still be there
 * @param complaints what does not fit together, one sentence each
 */
record Restoration(List<IpAddress> gone, List<String> complaints) {

    /**
     * Puts the pool, which has its interfaces from EC2 already, into the state before the restart.
     *
     * @param podLinks live host links by the address that is routed to them
     */
    static Restoration restore(
            Pool pool,
            Checkpoint checkpoint,
            Map<IpAddress, String> podLinks,
            String vethPrefix,
            Duration coolDown,
            Instant now) {
        List<IpAddress> gone = new ArrayList<>();
        List<String> complaints = new ArrayList<>();
        Map<Sandbox, Integer> seen = new HashMap<>();
        for (Entry entry : checkpoint.entries()) { // in the order of the cards, as the pod's interfaces are
            int index = seen.merge(entry.sandbox(), 1, Integer::sum) - 1;
            String expected = new LinkNames(vethPrefix, entry.sandbox(), entry.pod()).name(index);
            String link = podLinks.get(entry.address());
            if (link == null || (entry.pod().isKnown() && !LinkNames.hash(link).equals(LinkNames.hash(expected)))) {
                gone.add(entry.address());
                if (link == null) {
                    pool.restore(entry.address(), new AddressState.Cooling(now.plus(coolDown)));
                }
            } else if (!pool.restore(
                    entry.address(), new AddressState.Assigned(entry.sandbox(), entry.pod(), entry.since()))) {
                complaints.add(entry.address() + " belongs to the live pod " + entry.pod() + " on " + link
                        + ", but EC2 lists it on no interface of this node");
            }
        }
        checkpoint.cooling().forEach((address, until) -> {
            if (until.isAfter(now)) {
                pool.restore(address, new AddressState.Cooling(until));
            }
        });
        podLinks.forEach((address, link) -> {
            if (pool.restore(address, new AddressState.Held(link))) {
                complaints.add(address + " is used by the live link " + link
                        + ", but the state file does not say by which pod: holding it until the link is gone");
            }
        });
        return new Restoration(List.copyOf(gone), List.copyOf(complaints));
    }
}
