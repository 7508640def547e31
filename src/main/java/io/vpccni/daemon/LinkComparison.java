package io.vpccni.daemon;

import io.vpccni.dataplane.LiveLinks;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Pool;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the kernel's links say against the pool. Used by the loop thread only.
 *
 * <pre>
 * the pool says    the kernel shows                     so
 *   free           a link that the address is routed to   held: somebody uses it, nobody knows who
 *   held           the link is gone, or another address   its rest begins
 *   assigned       no link of the pod, twice              the pod is gone and its DEL was lost: its rest begins
 * </pre>
 *
 * A pod without a name has no link that could be looked for.
 */
final class LinkComparison {

    /** How long a pod may be without its link: a plugin that connects the pod itself does so after our answer. */
    static final Duration GRACE = Duration.ofMinutes(2);

    /** A difference, in words with both sides, and what follows from it. */
    record Difference(String words, PoolEvent event) {}

    private final Map<Sandbox, Instant> missingSince = new HashMap<>();

    List<Difference> compare(Pool pool, LiveLinks live, Instant now) {
        List<Difference> differences = new ArrayList<>();
        live.addresses()
                .forEach((link, addresses) -> addresses.stream()
                        .filter(pool::isFree)
                        .forEach(address -> differences.add(new Difference(
                                address + " is free, but the live link " + link
                                        + " uses it: holding it until the link is gone",
                                new PoolEvent.LinkSeen(address, link)))));
        pool.held().forEach((address, link) -> {
            if (!uses(live, link, address)) {
                differences.add(new Difference(
                        address + " was held for the link " + link + ", which is gone: it rests now",
                        new PoolEvent.HeldLinkGone(address)));
            }
        });
        lostPods(pool.assignments(), live, now)
                .forEach(lost -> differences.add(new Difference(
                        lost.pod() + " has " + lost.address() + ", but no link of it is on the host since "
                                + missingSince.get(lost.sandbox()) + ": its DEL was lost, the address rests now",
                        new PoolEvent.DelRequested(lost.sandbox()))));
        return differences;
    }

    private static boolean uses(LiveLinks live, String link, IpAddress address) {
        Set<IpAddress> routed = live.addresses().get(link);
        return routed != null && (routed.isEmpty() || routed.contains(address));
    }

    private List<Assignment> lostPods(List<Assignment> assignments, LiveLinks live, Instant now) {
        List<Assignment> without = assignments.stream()
                .filter(has -> has.pod().isKnown() && isWithoutLink(has, live))
                .toList();
        missingSince
                .keySet()
                .retainAll(without.stream().map(Assignment::sandbox).toList());
        without.forEach(has -> missingSince.putIfAbsent(has.sandbox(), now));
        return without.stream()
                .filter(has -> !has.since().plus(GRACE).isAfter(now))
                .filter(has -> missingSince.getOrDefault(has.sandbox(), now).isBefore(now))
                .toList();
    }

    private static boolean isWithoutLink(Assignment has, LiveLinks live) {
        LinkNames hashes = new LinkNames("", has.sandbox(), has.pod());
        return hashes.names(has.addresses().size()).stream()
                .allMatch(hash -> live.withHash(hash).isEmpty());
    }
}
