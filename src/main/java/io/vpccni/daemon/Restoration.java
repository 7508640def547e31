package io.vpccni.daemon;

import io.vpccni.checkpoint.Checkpoint;
import io.vpccni.checkpoint.Checkpoint.Entry;
import io.vpccni.dataplane.LiveLinks;
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
import java.util.Optional;

/**
 * What a restart makes of the state file, with the kernel as witness: a pod lives when its host link does.
 *
 * <pre>
 * in the file   live link   becomes
 *     yes          yes      assigned as before, even if EC2 does not know the address on this node any more
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
     * @param longestRest no address rests longer from now on, whatever the file says: the clock may have been set back
     */
    static Restoration restore(Pool pool, Checkpoint checkpoint, LiveLinks live, Duration longestRest, Instant now) {
        List<IpAddress> gone = new ArrayList<>();
        List<String> complaints = new ArrayList<>();
        Map<Sandbox, Integer> seen = new HashMap<>();
        for (Entry entry : checkpoint.entries()) { // in the order of the cards, as the pod's interfaces are
            int index = seen.merge(entry.sandbox(), 1, Integer::sum) - 1;
            if (index >= entry.interfaces()) {
                complaints.add(entry.address() + " is one more than " + entry.pod() + " can have; leaving it out");
                continue;
            }
            Optional<String> link = linkOf(entry, index, live);
            if (link.isEmpty()) {
                if (live.linkOf(entry.address()).isEmpty()) {
                    gone.add(entry.address());
                    pool.restore(entry.address(), new AddressState.Cooling(now.plus(longestRest)));
                }
                continue;
            }
            AddressState.Assigned owner = new AddressState.Assigned(entry.sandbox(), entry.pod(), entry.since());
            if (!pool.restore(entry.address(), owner)) {
                pool.restoreLost(entry.address(), entry.card(), owner);
                complaints.add(entry.address() + " belongs to the live pod " + entry.pod() + " on " + link.get()
                        + ", but EC2 lists it on no interface of this node");
            }
        }
        checkpoint.cooling().forEach((address, until) -> {
            Instant latest = now.plus(longestRest);
            if (until.isAfter(now)) {
                pool.restore(address, new AddressState.Cooling(until.isAfter(latest) ? latest : until));
            }
        });
        live.addresses()
                .forEach((link, addresses) -> addresses.forEach(address -> {
                    if (pool.restore(address, new AddressState.Held(link))) {
                        complaints.add(address + " is used by the live link " + link
                                + ", but the state file does not say by which pod: holding it until the link is gone");
                    }
                }));
        return new Restoration(List.copyOf(gone), List.copyOf(complaints));
    }

    /** A pod that has no name in the file is known by its route alone. */
    private static Optional<String> linkOf(Entry entry, int index, LiveLinks live) {
        String expected = new LinkNames("", entry.sandbox(), entry.pod()).name(index);
        return entry.pod().isKnown() ? live.of(expected, entry.address()) : live.linkOf(entry.address());
    }
}
